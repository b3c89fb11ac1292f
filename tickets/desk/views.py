"""Pages of one ticket: filing, reading, and each verb. Every ticket is fetched through `visible_to`."""

from collections.abc import Sequence

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tenants.actor import Actor
from tenants.context import current_organisation
from tenants.libraries.forms import FindForm
from tenants.libraries.queries import libraries_known_to, told
from tenants.refusals import Conflict
from tenants.roles import Permission
from tenants.web.markdown import to_html
from tenants.web.paging import Page
from tenants.web.refused import conflicts_shown, show_in
from tenants.web.uploads import takes_files
from tickets.access import as_told_to, role_on
from tickets.clocks.plain import told_in_words
from tickets.desk import actions, kept
from tickets.desk.along import list_query, with_list
from tickets.desk.caller import Call
from tickets.desk.expected import expected
from tickets.desk.forms import AnswerForm, MoveForm, TicketForm
from tickets.desk.models import KeptFile, Ticket
from tickets.desk.queries import Entry, came_in, solution, ticket_visible_to, timeline
from tickets.desk.ready import ready_words
from tickets.refusals import Stale
from tickets.states import (
    CLOSED_STATES,
    ENDED,
    FACTS,
    OPEN_STATES,
    REOPEN_DAYS,
    REPORTER,
    State,
    Visibility,
    allowed,
)


def fetch(request: HttpRequest, number: str) -> Ticket:
    """Return a ticket the person may know of, or raise Http404."""
    found = ticket_visible_to(request.standing, number)
    if found is None:
        raise Http404
    return found


def _steps(actor: Actor, ticket: Ticket) -> tuple[str, ...]:
    return allowed(role_on(actor, ticket), ticket.state)


@takes_files
@require_http_methods(["GET", "POST"])
def new_ticket(request: HttpRequest) -> HttpResponse:
    """File a ticket, in one screen."""
    if not request.standing.may(Permission.TICKETS_REPORT):
        raise PermissionDenied
    call = Call(request) if request.standing.is_staff else None
    initial = {"type": request.GET.get("type", ""), **(call.initial if call else {})}
    data = call.data if call else request.POST
    form = TicketForm(data or None, request.FILES or None, standing=request.standing, initial=initial)
    if call and form.is_bound:
        call.refuse_unchosen(form)
    stays = "drop" in request.POST or bool(call and call.step)  # a step on the way: nothing is said about the rest
    mark = request.POST.get("once", "")[:64]
    held = kept.kept(mark, request.user)  # no question where nothing was sent
    if request.method == "POST" and form.is_valid() and not stays:
        values = form.values()
        values["uploads"] = [*kept.as_uploads(held), *values["uploads"]]
        asked_at = timezone.now()
        try:
            ticket = actions.create(**values, by=Actor.of_request(request))
        except ValidationError as error:
            show_in(form, error)
        else:
            if ticket.opened_at < asked_at:  # the form of a page one went back to
                messages.info(request, _("You sent this already: here it is."), extra_tags=mark)
            else:
                messages.success(request, _("Received. You can follow it here."), extra_tags=mark)
            return redirect("ticket", ticket.number)
    if request.method == "POST":
        held = _keep(request, mark)
        if stays:
            form.errors.clear()
    if call:
        call.narrow(form)
    context = {"form": form, "kept": held, "call": call}
    return render(request, "tickets/new.html", context, status=422 if form.errors else 200)


def _keep(request: HttpRequest, mark: str) -> list[KeptFile]:
    """Keep the files of a form that is not sent, less the one to take away, and return what is kept."""
    if "drop" in request.POST:
        kept.drop(key=request.POST["drop"][:48], mark=mark, person=request.user)
    kept.keep(uploads=request.FILES.getlist("attachments"), mark=mark, person=request.user)
    return kept.kept(mark, request.user)


@require_GET
def ticket(request: HttpRequest, number: str) -> HttpResponse:
    """One ticket: conversation in the middle, context at the side."""
    return _show(request, fetch(request, number))


def _box(actor: Actor, found: Ticket, *data, held: Sequence[KeptFile] = ()) -> AnswerForm:
    """Return the answer box for this person, empty or with what was sent; a waiting state is offered for its fact."""
    if not actor.is_staff:
        return AnswerForm(*data, held=held)
    steps = _steps(actor, found)
    then = (*steps, found.state) if found.state in FACTS else steps
    return AnswerForm(*data, then=then, ticket=found, held=held)


