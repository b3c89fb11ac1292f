from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.files.kinds import REFUSED, FileKind

TIME_ZONES = [("Europe/Amsterdam", "Europe/Amsterdam"), ("America/Kralendijk", "America/Kralendijk")]


class OrganisationSettings(models.Model):
    """What one organisation sets for itself; an empty value means the cooperation's default."""

    DEFAULTS = {
        "auto_close_days": 5,
        "refused_kinds": list(REFUSED),
        "refused_endings": "",
    }

    organisation = models.OneToOneField("tenants.Organisation", on_delete=models.PROTECT, related_name="own_settings")
    auto_close_days = models.PositiveSmallIntegerField(
        _("working days until a resolved ticket closes"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(60)],
    )
    # As they were until calendars came, which took them over (tickets, migration 0010); to go in the next release.
    liberation_day_free = models.BooleanField(_("5 May is a day off every year"), null=True, blank=True)
    good_friday_free = models.BooleanField(_("Good Friday is a day off"), null=True, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=40, blank=True, choices=TIME_ZONES)

    refused_kinds = ArrayField(
        models.CharField(max_length=20, choices=FileKind.choices),
        verbose_name=_("kinds of files that nobody may send"),
        null=True,
        blank=True,
    )
    refused_endings = models.CharField(
        _("names of files that nobody may send, by their ending"),
        max_length=300,
        blank=True,
        validators=[
            RegexValidator(
                r"^[a-z0-9][a-z0-9-]{0,19}( [a-z0-9][a-z0-9-]{0,19})*$",
                _("Endings without full stop, separated by spaces."),
            )
        ],
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(auto_close_days__isnull=True) | models.Q(auto_close_days__range=(1, 60)),
                name="settings_auto_close_days_1_to_60",
            )
        ]
