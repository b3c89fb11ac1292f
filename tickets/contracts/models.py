from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tenants.models import Library, Person, Platform


class Contract(models.Model):
    """What two parties signed: from when until when, and how it ends. Days are whole days, the last one included."""

    class Renewal(models.TextChoices):
        """What happens at its last day when nobody says anything."""

        TACIT = "tacit", _("is renewed tacitly")
        EXPRESS = "express", _("ends, unless it is renewed")

    number = models.CharField(_("number"), max_length=60, blank=True)
    name = models.CharField(_("name"), max_length=120)
    from_on = models.DateField(_("from"))
    until_on = models.DateField(_("until and including"), null=True, blank=True)
    renewal = models.CharField(_("at its end"), max_length=10, choices=Renewal, default=Renewal.EXPRESS)
    renewal_months = models.PositiveSmallIntegerField(_("renewed by, in months"), default=12)
    notice_months = models.PositiveSmallIntegerField(_("notice, in months"), default=3)
    alert_days = models.PositiveSmallIntegerField(_("days before notice ends at which to warn"), default=30)
    ended_on = models.DateField(_("last day, where it was ended"), null=True, blank=True)
    made_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class LibraryContract(Contract):
    """A contract with a library (DVO): what was promised to it stands in its agreement."""

    library = models.ForeignKey(Library, on_delete=models.PROTECT, related_name="+", verbose_name=_("library"))

    class Meta:
        ordering = ["library__sort_name", "-from_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on")),
                name="library_contract_ends_after_begin",
            ),
        ]


class SupplierContract(Contract):
    """A contract with the supplier of a platform: what the supplier promised stands in its agreement."""

    platform = models.ForeignKey(Platform, on_delete=models.PROTECT, related_name="+", verbose_name=_("platform"))
    supplier = models.CharField(_("supplier"), max_length=120)
    terms = models.TextField(_("terms"), max_length=5000, blank=True)

    class Meta:
        ordering = ["supplier", "-from_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on")),
                name="supplier_contract_ends_after_begin",
            ),
        ]


class SupplierContact(models.Model):
    """Somebody at a supplier who is called or written to."""

    contract = models.ForeignKey(SupplierContract, on_delete=models.CASCADE, related_name="contacts")
    name = models.CharField(_("name"), max_length=120)
    task = models.CharField(_("for what"), max_length=120, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("telephone"), max_length=30, blank=True)

    class Meta:
        ordering = ["pk"]


class ContractFile(models.Model):
    """A file with a contract; who may read the contract may fetch it."""

    library_contract = models.ForeignKey(
        LibraryContract, on_delete=models.PROTECT, null=True, blank=True, related_name="files"
    )
    supplier_contract = models.ForeignKey(
        SupplierContract, on_delete=models.PROTECT, null=True, blank=True, related_name="files"
    )
    key = models.CharField(max_length=48, unique=True)
    name = models.CharField(max_length=150)
    size = models.PositiveIntegerField()
    content_type = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    storage_name = models.CharField(max_length=200, unique=True)
    made_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(library_contract__isnull=True) ^ Q(supplier_contract__isnull=True),
                name="contract_file_of_one",
            ),
        ]


class HoursCard(models.Model):
    """Hours that a library paid for beforehand (strippenkaart), in minutes; what is used is booked on it."""

    contract = models.ForeignKey(LibraryContract, on_delete=models.PROTECT, related_name="cards")
    minutes = models.PositiveIntegerField(_("minutes bought"))
    alert_minutes = models.PositiveIntegerField(_("balance in minutes at which to warn"), default=0)
    from_on = models.DateField(_("from"))
    until_on = models.DateField(_("until and including"), null=True, blank=True)
    made_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["from_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on")), name="hours_card_ends_after_begin"
            ),
        ]


class HoursBooking(models.Model):
    """Minutes used of a card, on a day and for a ticket where there is one. Only ever added to.

    Negative minutes give back what was booked wrongly.
    """

    card = models.ForeignKey(HoursCard, on_delete=models.PROTECT, related_name="bookings")
    ticket = models.ForeignKey("tickets.Ticket", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    minutes = models.IntegerField(_("minutes"))
    on = models.DateField(_("day"))
    note = models.CharField(_("for what"), max_length=200, blank=True)
    once = models.CharField(max_length=64, blank=True, help_text="Mark of the form that was sent; twice is once.")
    made_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["-on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["once"], condition=~Q(once=""), name="hours_booking_once"),
        ]
