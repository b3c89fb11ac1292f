"""Who calls the desk: people of the libraries it serves and its own, found by a few letters or entered meanwhile."""

from dataclasses import dataclass
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Func, Q, TextField, Value
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tenants.access import Standing, staff_of
from tenants.actor import Actor
from tenants.audit.actions import record
from tenants.audit.queries import count_since
from tenants.dated import DatedQuerySet
from tenants.models import Library, LibraryMembership, Organisation, Person
from tenants.people.actions import address_one_at_a_time, enter_library_role
from tenants.people.names import checked_address
from tenants.refusals import NotAllowed
from tenants.roles import LibraryRole, Permission

LETTERS = 3  # from which on is looked
MOST = 8
PER_HOUR = 20
ELSEWHERE = gettext_lazy(
    "This address has an account already. Invite this person at People; once they accept, you choose them here."
)


@dataclass(frozen=True)
class Caller:
    """Somebody for whom the desk may file: at one library, or staff of the organisation itself."""

    pk: int
    name: str
    email: str
    library: str = ""
    slug: str = ""


def callers(text: str, standing: Standing) -> list[Caller]:
    """Return those with `text` in their name, address or library, at most eight, by name; none below three letters.

    Only who has a role today, here or at a library of this organisation, and only to staff. Two questions.
    """
    text = text.strip()
    if len(text) < LETTERS or not standing.is_staff:
        return []
    plain = Lower(Func(Value(text), function="extensions.plain"))
    found = _at_libraries(standing.organisation).annotate(plain=_plain("person__name"))
    fits = Q(plain__contains=plain) | Q(person__email__contains=text.lower()) | Q(library__sort_name__contains=plain)
    rows = [Caller(*row) for row in _told(found.filter(fits).order_by("plain", "pk"))[:MOST]]
    own = staff_of(standing.organisation).annotate(plain=_plain("name"))
    own = own.filter(Q(plain__contains=plain) | Q(email__contains=text.lower())).order_by("plain", "pk")
    rows += [Caller(*row) for row in own.values_list("pk", "name", "email")[:MOST]]
    return list(dict.fromkeys(rows))[:MOST]


def caller(standing: Standing, *, slug: str = "", **who: object) -> Caller | None:
    """Return the one that `who` says, by `pk` or `email`, at the library of `slug` where they are there; else None."""
    if not standing.is_staff:
        return None
    rows = _at_libraries(standing.organisation).filter(**{f"person__{name}": value for name, value in who.items()})
    at = [Caller(*row) for row in _told(rows.order_by("library__sort_name", "pk"))]
    at += [Caller(*row) for row in staff_of(standing.organisation).filter(**who).values_list("pk", "name", "email")]
    return next((one for one in at if one.slug == slug), at[0] if at else None)


def _at_libraries(organisation: Organisation) -> DatedQuerySet:
    rows = LibraryMembership.objects.current().filter(library__organisation=organisation)
    return rows.exclude(library__until_on__lt=timezone.localdate()).filter(person__is_active=True)


def _told(rows: DatedQuerySet):
    return rows.values_list("person_id", "person__name", "person__email", "library__name", "library__slug")


def _plain(name: str) -> Lower:
    return Lower(Func(F(name), function="extensions.plain", output_field=TextField()))


def enter_caller(*, name: str, email: str, library: Library, by: Actor) -> Person:
    """Make who calls known as colleague at `library`, who sees their own tickets, and return them; no mail goes out.

    Whoever is known here by this address already stays as they are and gets that role. Raises NotAllowed for anyone but
    staff of the library's organisation; ValidationError for an odd name or address, an account that was closed or that
    has no role here today (it gets none unasked, and is not told of), a library that has left, and for more than 20
    people within an hour. A refusal for the account's sake is an answer as well: it counts too, and stays in the trail.
    """
    if not by.may_at(library.organisation, Permission.TICKETS_WORK):
        raise NotAllowed
    address = checked_address(email, name)
    today = timezone.localdate()
    if library.from_on > today or (library.until_on and library.until_on < today):
        raise ValidationError({"library": _("This is no library of this organisation.")})
    answer = _entered_or_refused(name.strip(), address, library, by)
    if isinstance(answer, ValidationError):
        raise answer  # not before its line is kept
    return answer


@transaction.atomic
def _entered_or_refused(name: str, address: str, library: Library, by: Actor) -> Person | ValidationError:
    _refuse_too_many(by)
    address_one_at_a_time(address)
    try:
        with transaction.atomic():
            return _entered(name, address, library, by)
    except ValidationError as refusal:
        person = Person.objects.filter(email=address).first()
        if person is not None:  # what was refused for another reason, of somebody who was made just now, tells nothing
            _record("caller.refused", person, library, by, result="refused")
        return refusal


def _entered(name: str, address: str, library: Library, by: Actor) -> Person:
    person = Person.objects.filter(email=address).first()
    if person is None:
        person = Person.objects.create_user(email=address, name=name)
    elif LibraryMembership.objects.current().filter(person=person, library=library).exists() and person.is_active:
        return person
    elif person.is_active and not _is_known(person, library.organisation):
        raise ValidationError({"email": ELSEWHERE})
    _record("caller.entered", person, library, by)
    enter_library_role(person=person, library=library, role=LibraryRole.COLLEAGUE, by=by)
    return person


def _record(action: str, person: Person, library: Library, by: Actor, result: str = "done") -> None:
    record(
        action=action,
        by=by,
        organisation=library.organisation,
        object=f"person {person.pk}",
        result=result,
        library=library.slug,
    )


def _is_known(person: Person, organisation: Organisation) -> bool:
    """Have they a role today where staff of `organisation` may see it?"""
    here = _at_libraries(organisation).filter(person=person).exists()
    return here or staff_of(organisation).filter(pk=person.pk).exists()


def _refuse_too_many(by: Actor) -> None:
    """Count the lines of the trail; two at once wait."""
    if by.person is None:
        return
    Person.objects.select_for_update(no_key=True).get(pk=by.person.pk)
    since = timezone.now() - timedelta(hours=1)
    if count_since(["caller.entered", "caller.refused"], by.person, since) >= PER_HOUR:
        raise ValidationError(_("That is 20 new people within an hour. Enter the others later."))
