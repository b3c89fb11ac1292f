"""Pages on hours cards: what is left, what was booked, booking more; and what a library reads of it."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tenants.actor import Actor
from tenants.libraries.queries import libraries_known_to
from tenants.refusals import NotAllowed
from tenants.web.kept import done
from tenants.web.paging import Page
from tenants.web.refused import conflicts_shown
from tickets.contracts import cards, periods
from tickets.contracts.forms import BookingForm, CardForm, TicketBookingForm
from tickets.contracts.minutes import in_hours
from tickets.contracts.models import HoursBooking, HoursCard, LibraryContract
from tickets.contracts.queries import CardBalance, balances, bookings_of, reads_all, situation
from tickets.contracts.views import contracts_visible_to, fetched, keeps, require_keeper, require_reader
from tickets.desk.queries import ticket_visible_to


def require_staff(request: HttpRequest) -> None:
    """Raise NotAllowed for anyone but staff, before anything is looked up."""
    if not request.standing.is_staff:
        raise NotAllowed


@require_http_methods(["GET", "POST"])
@conflicts_shown
def new_card(request: HttpRequest, pk: int) -> HttpResponse:
    """Hours that a library bought."""
    require_keeper(request)
    found, by = fetched(request, "library", pk), Actor.of_request(request)
    form = CardForm.new(found, request.POST or None)
    made: list[HoursCard] = []
    if request.method == "POST" and done(
        form, lambda **_values: made.append(cards.add_card(contract=found, **form.values(), by=by))
    ):
        messages.success(request, _("Saved."))
        return redirect("hours_card", made[0].pk)
    words = {"title": _("Hours card of %(name)s") % {"name": found.library.name}, "save": _("Make it")}
    context = {"form": form, "back": "contract", "contract": found, **words}
    return render(request, "tickets/contract_form.html", context, status=422 if form.errors else 200)


def _card(request: HttpRequest, pk: int) -> CardBalance:
    """Return a card with what is used of it, or raise Http404."""
    readable = HoursCard.objects.filter(pk=pk, contract__in=contracts_visible_to(request.standing))
    found = balances(readable.select_related("contract__library"))
    if not found:
        raise Http404
    return found[0]


@require_http_methods(["GET", "POST"])
@conflicts_shown
def change_card(request: HttpRequest, pk: int) -> HttpResponse:
    """Change how much was bought, when to warn and until when it counts."""
    require_keeper(request)
    found, by = _card(request, pk).card, Actor.of_request(request)
    form = CardForm.of(found, request.POST or None)
    if request.method == "POST" and done(form, lambda **_values: cards.change_card(card=found, **form.values(), by=by)):
        messages.success(request, _("Saved."))
        return redirect("hours_card", pk)
    words = {"title": _("Change the hours card of %(name)s") % {"name": found.contract.library.name}, "save": _("Save")}
    context = {"form": form, "back": "hours_card", "contract": found, **words}
    return render(request, "tickets/contract_form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@conflicts_shown
def hours_card(request: HttpRequest, pk: int) -> HttpResponse:
    """One card: what is left, what was booked; staff book on it."""
    require_reader(request)
    found = _card(request, pk)
    form = BookingForm(request.POST or None, standing=request.standing) if request.standing.is_staff else None
    if request.method == "POST":
        require_staff(request)
        by = Actor.of_request(request)
        if done(form, lambda **values: cards.book_hours(card=found.card, **values, by=by)):
            _say(request, found.card)
            return redirect("hours_card", pk)
    rows = bookings_of(found.card.contract).filter(card=found.card)
    context = {
        "found": found,
        "contract": found.card.contract,
        "period": cards.period_of(found.card),
        "page": Page(rows, request.GET.get("page")),
        "form": form,
        "keeps": keeps(request),
        "taken_back": _taken_back(found.card),
    }
    return render(request, "tickets/hours_card.html", context, status=422 if form and form.errors else 200)


def _taken_back(card: HoursCard) -> set[int]:
    marks = card.bookings.filter(once__startswith="back ").values_list("once", flat=True)
    return {int(one.removeprefix("back ")) for one in marks}


def _say(request: HttpRequest, card: HoursCard) -> None:
    """Say what is left after a booking, and warn where more was used than bought."""
    (now,) = balances(HoursCard.objects.filter(pk=card.pk))
    if now.balance < 0:
        over = _("Booked. More is used now than was bought: %(over)s.") % {"over": in_hours(-now.balance)}
        messages.warning(request, over)
    else:
        messages.success(request, _("Booked. %(left)s left.") % {"left": in_hours(now.balance)})


@require_POST
@conflicts_shown
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Give back all minutes of a booking."""
    require_staff(request)
    booking = get_object_or_404(HoursBooking.objects.select_related("card__contract", "ticket"), pk=pk)
    try:
        cards.take_back(booking=booking, by=Actor.of_request(request))
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, _("Taken back; both lines stay."))
    return redirect("hours_card", booking.card_id)


@require_http_methods(["GET", "POST"])
@conflicts_shown
def ticket_hours(request: HttpRequest, number: str) -> HttpResponse:
    """Book hours for a ticket, on a card of its library."""
    ticket = ticket_visible_to(request.standing, number)
    if ticket is None:
        raise Http404
    require_staff(request)
    today, by = timezone.localdate(), Actor.of_request(request)
    found = [one for one in balances(HoursCard.objects.filter(contract__library=ticket.library)) if one.counts(today)]
    form = TicketBookingForm(request.POST or None, standing=request.standing, cards=found) if found else None
    if request.method == "POST" and form is None:
        return redirect("ticket_hours", ticket.number)
    if request.method == "POST" and done(form, lambda **values: cards.book_hours(ticket=ticket, **values, by=by)):
        _say(request, form.cleaned_data["card"])
        return redirect("ticket_hours", ticket.number)
    booked = HoursBooking.objects.filter(ticket=ticket).select_related("card", "made_by")
    context = {
        "ticket": ticket,
        "cards": found,
        "form": form,
        "booked": booked,
        "total": sum(one.minutes for one in booked),
        "keeps": keeps(request),
    }
    return render(request, "tickets/ticket_hours.html", context, status=422 if form and form.errors else 200)


@require_GET
def library_contract(request: HttpRequest, slug: str) -> HttpResponse:
    """What a library reads of its own contract and hours: its director and key users, and staff."""
    library = get_object_or_404(libraries_known_to(request.standing), slug=slug)
    if not (reads_all(request.standing) or library.pk in request.standing.led_library_ids):
        raise NotAllowed
    today = timezone.localdate()
    own = LibraryContract.objects.filter(library=library).order_by("-from_on", "-pk")
    current = [one for one in own if periods.in_force(one, today)]
    context = {
        "library": library,
        "contracts": [
            {
                "contract": one,
                "situation": situation(one, today),
                "term_end": periods.term_end(one, today),
                "notice_by": periods.notice_by(one, today),
                "files": one.files.all(),
                "cards": balances(one.cards.all()),
            }
            for one in current
        ],
        "coming": [one for one in own if one.from_on > today and not periods.is_over(one, today)],
        "before": [one for one in own if periods.is_over(one, today) and (one.ended_on or one.from_on) >= one.from_on],
        "page": Page(_bookings_told(library, own), request.GET.get("page")),
    }
    return render(request, "tickets/library_contract.html", context)


def _bookings_told(library, own):
    return (
        HoursBooking.objects.filter(card__contract__in=own)
        .select_related("ticket", "card")
        .only("minutes", "on", "note", "ticket__number", "ticket__library", "card__from_on")
    )
