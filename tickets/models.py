"""Tables of the desk of one organisation, all in its own schema; what they may point at lies in the public schema."""

from tickets.calendars.models import ClosingDays, ServiceCalendar, ServiceHours
from tickets.desk.models import Attachment, Counter, Event, KeptFile, Message, Ticket
from tickets.guests.models import TicketGrant, TicketGroupGrant
from tickets.notices.models import Notice
from tickets.proposals.models import LibraryWord, ProposalResult, SortedTicket, WordCount

__all__ = [
    "Attachment",
    "ClosingDays",
    "Counter",
    "Event",
    "KeptFile",
    "LibraryWord",
    "Message",
    "Notice",
    "ProposalResult",
    "ServiceCalendar",
    "ServiceHours",
    "SortedTicket",
    "Ticket",
    "TicketGrant",
    "TicketGroupGrant",
    "WordCount",
]