def _back(request: HttpRequest, found: Ticket, form: AnswerForm, status: int, **shown) -> HttpResponse:
    """Show a ticket with what was typed in the answer box; its files are kept with it until it is sent."""
    form.held = _keep(request, request.POST.get("once", "")[:64])
    return _show(request, found, form, status=status, **shown)


def _refused(form: AnswerForm, error: ValidationError) -> None:
    """Show what a verb refused at the fields of the box; where words lack, a text stands ready to change."""
    known = error.error_dict if hasattr(error, "error_dict") else {"body": [error]}
    moved = {"answer": "body" if form.cleaned_data["visibility"] == Visibility.PUBLIC else "words", "reason": "body"}
    for name, errors in known.items():
        field = moved.get(name, name)
        form.add_error(field if field in form.fields else None, errors)
        if name == "answer":
            form.data = form.data.copy()
            form.data[field] = ready_words()


def _show(
    request: HttpRequest,
    found: Ticket,
    form: AnswerForm | None = None,
    status: int = 200,
    entries: list[Entry] | None = None,
    news: list[Entry] | None = None,
    moving: MoveForm | None = None,
) -> HttpResponse:
    """Show a ticket; `news` of its `entries` came in while the person was writing, `moving` opens it again."""
    actor = Actor.of_request(request)
    steps = _steps(actor, found)
    entries = timeline(found, request.standing) if entries is None else entries
    context = {
        "ticket": as_told_to(found, request.standing),
        "entries": entries,
        "seen": len(entries),
        "news": news,
        "locations": list(found.locations.all()),
        "form": form or _box(actor, found),
        "moving": moving,
        "steps": [State(step) for step in steps],
        "solution": solution(entries) if actor.is_staff else None,
        "may_answer": found.state not in CLOSED_STATES,
        "may_change": found.state not in CLOSED_STATES,
        "is_guest": not actor.is_staff and found.library_id not in request.standing.library_ids,
        "withdraws": found.is_open and not actor.is_staff and State.CLOSED in steps,
        "reopens": State.OPEN in steps and role_on(actor, found) == REPORTER,
    }
    page = "tickets/ticket.html" if actor.is_staff else "tickets/my_ticket.html"
    if actor.is_staff:
        context["list"] = list_query(request)
        page = "tickets/_swapped.html" if request.htmx else page
    else:
        context["promised"] = told_in_words(found, request.standing, timezone.now())
        context["expected"] = expected(request.organisation.name) if found.state == State.NEW else []
    response = render(request, page, context, status=status)
    if request.htmx:
        response["X-Ticket"] = found.number  # by which the desk knows the middle of its page from any other answer
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_GET
def news(request: HttpRequest, number: str) -> HttpResponse:
    """What others added since a page showed the first `seen` entries: for the place above the answer box."""
    found = fetch(request, number)
    entries = timeline(found, request.standing)
    seen = request.GET.get("seen", "")
    fresh = came_in(entries, int(seen) if seen.isdecimal() and len(seen) < 10 else None, request.standing)
    context = {"ticket": found, "news": fresh, "since": seen, "seen": len(entries), "elsewhere": True}
    return render(request, "tickets/_news.html", context)


@takes_files
@require_POST
def answer(request: HttpRequest, number: str) -> HttpResponse:
    """Say something. What others said since the page was opened comes first, above the box; sent again, it goes."""
    found = fetch(request, number)
    actor = Actor.of_request(request)
    held = kept.kept(request.POST.get("once", "")[:64], request.user) if "held" in request.POST else []
    form = _box(actor, found, request.POST, request.FILES, held=held)
    if "drop" in request.POST:
        form.errors.clear()  # a step on the way: nothing is said about the rest
        return _back(request, found, form, status=200)
    if not form.is_valid():
        return _back(request, found, form, status=422)
    seen = form.cleaned_data["seen"]
    entries = timeline(found, request.standing) if seen is not None else []
    fresh = came_in(entries, seen, request.standing)
    if fresh:
        return _back(request, found, form, status=409, entries=entries, news=fresh)
    try:
        if form.only_moves:
            chosen = form.cleaned_data
            actions.move(
                ticket=found,
                to=chosen["then"],
                answer=chosen["words"],
                category=chosen.get("category"),
                fact=form.fact(),
                by=actor,
            )
        else:
            actions.answer(ticket=found, **form.values(), by=actor)
    except ValidationError as error:
        _refused(form, error)
        return _back(request, found, form, status=422)
    except Conflict as conflict:
        form.add_error(None, conflict.detail + " " + _("Your text is still here."))
        return _back(request, fetch(request, number), form, status=409)
    messages.success(request, _done(form), extra_tags=form.cleaned_data["once"])  # by which the page forgets the draft
    return redirect(with_list(request, "ticket", found.number))


