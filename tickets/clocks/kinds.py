"""The clocks of a ticket, and what of its states lets them stand still where nobody said otherwise."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tickets.states import State


class ClockKind(models.TextChoices):
    """What is waited for (ITIL): three promises of the desk, and what others do meanwhile."""

    FIRST_ANSWER = "first_answer", _("first answer")
    UPDATE = "update", _("update")
    RESOLUTION = "resolution", _("resolution")
    SUPPLIER = "supplier", _("supplier")
    PARTNER = "partner", _("colleague POI")


# Promises of the desk to a library: what a list sorts by and a report counts.
OWN = (ClockKind.FIRST_ANSWER, ClockKind.UPDATE, ClockKind.RESOLUTION)
# The states that may let a clock stand still; what waits for the desk itself never does.
WAITING = (State.WAITING_REPORTER, State.WAITING_SUPPLIER, State.WAITING_PARTNER, State.PLANNED)
# In which states they stand still until an organisation says otherwise.
PAUSES: dict[str, list[str]] = {
    ClockKind.FIRST_ANSWER: [State.WAITING_REPORTER],
    ClockKind.UPDATE: [State.WAITING_REPORTER, State.PLANNED],
    ClockKind.RESOLUTION: list(WAITING),
}
