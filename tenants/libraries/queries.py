"""Questions about libraries."""

from django.db.models import Func, Prefetch, Q, QuerySet, Value
from django.db.models.functions import Lower

from tenants.access import Standing
from tenants.dated import DatedQuerySet
from tenants.identifiers import as_isil, is_isil
from tenants.models import Isil, Library, Location, PlatformCode
from tenants.roles import Permission


def libraries_visible_to(standing: Standing):
    """Return the current libraries a person may name on this host: all of them for staff, else their own."""
    return libraries_known_to(standing).current()


def libraries_known_to(standing: Standing) -> DatedQuerySet:
    """Return the libraries a person may read about on this host, ended ones too: all for staff, else their own."""
    libraries = Library.objects.filter(organisation=standing.organisation)
    if standing.is_staff or standing.may(Permission.PEOPLE_MANAGE):
        return libraries
    return libraries.filter(pk__in=standing.library_ids)


def matching(libraries: DatedQuerySet, text: str) -> DatedQuerySet:
    """Return those of `libraries` that `text` finds.

    It is part of their name or of that of one of their locations, in whatever letters, with accents or without; or
    the whole of an identifier of either: ISIL, KvK number, code in a library system, short name.
    """
    plain = Lower(Func(Value(text.strip()), function="extensions.plain"))
    named = Q(sort_name__contains=plain) | Q(pk__in=_at_locations(Q(sort_name__contains=plain)))
    return libraries.filter(named | _identified(text))


def identified(libraries: DatedQuerySet, text: str) -> DatedQuerySet:
    """Return those of `libraries` of which `text` is an identifier, or one of a location of theirs."""
    return libraries.filter(_identified(text))


def _identified(text: str) -> Q:
    text = text.strip()
    coded = PlatformCode.objects.filter(code=text)
    given = Isil.objects.filter(value=as_isil(text))
    own = Q(slug=text) | Q(pk__in=coded.values("library")) | Q(pk__in=given.values("library"))
    places = Q(slug=text) | Q(pk__in=coded.values("location")) | Q(pk__in=given.values("location"))
    if text:
        own |= Q(kvk=text)
    return own | Q(pk__in=_at_locations(places))


def _at_locations(places: Q) -> QuerySet:
    return Location.objects.filter(places).order_by().values("library")


def told(libraries: DatedQuerySet) -> DatedQuerySet:
    """Return `libraries` with what a page or the API says of them, in as many questions as one library takes.

    `locations` are those in use.
    """
    places = Location.objects.current().select_related("isil").prefetch_related("codes")
    merged = Library.objects.select_related("isil").order_by("until_on", "pk")
    merged = merged.prefetch_related(Prefetch("predecessors", merged))  # the deeper ones are asked when there are any
    return libraries.select_related("platform", "province", "isil", "successor").prefetch_related(
        "codes", Prefetch("locations", places), Prefetch("predecessors", merged)
    )


def living_by_isil(libraries: DatedQuerySet, text: str) -> Library | None:
    """Return the one of `libraries` whose ISIL `text` is, or that went on after the one whose ISIL it is; else None."""
    if not is_isil(text):
        return None
    given = Isil.objects.filter(value=as_isil(text), library__isnull=False).select_related("library").first()
    if given is None or given.library is None:
        return None
    return libraries.filter(pk=given.library.living.pk).first()
