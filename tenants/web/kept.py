"""Pages on what the platform keeps: a list of things with a form to add one, and a form to change one."""

from dataclasses import dataclass, field

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from tenants.dated import Dated
from tenants.refusals import NotAllowed
from tenants.roles import Permission
from tenants.web.moments import day
from tenants.web.paging import Page
from tenants.web.refused import show_in


@dataclass(frozen=True)
class Act:
    """A button beside a thing: what it says, and the address that it posts to."""

    label: str
    href: str


@dataclass(frozen=True)
class Kept:
    """One thing in a list: its name, what is said of it, how it stands, where it is changed, what can be done."""

    name: str
    text: str = ""
    tag: str = ""
    colour: str = ""
    href: str = ""
    acts: tuple[Act, ...] = field(default=())
    inner: bool = False  # lies in the one before it


def until(thing: Dated) -> str:
    """Return until when something is there, or that it has ended; nothing for what has no end."""
    if thing.until_on is None:
        return ""
    over = thing.until_on < timezone.localdate()
    return _("has ended") if over else _("until %(day)s") % {"day": day(thing.until_on)}


def require_platform(request: HttpRequest) -> None:
    """Raise NotAllowed for anyone but a platform administrator, before anything is looked up."""
    if not request.standing.may(Permission.PLATFORM_MANAGE):
        raise NotAllowed


def done(form: forms.Form, verb) -> bool:
    """Call `verb` with what a valid form holds; return whether that went well, with what it refused in the form."""
    if not form.is_valid():
        return False
    try:
        verb(**form.cleaned_data)
    except ValidationError as error:
        show_in(form, error)
        return False
    return True


def listing(
    request: HttpRequest,
    *,
    title: str,
    lead: str,
    rows: list[Kept],
    form: forms.Form,
    add: str,
    empty: str,
    page: Page | None = None,
) -> HttpResponse:
    """Answer with a list and, folded, the form to add one; open where something in it is not right.

    `page` is where the rows come from, when there may be more than one page of them.
    """
    context = {"title": title, "lead": lead, "rows": rows, "form": form, "add": add, "empty": empty, "page": page}
    return render(request, "tenants/platform/list.html", context, status=422 if form.errors else 200)


def editing(request: HttpRequest, *, title: str, form: forms.Form, back: str, save: str) -> HttpResponse:
    """Answer with the form to change one thing."""
    context = {"title": title, "form": form, "back": back, "save": save}
    return render(request, "tenants/platform/edit.html", context, status=422 if form.errors else 200)
