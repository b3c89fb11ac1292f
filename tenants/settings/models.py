from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

TIME_ZONES = [("Europe/Amsterdam", "Europe/Amsterdam"), ("America/Kralendijk", "America/Kralendijk")]


class OrganisationSettings(models.Model):
    """What one organisation sets for itself; an empty value means the cooperation's default."""

    DEFAULTS = {
        "auto_close_days": 5,
        "liberation_day_free": True,
        "good_friday_free": False,
        "time_zone": "Europe/Amsterdam",
    }

    organisation = models.OneToOneField("tenants.Organisation", on_delete=models.PROTECT, related_name="own_settings")
    auto_close_days = models.PositiveSmallIntegerField(
        _("working days until a resolved ticket closes"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(60)],
    )
    liberation_day_free = models.BooleanField(_("5 May is a day off every year"), null=True, blank=True)
    good_friday_free = models.BooleanField(_("Good Friday is a day off"), null=True, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=40, blank=True, choices=TIME_ZONES)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(auto_close_days__isnull=True) | models.Q(auto_close_days__range=(1, 60)),
                name="settings_auto_close_days_1_to_60",
            )
        ]
