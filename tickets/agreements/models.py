from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tenants.models import Location, Person
from tickets.calendars.models import ServiceCalendar
from tickets.contracts.models import LibraryContract, SupplierContract
from tickets.states import Type

KEYS = ("contract", "level", "type", "supplier_contract")


def _none_but(*names: str) -> Q:
    """Return the condition: none of the keys but `names` is filled in."""
    empty = {
        "contract": Q(contract__isnull=True),
        "level": Q(level=""),
        "type": Q(type=""),
        "supplier_contract": Q(supplier_contract__isnull=True),
    }
    found = Q()
    for name in KEYS:
        if name not in names:
            found &= empty[name]
    return found


class Agreement(models.Model):
    """A promise on tickets: in a contract with a library, at a service level, for a type, or to all (no key).

    One with a supplier's contract is what that supplier promises the organisation.
    """

    contract = models.OneToOneField(
        LibraryContract, on_delete=models.PROTECT, null=True, blank=True, related_name="agreement"
    )
    level = models.CharField(_("service level"), max_length=10, choices=Location.Level, blank=True)
    type = models.CharField(_("type"), max_length=20, choices=Type, blank=True)
    supplier_contract = models.OneToOneField(
        SupplierContract, on_delete=models.PROTECT, null=True, blank=True, related_name="agreement"
    )

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=_none_but("contract")
                | _none_but("level")
                | _none_but("type")
                | _none_but("supplier_contract"),
                name="agreement_one_key",
            ),
            models.UniqueConstraint(fields=["level"], condition=~Q(level=""), name="agreement_one_a_level"),
            models.UniqueConstraint(fields=["type"], condition=~Q(type=""), name="agreement_one_a_type"),
            models.UniqueConstraint(models.Value(1), condition=_none_but(), name="agreement_one_for_all"),
        ]


class AgreementVersion(models.Model):
    """What an agreement says from the day `from_on` on, until its next version begins.

    `targets` is by type of ticket ("*": any other), by priority, by clock: {"minutes": 240} or {"days": 2,
    "end_of_day": true}. `pauses` is by clock the states in which it stands still; None: as the agreement for all says.
    Without a calendar, that of the level counts, or the organisation's own. An ended one promises nothing more.
    """

    class UpdateMode(models.TextChoices):
        """Within which time the library hears something again."""

        BETWEEN = "between", _("from one answer of the desk to the next")
        AFTER_REPORTER = "after_reporter", _("after the library wrote something")

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="versions")
    from_on = models.DateField(_("from"))
    targets: Any = models.JSONField(default=dict)
    update_mode = models.CharField(
        _("the library hears something"), max_length=20, choices=UpdateMode, default=UpdateMode.AFTER_REPORTER
    )
    pauses: Any = models.JSONField(null=True, blank=True)
    calendar = models.ForeignKey(
        ServiceCalendar, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("calendar")
    )
    ended = models.BooleanField(_("nothing is promised any more"), default=False)
    made_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["agreement", "from_on"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "from_on"], name="agreement_version_one_a_day"),
        ]
