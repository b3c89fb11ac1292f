"""How the work agenda stood at a moment that is over, made of its history."""

from datetime import date, datetime
from typing import Any

from agenda.history.queries import values_at
from agenda.work.asked import rank
from agenda.work.models import Status, WorkItem
from agenda.work.rows import Part, Row, row_of
from tenants.models import Organisation


def stood_at(moment: datetime) -> list[Row]:
    """Return the results that ran at a moment as they stood then, off track first, then by planned end; two queries."""
    names = {slug: (pk, name) for slug, pk, name in Organisation.objects.values_list("slug", "pk", "name")}
    themes = {value: str(label) for value, label in WorkItem.Theme.choices}
    found = [
        _row(int(address[1:]), values, names, themes)
        for address, values in values_at("W", moment).items()
        if values["finished_on"] is None
    ]
    return sorted(found, key=lambda row: (rank(row), row.due, row.number))


def _row(number: int, values: dict[str, Any], names: dict[str, tuple[int, str]], themes: dict[str, str]) -> Row:
    lead_id, lead = names[values["lead"]]
    parts = [
        Part(
            *names[slug],
            status=values.get(f"{slug}/status") or Status.ON_TRACK,
            description=values.get(f"{slug}/description") or "",
        )
        for slug in values["contributors"]
    ]
    return row_of(
        number,
        values["title"],
        values["theme"],
        lead_id,
        lead,
        values["status"],
        values["progress"],
        date.fromisoformat(values["planned_to"]),
        None,
        str(values.get("asked") or ""),
        tuple(sorted(parts, key=lambda part: part.name)),
        themes,
    )
