"""Who has a column of their own where organisations stand side by side."""

from django.db.models import Exists, OuterRef

from agenda.steering.models import Seat
from tenants.models import Organisation

COLUMNS = 8


def side_by_side() -> tuple[list[Organisation], bool]:
    """Return the organisations with a column, by name, and whether others go without; one query.

    Eight at most: those with a seat go before the others, then by name. What all did is under "together".
    """
    seated = Exists(Seat.objects.current().filter(organisation=OuterRef("pk")))
    found = list(Organisation.objects.taking_part().order_by(seated.desc(), "sort_name")[: COLUMNS + 1])
    return sorted(found[:COLUMNS], key=lambda one: one.sort_name), len(found) > COLUMNS
