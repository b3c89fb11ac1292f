"""Who acts on a ticket: a person through some channel, or a named part of the system."""

from dataclasses import dataclass

from tenants.access import Standing
from tenants.models import Person
from tickets.models import Event, Ticket
from tickets.states import REPORTER, STAFF, TIME


@dataclass(frozen=True)
class Actor:
    """A person with their standing, or a system actor by name; and the channel it came through."""

    person: Person | None = None
    standing: Standing | None = None
    system: str = ""
    channel: str = Event.Channel.PAGE

    @classmethod
    def of(cls, standing: Standing, channel: str = Event.Channel.PAGE) -> "Actor":
        """Return the person of `standing` as actor."""
        return cls(person=standing.person, standing=standing, channel=channel)

    @classmethod
    def of_system(cls, name: str) -> "Actor":
        """Return a named part of the system as actor."""
        return cls(system=name, channel=Event.Channel.SYSTEM)

    @property
    def is_staff(self) -> bool:
        """Does it act for the desk?"""
        return bool(self.standing and self.standing.is_staff)

    def role_on(self, ticket: Ticket) -> str:
        """Return staff, reporter, time or nothing: which column of the table of transitions holds.

        The key user of the library may do what the reporter may: people leave, tickets stay.
        """
        if self.system:
            return TIME
        if self.is_staff:
            return STAFF
        if self.person is None or self.standing is None:
            return ""
        is_reporter = ticket.reporter_id == self.person.pk
        return REPORTER if is_reporter or ticket.library_id in self.standing.key_user_library_ids else ""
