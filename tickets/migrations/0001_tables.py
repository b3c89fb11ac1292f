import django.contrib.postgres.indexes
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import tickets.desk.models
import tickets.search.columns


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("agenda", "0003_categories_and_goals"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("tenants", "0003_provinces"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Counter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("last", models.PositiveIntegerField(default=0)),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("pk", 1)), name="counter_one_row")],
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "key",
                    models.CharField(
                        default=tickets.desk.models.message_key,
                        help_text="Its name outside; tells no count.",
                        max_length=24,
                        unique=True,
                    ),
                ),
                (
                    "speaker",
                    models.CharField(
                        choices=[
                            ("staff", "staff"),
                            ("library", "library"),
                            ("partner", "colleague POI"),
                            ("supplier", "supplier"),
                            ("guest", "guest"),
                            ("system", "system"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "speaker_name",
                    models.CharField(blank=True, help_text="Of a speaker who is no person here.", max_length=120),
                ),
                (
                    "visibility",
                    models.CharField(
                        choices=[("public", "public"), ("internal", "internal"), ("partners", "partners")],
                        default="public",
                        max_length=10,
                    ),
                ),
                ("body", models.TextField(max_length=20000)),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("page", "page"),
                            ("api", "API"),
                            ("mail", "mail"),
                            ("rule", "rule"),
                            ("system", "system"),
                        ],
                        default="page",
                        max_length=10,
                    ),
                ),
                (
                    "once",
                    models.CharField(
                        blank=True, help_text="Mark of the form that was sent; twice is once.", max_length=64
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("search", tickets.search.columns.SearchColumn(source="body")),
                (
                    "author",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["created_at", "pk"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Attachment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=48, unique=True)),
                ("name", models.CharField(max_length=150)),
                ("size", models.PositiveIntegerField()),
                ("content_type", models.CharField(max_length=120)),
                ("sha256", models.CharField(max_length=64)),
                ("storage_name", models.CharField(max_length=200, unique=True)),
                ("purpose", models.CharField(default="message", max_length=20)),
                ("contains_patron_data", models.BooleanField(default=False)),
                ("purge_on", models.DateField(null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="attachments", to="tickets.message"
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Ticket",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=30, unique=True)),
                (
                    "type",
                    models.CharField(
                        choices=[
                            ("incident", "incident"),
                            ("service_request", "service request"),
                            ("question", "question"),
                            ("change", "change"),
                            ("wish", "wish"),
                            ("complaint", "complaint"),
                        ],
                        max_length=20,
                        verbose_name="type",
                    ),
                ),
                ("subject", models.CharField(max_length=400, verbose_name="subject")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("new", "new"),
                            ("open", "open"),
                            ("waiting_reporter", "waiting for reporter"),
                            ("waiting_supplier", "waiting for supplier"),
                            ("waiting_partner", "waiting for partner"),
                            ("planned", "planned"),
                            ("resolved", "resolved"),
                            ("closed", "closed"),
                            ("merged", "merged"),
                        ],
                        default="new",
                        max_length=20,
                        verbose_name="state",
                    ),
                ),
                (
                    "urgency",
                    models.CharField(
                        choices=[("low", "low"), ("medium", "medium"), ("high", "high")],
                        default="medium",
                        max_length=10,
                        verbose_name="urgency",
                    ),
                ),
                (
                    "impact",
                    models.CharField(
                        choices=[("low", "low"), ("medium", "medium"), ("high", "high")],
                        default="low",
                        max_length=10,
                        verbose_name="impact",
                    ),
                ),
                (
                    "priority",
                    models.CharField(
                        choices=[("critical", "critical"), ("high", "high"), ("medium", "medium"), ("low", "low")],
                        max_length=10,
                        verbose_name="priority",
                    ),
                ),
                (
                    "priority_rank",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Case(
                            models.When(priority="critical", then=models.Value(0)),
                            models.When(priority="high", then=models.Value(1)),
                            models.When(priority="medium", then=models.Value(2)),
                            models.When(priority="low", then=models.Value(3)),
                            default=models.Value(9),
                        ),
                        output_field=models.SmallIntegerField(),
                    ),
                ),
                ("opened_at", models.DateTimeField(verbose_name="opened")),
                ("first_answer_at", models.DateTimeField(null=True, verbose_name="first answer")),
                ("resolved_at", models.DateTimeField(null=True, verbose_name="resolved")),
                ("closed_at", models.DateTimeField(null=True, verbose_name="closed")),
                ("changed_at", models.DateTimeField(verbose_name="last change")),
                ("told_at", models.DateTimeField(help_text="Last change that the library may know of.")),
                ("reopened", models.PositiveSmallIntegerField(default=0)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "told_version",
                    models.PositiveIntegerField(default=1, help_text="Counts only what the library may know of."),
                ),
                ("search", tickets.search.columns.SearchColumn(source="subject")),
                (
                    "assignee",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="assignee",
                    ),
                ),
                (
                    "category",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="agenda.category",
                        verbose_name="category",
                    ),
                ),
                (
                    "library",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.library",
                        verbose_name="library",
                    ),
                ),
                (
                    "locations",
                    models.ManyToManyField(
                        blank=True, related_name="+", to="tenants.location", verbose_name="locations"
                    ),
                ),
                (
                    "platform",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.platform",
                        verbose_name="platform",
                    ),
                ),
                (
                    "reporter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="reported by",
                    ),
                ),
            ],
            options={
                "ordering": ["-opened_at", "-pk"],
                "permissions": [("view_ticket", "May see this ticket")],
                "default_permissions": (),
            },
        ),
        migrations.AddField(
            model_name="message",
            name="origin_ticket",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tickets.ticket"
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="ticket",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="messages", to="tickets.ticket"
            ),
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("created", "filed"),
                            ("answered", "answered"),
                            ("noted", "noted"),
                            ("state_changed", "state changed"),
                            ("edited", "changed"),
                            ("assigned", "assigned"),
                            ("picked_up", "picked up"),
                            ("granted", "opened to a colleague elsewhere"),
                            ("grant_ended", "closed to a colleague elsewhere"),
                        ],
                        max_length=30,
                    ),
                ),
                ("schema", models.PositiveSmallIntegerField(default=1)),
                ("payload", models.JSONField(default=dict)),
                ("system_actor", models.CharField(blank=True, max_length=30)),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("page", "page"),
                            ("api", "API"),
                            ("mail", "mail"),
                            ("rule", "rule"),
                            ("system", "system"),
                        ],
                        max_length=10,
                    ),
                ),
                ("ticket_version", models.PositiveIntegerField()),
                (
                    "told_version",
                    models.PositiveIntegerField(
                        help_text="Where the library may know of it: its version then.", null=True
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "actor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "cause",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tickets.event"
                    ),
                ),
                (
                    "on_behalf_of",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "undoes",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="undone_by",
                        to="tickets.event",
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tickets.message"
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="events", to="tickets.ticket"
                    ),
                ),
            ],
            options={
                "ordering": ["created_at", "pk"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="TicketGrant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "until_on",
                    models.DateField(help_text="Last day on which it holds; empty: until it is taken back.", null=True),
                ),
                ("content_object", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="tickets.ticket")),
                ("permission", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="auth.permission")),
                ("user", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="TicketGroupGrant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("content_object", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="tickets.ticket")),
                ("group", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="auth.group")),
                ("permission", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="auth.permission")),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("received", "received"),
                            ("answered", "answered"),
                            ("resolved", "resolved"),
                            ("assigned", "assigned"),
                            ("reaction", "reaction"),
                            ("opened", "opened to you"),
                        ],
                        max_length=10,
                    ),
                ),
                ("sent_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tickets.event"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [models.UniqueConstraint(fields=("event", "person"), name="notice_once")],
            },
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=django.contrib.postgres.indexes.GinIndex(fields=["search"], name="ticket_search"),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(
                    ("state__in", ("new", "open", "waiting_reporter", "waiting_supplier", "waiting_partner", "planned"))
                ),
                fields=["priority_rank", "opened_at", "id"],
                name="ticket_open_by_priority",
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(
                    ("state__in", ("new", "open", "waiting_reporter", "waiting_supplier", "waiting_partner", "planned"))
                ),
                fields=["assignee"],
                name="ticket_open_assignee",
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(fields=["-opened_at", "-id"], name="ticket_newest"),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(fields=["-changed_at", "-id"], name="ticket_changed"),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(fields=["library", "-told_at"], name="ticket_told"),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(fields=["library", "-opened_at"], name="ticket_library"),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(fields=["reporter", "-opened_at"], name="ticket_reporter"),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("state", "resolved")), fields=["resolved_at"], name="ticket_to_close"
            ),
        ),
        migrations.AddConstraint(
            model_name="ticket",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("resolved_at__isnull", False), ("state__in", ["resolved", "closed", "merged"])),
                    models.Q(
                        ("resolved_at__isnull", True),
                        (
                            "state__in",
                            ("new", "open", "waiting_reporter", "waiting_supplier", "waiting_partner", "planned"),
                        ),
                    ),
                    _connector="OR",
                ),
                name="ticket_resolved_has_moment",
            ),
        ),
        migrations.AddConstraint(
            model_name="ticket",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at__isnull", False), ("state__in", ("closed", "merged"))),
                    models.Q(models.Q(("state__in", ("closed", "merged")), _negated=True), ("closed_at__isnull", True)),
                    _connector="OR",
                ),
                name="ticket_closed_has_moment",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=django.contrib.postgres.indexes.GinIndex(fields=["search"], name="message_search"),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.UniqueConstraint(
                condition=models.Q(("once", ""), _negated=True), fields=("once",), name="message_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("author__isnull", False),
                        ("speaker__in", ("staff", "library", "partner")),
                        ("speaker_name", ""),
                    ),
                    models.Q(
                        models.Q(("speaker__in", ("staff", "library", "partner")), _negated=True),
                        ("author__isnull", True),
                        models.Q(("speaker_name", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="message_person_or_named_speaker",
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["ticket", "ticket_version"], name="event_since"),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("actor__isnull", False), ("system_actor", "")),
                    models.Q(("actor__isnull", True), models.Q(("system_actor", ""), _negated=True)),
                    _connector="OR",
                ),
                name="event_person_or_system",
            ),
        ),
        migrations.AlterUniqueTogether(
            name="ticketgrant",
            unique_together={("user", "permission", "content_object")},
        ),
        migrations.AlterUniqueTogether(
            name="ticketgroupgrant",
            unique_together={("group", "permission", "content_object")},
        ),
    ]