def _done(form: AnswerForm) -> str:
    """Return what was done, in words: nobody is to think that a note went out, or that something was said."""
    chosen = form.cleaned_data
    if form.only_moves:
        return _("The state is “%(state)s” now.") % {"state": State(chosen["then"]).label}
    if chosen["visibility"] == Visibility.INTERNAL:
        return _("Noted; only %(name)s reads it.") % {"name": current_organisation().name}
    return _("Sent.")


@require_POST
def move(request: HttpRequest, number: str) -> HttpResponse:
    """Take a ticket to another state; a reason that cannot be taken along comes back in the answer box."""
    found = fetch(request, number)
    form = MoveForm(request.POST)
    if not form.is_valid():
        error = " ".join(message for messages_ in form.errors.values() for message in messages_)
        return _again(request, found, form.data.get("reason", ""), error, status=422)
    values, before = form.cleaned_data, found.state
    try:
        moved = actions.move(
            ticket=found,
            to=values["to"],
            reason=values["reason"],
            base_version=values["version"],
            by=Actor.of_request(request),
        )
    except ValidationError as error:
        return _again(request, found, values["reason"], " ".join(error.messages), status=422)
    except Conflict as conflict:
        fresh = fetch(request, number)
        detail = conflict.detail
        if isinstance(conflict, Stale):
            detail = _("The state was changed meanwhile: it is “%(state)s” now. Your text is still here.") % {
                "state": fresh.get_state_display()
            }
        return _again(request, fresh, values["reason"], detail, status=409)
    if said := _said_of(before, moved.state):
        messages.success(request, said)
    return redirect(with_list(request, "ticket", found.number))


def _said_of(before: str, after: str) -> str:
    """Return what confirms to a person that a ticket went from one state to another; nothing where it stayed."""
    if after == State.CLOSED and before in OPEN_STATES:
        return _("Withdrawn. It can be reopened until %(days)s days from now.") % {"days": REOPEN_DAYS}
    if after == State.CLOSED and before == State.RESOLVED:
        return _("Closed. It can be reopened until %(days)s days from now.") % {"days": REOPEN_DAYS}
    if after == State.OPEN and before in ENDED:
        return _("Reopened. It is open at %(name)s again.") % {"name": current_organisation().name}
    return ""


def _answers_too(actor: Actor, found: Ticket) -> bool:
    """Does the page of a ticket that has ended offer an answer: that of the desk, until it is closed?"""
    return actor.is_staff and found.state not in CLOSED_STATES


def _again(request: HttpRequest, found: Ticket, text: str, error: str, status: int) -> HttpResponse:
    """Show the ticket with a reason that was not taken: where it is asked, else in the answer box for the same readers.

    A ticket that has ended asks it in the form that opens it again: an answer would be said and open nothing.
    """
    actor = Actor.of_request(request)
    if found.state in ENDED and State.OPEN in _steps(actor, found) and not _answers_too(actor, found):
        moving = MoveForm({**request.POST.dict(), "reason": text})
        moving.is_valid()
        moving.errors.clear()
        moving.add_error("reason" if request.POST.get("to") == State.OPEN else None, error)
        return _show(request, found, status=status, moving=moving)
    readers = Visibility.INTERNAL if actor.is_staff else Visibility.PUBLIC
    form = _box(actor, found, {"body": text, "visibility": readers})
    form.is_valid()
    form.errors.clear()
    form.add_error(None, error)
    return _show(request, found, form, status=status)


@require_POST
@conflicts_shown
def pick_up(request: HttpRequest, number: str) -> HttpResponse:
    """Take a ticket oneself. Where only the middle is swapped, a refusal stands above the ticket as it is now."""
    found = fetch(request, number)
    try:
        actions.pick_up(ticket=found, by=Actor.of_request(request))
    except Conflict as conflict:
        if not request.htmx:
            raise
        messages.error(request, conflict.detail)
    else:
        messages.success(request, _("You have this ticket now."))
    return redirect(with_list(request, "ticket", found.number))


@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """What Markdown will look like."""
    return HttpResponse(to_html(request.POST.get("body", "")[:20000]))


@require_GET
def libraries(request: HttpRequest) -> HttpResponse:
    """The libraries this organisation serves, with their locations; for staff."""
    if not request.standing.is_staff:
        raise PermissionDenied
    form = FindForm(request.GET)
    page = Page(told(form.filter(libraries_known_to(request.standing))), request.GET.get("page"))
    return render(request, "tickets/libraries.html", {"page": page, "form": form})
