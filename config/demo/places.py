"""Where tickets of the demo come from, and the rows that they are written in."""

from dataclasses import dataclass

from agenda.figures.models import TicketSnapshot
from config.demo.copying import Rows
from tenants.models import Library, LibraryMembership, Organisation
from tickets.models import Clock, Event, Interval, Message, Ticket


@dataclass(frozen=True)
class Place:
    """A library with the keys of its locations, and of the people who report there."""

    library: Library
    locations: list[int]
    reporters: list[int]


def places_of(organisation: Organisation) -> list[Place]:
    """Return the libraries of an organisation at which somebody can report, in the order of their keys."""
    reporters: dict[int, list[int]] = {}
    rows = LibraryMembership.objects.current().filter(library__organisation=organisation)
    for library_id, person_id in rows.order_by("pk").values_list("library_id", "person_id"):
        reporters.setdefault(library_id, []).append(person_id)
    libraries = Library.objects.current().filter(organisation=organisation).order_by("pk")
    found = []
    for library in libraries.prefetch_related("locations"):
        if library.pk in reporters:
            pks = sorted(location.pk for location in library.locations.all())
            found.append(Place(library, pks, sorted(set(reporters[library.pk]))))
    return found


class Written:
    """The rows of some thousand tickets, to be written at once."""

    def __init__(self) -> None:
        self.tickets, self.messages, self.events = Rows(Ticket), Rows(Message), Rows(Event)
        self.places, self.snapshots = Rows(Ticket.locations.through, keyed=False), Rows(TicketSnapshot, keyed=False)
        self.intervals, self.clocks = Rows(Interval, keyed=False), Rows(Clock, keyed=False)

    def write(self, cursor) -> None:
        """Write them by COPY."""
        of_ticket = (self.places, self.messages, self.events, self.intervals, self.clocks)
        for rows in (self.tickets, *of_ticket, self.snapshots):
            rows.write(cursor)
