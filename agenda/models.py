"""Tables of the rooms of the common work; all in the public schema."""

from agenda.categories.models import Category
from agenda.figures.models import KeptFigures, TicketSnapshot
from agenda.history.models import Event, Numbering
from agenda.steering.models import Seat
from agenda.work.models import Contribution, PolicyFramework, PolicyGoal, WorkItem

__all__ = [
    "Category",
    "Contribution",
    "Event",
    "KeptFigures",
    "Numbering",
    "PolicyFramework",
    "PolicyGoal",
    "Seat",
    "TicketSnapshot",
    "WorkItem",
]
