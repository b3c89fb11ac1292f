import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import tenants.dated


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("tenants", "0003_provinces"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Numbering",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("letter", models.CharField(max_length=1, unique=True)),
                ("last", models.PositiveIntegerField(default=0)),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="PolicyFramework",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("from_on", models.DateField(default=django.utils.timezone.localdate, verbose_name="from")),
                ("until_on", models.DateField(blank=True, null=True, verbose_name="until and including")),
                ("name_nl", models.CharField(max_length=120)),
                ("name_en", models.CharField(max_length=120)),
            ],
            options={
                "ordering": ["from_on"],
            },
        ),
        migrations.CreateModel(
            name="Category",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("from_on", models.DateField(default=django.utils.timezone.localdate, verbose_name="from")),
                ("until_on", models.DateField(blank=True, null=True, verbose_name="until and including")),
                ("code", models.CharField(help_text="Such as 6 or 6.1.", max_length=8, unique=True)),
                ("name_nl", models.CharField(max_length=80)),
                ("name_en", models.CharField(max_length=80)),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="agenda.category",
                    ),
                ),
                (
                    "successor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="agenda.category",
                    ),
                ),
            ],
            options={
                "ordering": ["position"],
            },
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("work.item_created", "put on the agenda"),
                            ("work.item_changed", "changed"),
                            ("work.contribution_changed", "contribution changed"),
                            ("work.reported", "progress reported"),
                        ],
                        max_length=40,
                    ),
                ),
                ("object", models.CharField(max_length=20)),
                ("version", models.PositiveIntegerField()),
                ("schema", models.PositiveSmallIntegerField(default=1)),
                ("data", models.JSONField()),
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
                    "on_behalf_of",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.organisation",
                    ),
                ),
            ],
            options={
                "ordering": ["-at", "-pk"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="PolicyGoal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("from_on", models.DateField(default=django.utils.timezone.localdate, verbose_name="from")),
                ("until_on", models.DateField(blank=True, null=True, verbose_name="until and including")),
                ("code", models.SlugField(unique=True)),
                ("name_nl", models.CharField(max_length=160)),
                ("name_en", models.CharField(max_length=160)),
                ("position", models.PositiveSmallIntegerField(default=0)),
                (
                    "framework",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="goals", to="agenda.policyframework"
                    ),
                ),
            ],
            options={
                "ordering": ["framework__from_on", "position"],
            },
        ),
        migrations.CreateModel(
            name="Seat",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("from_on", models.DateField(default=django.utils.timezone.localdate, verbose_name="from")),
                ("until_on", models.DateField(blank=True, null=True, verbose_name="until and including")),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="seats", to="tenants.organisation"
                    ),
                ),
            ],
            options={
                "ordering": ["organisation__sort_name", "from_on"],
            },
        ),
        migrations.CreateModel(
            name="TicketSnapshot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=30)),
                ("type", models.CharField(max_length=20)),
                ("priority", models.CharField(max_length=10)),
                ("state", models.CharField(max_length=20)),
                (
                    "location_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                ("first_answer_at", models.DateTimeField(null=True)),
                ("resolved_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("reopened", models.PositiveSmallIntegerField(default=0)),
                ("minutes_to_first_answer", models.PositiveIntegerField(help_text="Clock minutes.", null=True)),
                ("minutes_to_resolution", models.PositiveIntegerField(help_text="Clock minutes.", null=True)),
                ("sla_outcome", models.CharField(blank=True, max_length=20)),
                ("version", models.PositiveIntegerField()),
                (
                    "category",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agenda.category"
                    ),
                ),
                (
                    "library",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tenants.library"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tenants.organisation"
                    ),
                ),
                (
                    "platform",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tenants.platform"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="WorkItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=0)),
                ("number", models.PositiveIntegerField(unique=True)),
                ("title", models.CharField(max_length=160, verbose_name="result")),
                (
                    "description",
                    models.TextField(
                        blank=True,
                        max_length=4000,
                        validators=[django.core.validators.MaxLengthValidator(4000)],
                        verbose_name="what is there when it is done",
                    ),
                ),
                (
                    "theme",
                    models.CharField(
                        choices=[
                            ("harmonisation", "harmonisation"),
                            ("integration", "integration"),
                            ("set_up", "set-up"),
                            ("continuity", "continuity"),
                            ("innovation", "innovation"),
                            ("cost", "cost"),
                        ],
                        max_length=20,
                        verbose_name="theme",
                    ),
                ),
                ("planned_from", models.DateField(verbose_name="planned from")),
                ("planned_to", models.DateField(verbose_name="planned to")),
                (
                    "progress",
                    models.PositiveSmallIntegerField(
                        default=0,
                        validators=[django.core.validators.MaxValueValidator(100)],
                        verbose_name="progress (%)",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("on_track", "on track"), ("at_risk", "at risk"), ("off_track", "off track")],
                        default="on_track",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("finished_on", models.DateField(blank=True, null=True, verbose_name="finished on")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "goal",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="agenda.policygoal",
                        verbose_name="goal",
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="led_items",
                        to="tenants.organisation",
                        verbose_name="lead",
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
            },
        ),
        migrations.CreateModel(
            name="Contribution",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("description", models.CharField(blank=True, max_length=400, verbose_name="contribution")),
                (
                    "status",
                    models.CharField(
                        choices=[("on_track", "on track"), ("at_risk", "at risk"), ("off_track", "off track")],
                        default="on_track",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tenants.organisation"
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="contributions", to="agenda.workitem"
                    ),
                ),
            ],
            options={
                "ordering": ["organisation__sort_name"],
            },
        ),
        migrations.AddConstraint(
            model_name="category",
            constraint=models.CheckConstraint(
                condition=models.Q(("until_on__isnull", True), ("until_on__gte", models.F("from_on")), _connector="OR"),
                name="category_ends_after_begin",
            ),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.UniqueConstraint(fields=("object", "version"), name="agenda_event_once_per_version"),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("actor__isnull", False), ("system_actor", "")),
                    models.Q(("actor__isnull", True), models.Q(("system_actor", ""), _negated=True)),
                    _connector="OR",
                ),
                name="agenda_event_person_or_system",
            ),
        ),
        migrations.AddConstraint(
            model_name="seat",
            constraint=models.CheckConstraint(
                condition=models.Q(("until_on__isnull", True), ("until_on__gte", models.F("from_on")), _connector="OR"),
                name="seat_ends_after_begin",
            ),
        ),
        migrations.AddConstraint(
            model_name="seat",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    ("organisation", "="),
                    (tenants.dated.DateRange(models.F("from_on"), models.F("until_on"), models.Value("[]")), "&&"),
                ],
                name="seat_once_at_a_time",
            ),
        ),
        migrations.AddIndex(
            model_name="ticketsnapshot",
            index=models.Index(fields=["opened_at", "organisation", "resolved_at"], name="snapshot_open"),
        ),
        migrations.AddIndex(
            model_name="ticketsnapshot",
            index=models.Index(fields=["first_answer_at"], name="snapshot_answered"),
        ),
        migrations.AddIndex(
            model_name="ticketsnapshot",
            index=models.Index(fields=["resolved_at"], name="snapshot_resolved"),
        ),
        migrations.AddConstraint(
            model_name="ticketsnapshot",
            constraint=models.UniqueConstraint(fields=("organisation", "number"), name="snapshot_once_per_ticket"),
        ),
        migrations.AddConstraint(
            model_name="workitem",
            constraint=models.CheckConstraint(
                condition=models.Q(("planned_to__gte", models.F("planned_from"))), name="work_item_ends_after_begin"
            ),
        ),
        migrations.AddConstraint(
            model_name="workitem",
            constraint=models.CheckConstraint(
                condition=models.Q(("progress__lte", 100)), name="work_item_progress_to_100"
            ),
        ),
        migrations.AddConstraint(
            model_name="workitem",
            constraint=models.CheckConstraint(
                condition=models.Q(("finished_on__isnull", True), ("progress", 100), _connector="OR"),
                name="work_item_finished_is_100",
            ),
        ),
        migrations.AddConstraint(
            model_name="contribution",
            constraint=models.UniqueConstraint(fields=("item", "organisation"), name="contribution_once"),
        ),
    ]
