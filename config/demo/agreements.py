"""What the demo's organisations promise: to all, per service level, and for wishes; as if it was agreed long ago."""

from datetime import date

from config.demo.hours import lead_of
from tenants.models import Location
from tickets.agreements.actions import Asked, change_agreement, make_agreement
from tickets.agreements.models import Agreement
from tickets.calendars.actions import change_hours, make_calendar
from tickets.calendars.models import ServiceHours

BEGAN = date(2021, 1, 1)
SUNDAYS = ["8:30-17:00"] * 5 + ["", "12:00-17:00"]
# By priority: first answer, update, resolution.
FOR_ALL = {
    "critical": ("2 uur", "4 uur", "1 werkdag"),
    "high": ("4 uur", "1 werkdag", "2 werkdagen"),
    "medium": ("1 werkdag", "5 werkdagen", "5 werkdagen"),
    "low": ("2 werkdagen", "10 werkdagen", "10 werkdagen"),
}
LEVELS = {
    Location.Level.SMALL: {
        "critical": ("4 uur", "1 werkdag", "1 werkdag, einde dag"),
        "high": ("1 werkdag, einde dag", "2 werkdagen", "3 werkdagen"),
        "medium": ("1 werkdag, einde dag", "5 werkdagen", "5 werkdagen"),
        "low": ("2 werkdagen, einde dag", "10 werkdagen", "10 werkdagen"),
    },
    Location.Level.MEDIUM: {
        "critical": ("2 uur", "4 uur", "1 werkdag"),
        "high": ("4 uur", "1 werkdag", "2 werkdagen"),
        "medium": ("1 werkdag", "5 werkdagen", "5 werkdagen"),
        "low": ("2 werkdagen", "10 werkdagen", "10 werkdagen"),
    },
    Location.Level.LARGE: {
        "critical": ("30 min", "2 uur", "2 uur"),
        "high": ("1 uur", "4 uur", "4 uur"),
        "medium": ("4 uur", "3 werkdagen", "3 werkdagen"),
        "low": ("1 werkdag", "5 werkdagen", "10 werkdagen"),
    },
}
WISHES = dict.fromkeys(FOR_ALL, ("2 werkdagen", "10 werkdagen", "60 werkdagen"))
PARTNER = {"critical": "2 uur", "high": "4 uur", "medium": "2 werkdagen", "low": "3 werkdagen"}


def load_agreements(slug: str) -> None:
    """Let the lead of an organisation promise something to all, at each level and for wishes; once."""
    if Agreement.objects.exists():
        return
    by = lead_of(slug)
    large = make_calendar(name_nl="Ook op zondag", name_en="Sundays too", level=Location.Level.LARGE, by=by)
    first: ServiceHours = large.versions.get(from_on=BEGAN)
    change_hours(
        calendar=large,
        from_on=BEGAN,
        week=SUNDAYS,
        time_zone=first.time_zone,
        public_holidays=first.public_holidays,
        liberation_day=first.liberation_day,
        good_friday=first.good_friday,
        by=by,
        today=BEGAN,
    )
    said = {"*": FOR_ALL, "wish": WISHES}
    targets = {key: text for type, rows in said.items() for key, text in _asked(type, rows).items()}
    change_agreement(agreement=make_agreement(by=by), from_on=BEGAN, targets=targets, by=by, today=BEGAN)
    for level, rows in LEVELS.items():
        change_agreement(
            agreement=make_agreement(level=level, by=by),
            from_on=BEGAN,
            targets={**_asked("*", rows), **_asked("wish", WISHES)},
            by=by,
            today=BEGAN,
        )


def _asked(type: str, rows: dict[str, tuple[str, str, str]]) -> Asked:
    """Return what is promised for a type, as the verb takes it; what a colleague POI promises is the same for all."""
    clocks = ("first_answer", "update", "resolution")
    own = {
        (type, priority, clock): text for priority, row in rows.items() for clock, text in zip(clocks, row, strict=True)
    }
    return {**own, **{("*", priority, "partner"): text for priority, text in PARTNER.items()}}
