"""Verbs on hours cards: buying hours, booking what was used of them, and taking a booking back."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from tenants.actor import Actor
from tenants.context import current_organisation
from tenants.refusals import NotAllowed
from tenants.roles import Permission
from tenants.web.moments import day as in_words
from tickets.contracts.actions import one_at_a_time, require_keeper, told
from tickets.contracts.minutes import in_hours
from tickets.contracts.models import HoursBooking, HoursCard, LibraryContract
from tickets.desk.models import Ticket

MOST_BOUGHT = 10_000 * 60
MOST_BOOKED = 100 * 60
MOST_CARDS, MOST_BOOKINGS = 100, 20_000


@transaction.atomic
def add_card(
    *,
    contract: LibraryContract,
    minutes: int,
    alert_minutes: int = 0,
    from_on: date,
    until_on: date | None = None,
    by: Actor,
) -> HoursCard:
    """Let a library have hours that it paid for, within the period of its contract, and return the card.

    The same card again is not made twice. Raises ValidationError by field (`hours`, `alert`, `from_on`, `until_on`),
    NotAllowed for anyone but a desk lead or an administrator.
    """
    require_keeper(by)
    one_at_a_time()
    found = LibraryContract.objects.get(pk=contract.pk)
    values = {"minutes": minutes, "alert_minutes": alert_minutes, "from_on": from_on, "until_on": until_on}
    same = found.cards.filter(**values).first()
    if same is not None:
        return same
    errors: dict[str, Any] = _wrong(minutes, alert_minutes)
    if from_on < found.from_on:
        errors["from_on"] = _("The contract begins on %(day)s.") % {"day": in_words(found.from_on)}
    elif until_on is not None and until_on < from_on:
        errors["until_on"] = _("This is before the day on which it begins.")
    elif until_on is not None and (until_on - from_on).days > 3660:
        errors["until_on"] = _("Choose a day within ten years.")
    elif (from_on - found.from_on).days > 36600:
        errors["from_on"] = _("Choose a day within ten years.")
    if found.cards.count() >= MOST_CARDS:
        errors["hours"] = _("There are %(most)s cards already.") % {"most": MOST_CARDS}
    if errors:
        raise ValidationError(errors)
    card = HoursCard.objects.create(contract=found, **values, made_by=by.person, made_at=timezone.now())
    told(found, "card_added", by, card=card.pk, minutes=minutes)
    return card


def _wrong(minutes: int, alert_minutes: int) -> dict[str, Any]:
    if not 0 < minutes <= MOST_BOUGHT:
        return {"hours": _("From 1 minute to 10,000 hours.")}
    if not 0 <= alert_minutes < minutes:
        return {"alert": _("Less than what was bought.")}
    return {}


@transaction.atomic
def change_card(
    *, card: HoursCard, minutes: int, alert_minutes: int, until_on: date | None = None, by: Actor
) -> HoursCard:
    """Change how many hours were bought, at which balance to warn and until when they count, and return the card.

    What was booked stays on it. Raises as `add_card`, and for a last day before something that was booked.
    """
    require_keeper(by)
    found = HoursCard.objects.select_for_update(of=("self",)).select_related("contract").get(pk=card.pk)
    values = {"minutes": minutes, "alert_minutes": alert_minutes, "until_on": until_on}
    changed = {name: value for name, value in values.items() if getattr(found, name) != value}
    if not changed:
        return found
    errors: dict[str, Any] = _wrong(minutes, alert_minutes)
    last = found.bookings.order_by("-on").values_list("on", flat=True).first()
    if until_on is not None and until_on < found.from_on:
        errors["until_on"] = _("This is before the day on which it begins.")
    elif until_on is not None and last is not None and until_on < last:
        errors["until_on"] = _("Something was booked on %(day)s.") % {"day": in_words(last)}
    elif until_on is not None and (until_on - found.from_on).days > 3660:
        errors["until_on"] = _("Choose a day within ten years.")
    if errors:
        raise ValidationError(errors)
    before = {name: str(getattr(found, name) or "") for name in changed}
    for name, value in changed.items():
        setattr(found, name, value)
    found.save(update_fields=list(changed))
    said = {name: [before[name], str(value or "")] for name, value in changed.items()}
    told(found.contract, "card_changed", by, card=found.pk, **said)
    return found


@transaction.atomic
def book_hours(
    *,
    card: HoursCard,
    minutes: int,
    on: date,
    note: str = "",
    ticket: Ticket | None = None,
    once: str = "",
    by: Actor,
) -> HoursBooking:
    """Book minutes on a card and return the booking; the same form (`once`) sent again returns the same one.

    Negative minutes give back what was booked wrongly, at most all of it. More may be booked than was bought: the work
    was done, and the balance says so. The library reads `note`. Raises ValidationError by field (`minutes`, `on`,
    `note`, `ticket`), NotAllowed for anyone but staff.
    """
    if not by.may_at(current_organisation(), Permission.TICKETS_WORK):
        raise NotAllowed
    found = HoursCard.objects.select_for_update(of=("self",)).select_related("contract").get(pk=card.pk)
    there = HoursBooking.objects.filter(once=once).first() if once else None
    if there is not None:
        return there
    note = " ".join(note.split())
    errors = _refused(found, minutes, on, note, ticket)
    if errors:
        raise ValidationError(errors)
    booking = HoursBooking.objects.create(
        card=found,
        ticket=ticket,
        minutes=minutes,
        on=on,
        note=note,
        once=once,
        made_by=by.person,
        made_at=timezone.now(),
    )
    told(found.contract, "hours_booked", by, booking=booking.pk, minutes=minutes, on=str(on))
    return booking


def _refused(card: HoursCard, minutes: int, on: date, note: str, ticket: Ticket | None) -> dict[str, str]:
    errors = {}
    used = card.bookings.aggregate(sum=Sum("minutes"))["sum"] or 0
    if minutes == 0 or abs(minutes) > MOST_BOOKED:
        errors["minutes"] = _("From 1 minute to 100 hours at a time.")
    elif used + minutes < 0:
        errors["minutes"] = _("There is %(used)s on this card; no more can be given back.") % {"used": in_hours(used)}
    elif card.bookings.count() >= MOST_BOOKINGS:
        errors["minutes"] = _("This card is full of bookings; make a new one.")
    if on > timezone.localdate():
        errors["on"] = _("This day is still to come.")
    elif on < card.from_on or (card.until_on is not None and on > card.until_on):
        errors["on"] = _("This card counts %(period)s.") % {"period": period_of(card)}
    if len(note) > 200 or not note.isprintable():
        errors["note"] = _("One line of at most 200 characters.")
    elif not note and ticket is None:
        errors["note"] = _("Say for what, or give the number of a ticket.")
    if ticket is not None and ticket.library_id != card.contract.library_id:
        errors["ticket"] = _("This ticket is of another library.")
    return errors


def period_of(card: HoursCard) -> str:
    """Return in words from when until when a card counts."""
    if card.until_on is None:
        return _("from %(from)s") % {"from": in_words(card.from_on)}
    return _("from %(from)s until %(until)s") % {"from": in_words(card.from_on), "until": in_words(card.until_on)}


@transaction.atomic
def take_back(*, booking: HoursBooking, by: Actor) -> HoursBooking:
    """Give back all minutes of a booking by one that is its opposite, and return that; a second time returns the same.

    Raises ValidationError for a booking that itself gives back, NotAllowed for anyone but staff.
    """
    if booking.minutes < 0:
        raise ValidationError({"minutes": _("This itself gives back; book it again instead.")})
    note = (_("Taken back: %(note)s") % {"note": booking.note}).strip()[:200]
    ticket = booking.ticket  # which may have gone to another library since
    if ticket is not None and ticket.library_id != booking.card.contract.library_id:
        ticket = None
    return book_hours(
        card=booking.card,
        minutes=-booking.minutes,
        on=booking.on,
        note=note,
        ticket=ticket,
        once=f"back {booking.pk}",
        by=by,
    )
