"""Tables of the desk of one organisation, all in its own schema; what they may point at lies in the public schema."""

from tickets.agreements.models import Agreement, AgreementVersion
from tickets.calendars.models import ClosingDays, ServiceCalendar, ServiceHours
from tickets.clocks.models import Clock, Interval
from tickets.contracts.models import (
    ContractFile,
    HoursBooking,
    HoursCard,
    LibraryContract,
    SupplierContact,
    SupplierContract,
)
from tickets.desk.models import Attachment, Counter, Event, KeptFile, Message, Ticket
from tickets.guests.models import TicketGrant, TicketGroupGrant
from tickets.notices.models import Notice
from tickets.proposals.models import LibraryWord, ProposalResult, SortedTicket, WordCount
from tickets.rules.models import RulesStamp
from tickets.warnings.models import Rung, WarningGiven

__all__ = [
    "Agreement",
    "AgreementVersion",
    "Attachment",
    "Clock",
    "ClosingDays",
    "ContractFile",
    "Counter",
    "Event",
    "HoursBooking",
    "HoursCard",
    "Interval",
    "KeptFile",
    "LibraryContract",
    "LibraryWord",
    "Message",
    "Notice",
    "ProposalResult",
    "RulesStamp",
    "Rung",
    "ServiceCalendar",
    "ServiceHours",
    "SortedTicket",
    "SupplierContact",
    "SupplierContract",
    "Ticket",
    "TicketGrant",
    "TicketGroupGrant",
    "WarningGiven",
    "WordCount",
]
