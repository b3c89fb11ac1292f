import secrets

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
import django_tenants.postgresql_backend.base
from django.conf import settings
from django.db import migrations, models

import tenants.dated
import tenants.invitations.models
from tenants.migrations._text_search import TEXT_SEARCH


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.RunSQL(TEXT_SEARCH, migrations.RunSQL.noop),
        migrations.CreateModel(
            name="Organisation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "schema_name",
                    models.CharField(
                        db_index=True,
                        max_length=63,
                        unique=True,
                        validators=[django_tenants.postgresql_backend.base._check_schema_name],
                    ),
                ),
                ("from_on", models.DateField(default=django.utils.timezone.localdate, verbose_name="from")),
                ("until_on", models.DateField(blank=True, null=True, verbose_name="until and including")),
                (
                    "slug",
                    models.CharField(
                        max_length=31,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[a-z][a-z0-9_]{2,30}$", "Use 3 to 31 lower-case letters, digits and underscores."
                            )
                        ],
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                ("prefix", models.CharField(max_length=12, unique=True, verbose_name="prefix of ticket numbers")),
                (
                    "colour",
                    models.CharField(
                        default="#0b6a6a",
                        max_length=7,
                        validators=[
                            django.core.validators.RegexValidator("^#[0-9a-f]{6}$", "Use a colour such as #0b6a6a.")
                        ],
                        verbose_name="colour",
                    ),
                ),
                ("ready", models.BooleanField(default=False, help_text="False while its schema is being made.")),
                ("sort_name", tenants.dated.SortName(source="name")),
            ],
            options={
                "ordering": ["sort_name"],
            },
        ),
        migrations.CreateModel(
            name="Province",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.SlugField(unique=True)),
                ("name", models.CharField(max_length=60)),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="Person",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                ("email", models.EmailField(max_length=254, unique=True, verbose_name="e-mail address")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                (
                    "language",
                    models.CharField(
                        choices=[("nl", "Dutch"), ("en", "English")],
                        default="nl",
                        max_length=2,
                        verbose_name="language",
                    ),
                ),
                ("shortcuts", models.BooleanField(db_default=True, default=True, verbose_name="one-key shortcuts")),
                ("is_active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
            options={
                "ordering": ["name", "pk"],
            },
        ),
        migrations.CreateModel(
            name="ApiToken",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                (
                    "scope",
                    models.CharField(
                        choices=[("read", "read"), ("write", "read and write")],
                        default="write",
                        max_length=5,
                        verbose_name="scope",
                    ),
                ),
                (
                    "digest",
                    models.CharField(
                        help_text="SHA-256 of the token; the token itself is not kept.", max_length=64, unique=True
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("expires_at", models.DateTimeField(verbose_name="valid until")),
                ("last_used_at", models.DateTimeField(null=True, verbose_name="last used")),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="tokens", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.organisation",
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at"],
            },
        ),
        migrations.CreateModel(
            name="Library",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("from_on", models.DateField(default=django.utils.timezone.localdate, verbose_name="from")),
                ("until_on", models.DateField(blank=True, null=True, verbose_name="until and including")),
                ("slug", models.SlugField(unique=True)),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("sort_name", tenants.dated.SortName(source="name")),
                (
                    "successor",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to="tenants.library"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="libraries", to="tenants.organisation"
                    ),
                ),
            ],
            options={
                "ordering": ["sort_name"],
            },
        ),
        migrations.CreateModel(
            name="Location",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("from_on", models.DateField(default=django.utils.timezone.localdate, verbose_name="from")),
                ("until_on", models.DateField(blank=True, null=True, verbose_name="until and including")),
                ("slug", models.SlugField(unique=True)),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                (
                    "kind",
                    models.CharField(choices=[("branch", "branch"), ("service_point", "service point")], max_length=20),
                ),
                (
                    "level",
                    models.CharField(
                        choices=[("small", "small"), ("medium", "medium"), ("large", "large")],
                        default="medium",
                        max_length=10,
                        verbose_name="service level",
                    ),
                ),
                ("sort_name", tenants.dated.SortName(source="name")),
                (
                    "library",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="locations", to="tenants.library"
                    ),
                ),
            ],
            options={
                "ordering": ["kind", "sort_name", "pk"],
            },
        ),
        migrations.CreateModel(
            name="LibraryMembership",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("from_on", models.DateField(default=django.utils.timezone.localdate, verbose_name="from")),
                ("until_on", models.DateField(blank=True, null=True, verbose_name="until and including")),
                (
                    "role",
                    models.CharField(
                        choices=[("colleague", "colleague"), ("key_user", "key user"), ("director", "director")],
                        max_length=30,
                        verbose_name="role",
                    ),
                ),
                (
                    "sees",
                    models.CharField(
                        choices=[
                            ("own", "own tickets"),
                            ("library", "all tickets of the library"),
                            ("locations", "tickets of chosen locations"),
                        ],
                        default="own",
                        max_length=10,
                        verbose_name="sees",
                    ),
                ),
                (
                    "library",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="memberships", to="tenants.library"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="library_memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "locations",
                    models.ManyToManyField(
                        blank=True, related_name="+", to="tenants.location", verbose_name="locations"
                    ),
                ),
            ],
            options={
                "ordering": ["person__name", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("from_on", models.DateField(default=django.utils.timezone.localdate, verbose_name="from")),
                ("until_on", models.DateField(blank=True, null=True, verbose_name="until and including")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("functional_manager", "functional manager"),
                            ("desk_lead", "desk lead"),
                            ("administrator", "organisation administrator"),
                            ("guest", "guest"),
                            ("steering_member", "steering group member"),
                            ("steering_reader", "steering group reader"),
                            ("programme_manager", "programme manager"),
                            ("platform_administrator", "platform administrator"),
                        ],
                        max_length=30,
                        verbose_name="role",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to="tenants.organisation",
                    ),
                ),
            ],
            options={
                "ordering": ["person__name", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("email", models.EmailField(max_length=254, verbose_name="e-mail address")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                (
                    "language",
                    models.CharField(
                        choices=[("nl", "Dutch"), ("en", "English")],
                        default="nl",
                        max_length=2,
                        verbose_name="language",
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("functional_manager", "functional manager"),
                            ("desk_lead", "desk lead"),
                            ("administrator", "organisation administrator"),
                            ("guest", "guest"),
                            ("steering_member", "steering group member"),
                            ("steering_reader", "steering group reader"),
                            ("programme_manager", "programme manager"),
                            ("platform_administrator", "platform administrator"),
                            ("colleague", "colleague"),
                            ("key_user", "key user"),
                            ("director", "director"),
                        ],
                        max_length=30,
                        verbose_name="role",
                    ),
                ),
                (
                    "secret",
                    models.CharField(
                        default=secrets.token_urlsafe, help_text="Worth nothing without our key.", max_length=64
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("expires_at", models.DateTimeField(default=tenants.invitations.models._expiry)),
                ("accepted_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "accepted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "invited_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "library",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tenants.library"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tenants.organisation"
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="Domain",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("domain", models.CharField(db_index=True, max_length=253, unique=True)),
                ("is_primary", models.BooleanField(db_index=True, default=True)),
                (
                    "tenant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="domains", to="tenants.organisation"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                (
                    "system_actor",
                    models.CharField(blank=True, help_text="The part of the system that did it.", max_length=40),
                ),
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
                ("origin", models.CharField(blank=True, help_text="Network address.", max_length=60)),
                ("action", models.CharField(max_length=60)),
                ("object", models.CharField(blank=True, max_length=120)),
                ("result", models.CharField(default="done", max_length=20)),
                ("details", models.JSONField(default=dict)),
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
                    "organisation",
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
            },
        ),
        migrations.CreateModel(
            name="AnsweredRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("path", models.CharField(max_length=200)),
                ("key", models.CharField(max_length=200)),
                ("body_sha256", models.CharField(max_length=64)),
                ("standing_sha256", models.CharField(max_length=64)),
                ("status", models.PositiveSmallIntegerField(null=True)),
                ("answer", models.JSONField(null=True)),
                ("created_at", models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "token",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tenants.apitoken"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tenants.organisation"
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="OrganisationSettings",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "auto_close_days",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(60),
                        ],
                        verbose_name="working days until a resolved ticket closes",
                    ),
                ),
                (
                    "liberation_day_free",
                    models.BooleanField(blank=True, null=True, verbose_name="5 May is a day off every year"),
                ),
                (
                    "good_friday_free",
                    models.BooleanField(blank=True, null=True, verbose_name="Good Friday is a day off"),
                ),
                (
                    "time_zone",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("Europe/Amsterdam", "Europe/Amsterdam"),
                            ("America/Kralendijk", "America/Kralendijk"),
                        ],
                        max_length=40,
                        verbose_name="time zone",
                    ),
                ),
                (
                    "refused_kinds",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("program", "a program"),
                                ("script", "a script"),
                                ("installer", "an installer"),
                                ("shortcut", "a shortcut"),
                                ("disk", "an image of a disk"),
                                ("macro", "a document with macros"),
                                ("archive", "an archive"),
                            ],
                            max_length=20,
                        ),
                        blank=True,
                        null=True,
                        size=None,
                        verbose_name="kinds of files that nobody may send",
                    ),
                ),
                (
                    "refused_endings",
                    models.CharField(
                        blank=True,
                        max_length=300,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[a-z0-9][a-z0-9-]{0,19}( [a-z0-9][a-z0-9-]{0,19})*$",
                                "Endings without full stop, separated by spaces.",
                            )
                        ],
                        verbose_name="names of files that nobody may send, by their ending",
                    ),
                ),
                (
                    "organisation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="own_settings",
                        to="tenants.organisation",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="OutboxEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("topic", models.CharField(help_text="Name of the task that handles it.", max_length=60)),
                (
                    "address",
                    models.CharField(help_text="What it is about, in the organisation's own numbers.", max_length=120),
                ),
                ("dedupe_key", models.CharField(max_length=200)),
                ("due_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("done_at", models.DateTimeField(null=True)),
                ("given_up_at", models.DateTimeField(null=True)),
                ("failed_at", models.DateTimeField(help_text="When it last failed.", null=True)),
                (
                    "cause_type",
                    models.CharField(
                        blank=True, help_text="Type of the exception it last failed with.", max_length=120
                    ),
                ),
                (
                    "cause_where",
                    models.CharField(blank=True, help_text="Module and line of our own code.", max_length=120),
                ),
                (
                    "cause_message",
                    models.CharField(blank=True, help_text="A code from a fixed list, never text.", max_length=120),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tenants.organisation"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Platform",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("from_on", models.DateField(default=django.utils.timezone.localdate, verbose_name="from")),
                ("until_on", models.DateField(blank=True, null=True, verbose_name="until and including")),
                ("slug", models.SlugField(unique=True)),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                ("product", models.CharField(max_length=100, verbose_name="product")),
                ("product_version", models.CharField(blank=True, max_length=40, verbose_name="version")),
                ("supplier", models.CharField(max_length=100, verbose_name="supplier")),
                ("organisations", models.ManyToManyField(related_name="platforms", to="tenants.organisation")),
                (
                    "successor",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to="tenants.platform"
                    ),
                ),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.AddField(
            model_name="library",
            name="platform",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="libraries", to="tenants.platform"
            ),
        ),
        migrations.AddField(
            model_name="organisation",
            name="provinces",
            field=models.ManyToManyField(blank=True, related_name="organisations", to="tenants.province"),
        ),
        migrations.AddField(
            model_name="library",
            name="province",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="libraries", to="tenants.province"
            ),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.CheckConstraint(
                condition=models.Q(("email", django.db.models.functions.text.Lower("email"))),
                name="person_email_lower_case",
            ),
        ),
        migrations.AddConstraint(
            model_name="location",
            constraint=models.CheckConstraint(
                condition=models.Q(("until_on__isnull", True), ("until_on__gte", models.F("from_on")), _connector="OR"),
                name="location_ends_after_begin",
            ),
        ),
        migrations.AddConstraint(
            model_name="librarymembership",
            constraint=models.CheckConstraint(
                condition=models.Q(("until_on__isnull", True), ("until_on__gte", models.F("from_on")), _connector="OR"),
                name="library_membership_ends_after_begin",
            ),
        ),
        migrations.AddConstraint(
            model_name="librarymembership",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    ("person", "="),
                    ("library", "="),
                    ("role", "="),
                    (tenants.dated.DateRange(models.F("from_on"), models.F("until_on"), models.Value("[]")), "&&"),
                ],
                name="library_membership_once_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(("until_on__isnull", True), ("until_on__gte", models.F("from_on")), _connector="OR"),
                name="membership_ends_after_begin",
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    ("person", "="),
                    ("organisation", "="),
                    ("role", "="),
                    (tenants.dated.DateRange(models.F("from_on"), models.F("until_on"), models.Value("[]")), "&&"),
                ],
                name="membership_once_at_a_time",
            ),
        ),
        migrations.AddIndex(
            model_name="invitation",
            index=models.Index(fields=["invited_by", "created_at"], name="invitation_by_whom"),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("accepted_at__isnull", True), ("ended_at__isnull", True)),
                fields=("email", "organisation", "library", "role"),
                name="invitation_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(("email", django.db.models.functions.text.Lower("email"))),
                name="invitation_lower_case",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("accepted_at__isnull", True), ("accepted_by__isnull", True)),
                    models.Q(
                        ("accepted_at__isnull", False), ("accepted_by__isnull", False), ("ended_at__isnull", True)
                    ),
                    _connector="OR",
                ),
                name="invitation_accepted_by_somebody_and_not_ended",
            ),
        ),
        migrations.AddConstraint(
            model_name="domain",
            constraint=models.CheckConstraint(
                condition=models.Q(("domain", django.db.models.functions.text.Lower("domain"))),
                name="domain_lower_case",
            ),
        ),
        migrations.AddConstraint(
            model_name="auditentry",
            constraint=models.CheckConstraint(
                condition=models.Q(("actor__isnull", True), ("system_actor", ""), _connector="OR"),
                name="audit_person_or_system",
            ),
        ),
        migrations.AddConstraint(
            model_name="answeredrequest",
            constraint=models.UniqueConstraint(fields=("person", "organisation", "path", "key"), name="answered_once"),
        ),
        migrations.AddConstraint(
            model_name="organisationsettings",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("auto_close_days__isnull", True), ("auto_close_days__range", (1, 60)), _connector="OR"
                ),
                name="settings_auto_close_days_1_to_60",
            ),
        ),
        migrations.AddIndex(
            model_name="outboxentry",
            index=models.Index(
                condition=models.Q(("done_at__isnull", True), ("given_up_at__isnull", True)),
                fields=["due_at"],
                name="outbox_waiting",
            ),
        ),
        migrations.AddIndex(
            model_name="outboxentry",
            index=models.Index(
                condition=models.Q(("given_up_at__isnull", False)), fields=["given_up_at"], name="outbox_given_up"
            ),
        ),
        migrations.AddConstraint(
            model_name="outboxentry",
            constraint=models.UniqueConstraint(fields=("organisation", "dedupe_key"), name="outbox_once"),
        ),
        migrations.AddConstraint(
            model_name="outboxentry",
            constraint=models.CheckConstraint(
                condition=models.Q(("done_at__isnull", True), ("given_up_at__isnull", True), _connector="OR"),
                name="outbox_done_or_given_up",
            ),
        ),
        migrations.AddConstraint(
            model_name="outboxentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("cause_type", ""), ("failed_at__isnull", True)),
                    models.Q(("failed_at__isnull", False), models.Q(("cause_type", ""), _negated=True)),
                    _connector="OR",
                ),
                name="outbox_failed_with_a_cause",
            ),
        ),
        migrations.AddConstraint(
            model_name="outboxentry",
            constraint=models.CheckConstraint(
                condition=models.Q(("given_up_at__isnull", True), ("failed_at__isnull", False), _connector="OR"),
                name="outbox_given_up_failed",
            ),
        ),
        migrations.AddConstraint(
            model_name="platform",
            constraint=models.CheckConstraint(
                condition=models.Q(("until_on__isnull", True), ("until_on__gte", models.F("from_on")), _connector="OR"),
                name="platform_ends_after_begin",
            ),
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.CheckConstraint(
                condition=models.Q(("until_on__isnull", True), ("until_on__gte", models.F("from_on")), _connector="OR"),
                name="organisation_ends_after_begin",
            ),
        ),
        migrations.AddConstraint(
            model_name="library",
            constraint=models.CheckConstraint(
                condition=models.Q(("until_on__isnull", True), ("until_on__gte", models.F("from_on")), _connector="OR"),
                name="library_ends_after_begin",
            ),
        ),
    ]
