"""Who acts on the common host, and the results that the tests of the common work share."""

from datetime import date
from itertools import count

import pytest

from agenda.categories.models import Category
from agenda.figures.models import TicketSnapshot
from agenda.work.actions import create_item
from tenants.access import standing
from tenants.actor import Actor


@pytest.fixture
def acts(cast):
    """Return somebody of the cast as they act on the common host: acts("bisc lead")."""

    def make(who: str, channel: str = "page", origin: str = "") -> Actor:
        return Actor.of(standing(cast.everybody[who], cast.common), channel, origin)

    return make


@pytest.fixture
def put(cast, acts):
    """Return a maker of results that BiSC leads, planned for January and February 2026."""

    def make(title: str, **changes):
        values = {
            "theme": "cost",
            "lead": cast.bisc.organisation,
            "planned_from": date(2026, 1, 1),
            "planned_to": date(2026, 2, 28),
            "by": acts("manager"),
        }
        return create_item(title=title, **{**values, **changes})

    return make


@pytest.fixture
def snapshots(cast):
    """Return a maker of rows of the read model: snapshots(house, 3, opened_at=..., category="6.1")."""
    numbers = count()

    def make(house, many: int, *, category: str = "6.1", **values):
        same = {"organisation": house.organisation, "library": house.library, "platform": house.library.platform}
        same |= {"type": "question", "priority": "low", "state": "new", "version": 1, **values}
        about = Category.objects.get(code=category)
        TicketSnapshot.objects.bulk_create(
            TicketSnapshot(number=f"X-{next(numbers)}", category=about, **same) for _ in range(many)
        )

    return make
