"""Questions about agreements."""

from datetime import date

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from tickets.agreements.models import Agreement, AgreementVersion


def version_at(agreement: Agreement, day: date) -> AgreementVersion | None:
    """Return what an agreement says on `day`, None before its first day."""
    return agreement.versions.filter(from_on__lte=day).order_by("from_on").last()


def begins_with(agreement: Agreement) -> AgreementVersion | None:
    """Return the version that a change begins with: that of today, else the first that comes; None without any."""
    if not agreement.pk:
        return None
    return version_at(agreement, timezone.localdate()) or agreement.versions.order_by("from_on").first()


def own_agreements() -> QuerySet[Agreement]:
    """Return the agreements that stand in no contract, with their versions."""
    versions = AgreementVersion.objects.order_by("from_on")
    return Agreement.objects.filter(contract=None, supplier_contract=None).prefetch_related(
        Prefetch("versions", versions)
    )


def to_copy(agreement: Agreement) -> list[AgreementVersion]:
    """Return what other agreements with libraries say today, to begin with in this one; no ended ones."""
    today = timezone.localdate()
    found = AgreementVersion.objects.filter(from_on__lte=today, agreement__supplier_contract=None)
    found = found.exclude(agreement=agreement.pk).select_related("agreement__contract__library")
    newest = {one.agreement_id: one for one in found.order_by("agreement", "from_on")}
    return [one for one in newest.values() if not one.ended]
