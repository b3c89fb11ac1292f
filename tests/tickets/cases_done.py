"""Verbs that change a ticket or who sees it: each case with all that is different afterwards."""

from tests.tickets.verbs import (
    ANSWERED,
    AT,
    DONE,
    INSIDE,
    LATER,
    NOTICES,
    RESOLVED,
    SUPPLIER,
    TOLD,
    Case,
    Happened,
    state_change,
)

DONE_TO = [
    Case(
        "move with a reason",
        "desk.move",
        "desk",
        lambda w: {"to": "waiting_supplier", "reason": "Gemeld bij de leverancier.", "fact": SUPPLIER},
        (
            Happened(
                "state_changed",
                4,
                2,
                {
                    "changes": {
                        **{"state": ["new", "waiting_supplier"], "supplier": ["", "OCLC"]},
                        "supplier_number": ["", "4471"],
                    }
                },
                message=("staff", "internal", "Gemeld bij de leverancier."),
                topics=(NOTICES,),
            ),
        ),
        after={**TOLD, "state": "waiting_supplier", "supplier": "OCLC", "supplier_number": "4471"},
        snapshot={"state": "waiting_supplier"},
        again="nothing",
    ),
    Case(
        "resolve",
        "desk.move",
        "lead",
        lambda w: {"to": "resolved", "answer": "Klaar."},
        (
            Happened(
                "state_changed",
                4,
                2,
                lambda w: {"changes": {"state": ["planned", "resolved"], "assignee": [None, w.pk("bisc lead")]}},
                message=("staff", "public", "Klaar."),
                topics=(NOTICES,),
            ),
        ),
        start="planned",
        after={
            **{**TOLD, "state": "resolved", "first_answer_at": AT, "resolved_at": AT},
            "assignee": "lead@bisc.example",
        },
        snapshot={**ANSWERED, **DONE, "state": "resolved"},
        again="nothing",
    ),
    Case(
        "close",
        "desk.move",
        "keyuser",
        lambda w: {"to": "closed"},
        (Happened("state_changed", 4, 2, state_change("resolved", "closed"), topics=(NOTICES,)),),
        start="resolved",
        after={**TOLD, "state": "closed", "resolved_at": RESOLVED, "closed_at": AT},
        snapshot={"state": "closed", "resolved_at": RESOLVED, "closed_at": AT, "minutes_to_resolution": 60},
        again="nothing",
    ),
    Case(
        "reopen",
        "desk.move",
        "colleague",
        lambda w: {"to": "open", "reason": "Het is er weer."},
        (
            Happened(
                "state_changed",
                4,
                2,
                state_change("closed", "open"),
                message=("library", "public", "Het is er weer."),
                topics=(NOTICES,),
            ),
        ),
        start="closed",
        after={**TOLD, "state": "open", "reopened": 1, "reopened_at": AT},
        snapshot={"state": "open", "reopened": 1},
        again="nothing",
    ),
    Case(
        "edit all fields",
        "desk.edit",
        "desk",
        lambda w: {
            "changes": {
                **{"type": "change", "subject": "Anders", "category": w.category("6.2"), "urgency": "medium"},
                **{"library": w.cast.bisc.other_library, "locations": w.cast.bisc.other_locations, "impact": "high"},
                **{"reporter": w.cast.bisc.people["neighbour"], "assignee": w.cast.bisc.people["seated"]},
            }
        },
        (
            Happened(
                "edited",
                4,
                2,
                lambda w: {
                    "changes": {
                        "type": ["incident", "change"],
                        "subject": ["Zelfservice zegt kwartelzang", "Anders"],
                        "category": [w.category("6.1").pk, w.category("6.2").pk],
                        "library": [w.cast.bisc.library.pk, w.cast.bisc.other_library.pk],
                        "locations": [[w.cast.bisc.locations[0].pk], [one.pk for one in w.cast.bisc.other_locations]],
                        "reporter": [w.pk("bisc colleague"), w.pk("bisc neighbour")],
                        "urgency": ["high", "medium"],
                        "impact": ["low", "high"],
                        "assignee": [None, w.pk("bisc seated")],
                        "priority": ["medium", "high"],
                    }
                },
                topics=(NOTICES,),
            ),
        ),
        after={
            **TOLD,
            **{"type": "change", "subject": "Anders", "category": "6.2", "library": "bisc-twee"},
            **{"locations": ["bisc-twee-1", "bisc-twee-2"], "platform": "noord-oost", "urgency": "medium"},
            **{"impact": "high", "priority": "high", "priority_rank": 1, "reporter": "balie@bisc-twee.example"},
            "assignee": "zetel@bisc.example",
        },
        snapshot={
            **{"type": "change", "category": "6.2", "library": "bisc-twee", "priority": "high"},
            **{"locations": ["bisc-twee-1", "bisc-twee-2"], "platform": "noord-oost"},
        },
        again="nothing",
    ),
    Case(
        "edit of the library alone",
        "desk.edit",
        "desk",
        lambda w: {"changes": {"library": w.cast.bisc.other_library, "reporter": w.cast.bisc.people["desk"]}},
        (
            Happened(
                "edited",
                4,
                2,
                lambda w: {
                    "changes": {
                        "library": [w.cast.bisc.library.pk, w.cast.bisc.other_library.pk],
                        "locations": [[w.cast.bisc.locations[0].pk], []],
                        "reporter": [w.pk("bisc colleague"), w.pk("bisc desk")],
                    }
                },
                topics=(NOTICES,),
            ),
        ),
        after={
            **TOLD,
            **{"library": "bisc-twee", "locations": [], "platform": "noord-oost", "reporter": "desk@bisc.example"},
        },
        snapshot={"library": "bisc-twee", "locations": [], "platform": "noord-oost"},
        again="nothing",
    ),
    Case(
        "edit of the impact",
        "desk.edit",
        "lead",
        lambda w: {"changes": {"impact": "high"}},
        (
            Happened(
                "edited",
                4,
                None,
                {"changes": {"impact": ["low", "high"], "priority": ["medium", "critical"]}},
                topics=(NOTICES,),
            ),
        ),
        after={**INSIDE, "impact": "high", "priority": "critical", "priority_rank": 0},
        snapshot={"priority": "critical"},
        again="nothing",
    ),
    Case(
        "assign",
        "desk.edit",
        "lead",
        lambda w: {"changes": {"assignee": w.cast.bisc.people["desk"], "urgency": "high"}},
        (
            Happened(
                "assigned",
                4,
                None,
                lambda w: {"changes": {"assignee": [None, w.pk("bisc desk")]}},
                topics=(NOTICES,),
            ),
        ),
        after={**INSIDE, "assignee": "desk@bisc.example"},
        again="nothing",
    ),
    Case(
        "pick up",
        "desk.pick_up",
        "seated",
        lambda w: {},
        (
            Happened(
                "picked_up",
                4,
                2,
                lambda w: {"changes": {"assignee": [None, w.pk("bisc seated")], "state": ["new", "open"]}},
            ),
        ),
        after={**TOLD, "assignee": "zetel@bisc.example", "state": "open"},
        snapshot={"state": "open"},
        again="nothing",
    ),
    Case(
        "pick up what is under way",
        "desk.pick_up",
        "desk",
        lambda w: {},
        (Happened("picked_up", 4, None, lambda w: {"changes": {"assignee": [None, w.pk("bisc desk")]}}),),
        start="waiting_supplier",
        after={**INSIDE, "assignee": "desk@bisc.example"},
        snapshot={"state": "waiting_supplier"},
        again="nothing",
    ),
    Case(
        "open to a colleague elsewhere",
        "guests.open_to",
        "lead",
        lambda w: {"person": w.cast.cubiss.people["lead"], "until_on": LATER},
        (
            Happened(
                "granted",
                4,
                None,
                lambda w: {"person": w.pk("cubiss lead"), "until_on": "2026-12-24"},
                topics=(NOTICES,),
            ),
        ),
        after={"version": 4},
        trail=(("guest.let_in", "lead@bisc.example", "bisc", "cubiss lead", {"until": "2026-12-24"}),),
        again="nothing",
        clock=False,
    ),
    Case(
        "close to a colleague elsewhere",
        "guests.close_to",
        "desk",
        lambda w: {"person": w.cast.cubiss.people["guest"]},
        (Happened("grant_ended", 4, None, lambda w: {"person": w.pk("cubiss guest")}),),
        after={"version": 4},
        trail=(("guest.let_out", "desk@bisc.example", "bisc", "cubiss guest", {}),),
        again="nothing",
        clock=False,
    ),
    Case(
        "close by time",
        "closing.close_by_time",
        "time",
        lambda w: {"resolved_at": RESOLVED},
        (Happened("state_changed", 4, 2, state_change("resolved", "closed"), topics=(NOTICES,)),),
        start="resolved",
        after={**TOLD, "state": "closed", "resolved_at": RESOLVED, "closed_at": AT},
        snapshot={"state": "closed", "resolved_at": RESOLVED, "closed_at": AT, "minutes_to_resolution": 60},
        again="nothing",
    ),
]
