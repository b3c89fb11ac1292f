"""The boundaries as data: floors of each app, which room imports which, and the single doors.

`tests/test_boundaries.py` holds them against the code, both ways: what is not here may not be there, and the reverse.
"""

# From the lowest floor up; on a floor, too, from low to high. A module imports, of other rooms, only what stands before
# it here; within its own room nothing of a higher floor. `audit` stands for what the room has on no other line.
FLOORS = {
    "tenants": {
        "words": (
            "channels refusals roles dated identifiers entered web.icons web.markdown web.moments web.rows"
            " web.widgets web.bodies web.documents web.contract web.shapes web.paging web.uploads web.guard"
            " web.refused web.kept web.rates files.kinds files.types people.names"
        ),
        "truth": (
            "organisations.models libraries.models people.models invitations.models audit.models"
            " idempotency.models outbox.models settings.models signin.models signs.models tokens.models models"
        ),
        "doors": "context access door actor everywhere together",
        "rooms": (
            "organisations.queries organisations.forms libraries.queries libraries.system_forms libraries.forms"
            " libraries.fields audit signs settings.queries files outbox tokens.actions idempotency settings"
            " organisations.schemas organisations.actions organisations.serving organisations.making people.rights"
            " people.actions people.guests people.callers people.queries people.forms tokens.forms invitations.queries"
            " invitations.actions invitations.forms invitations.mail signin organisations.entering libraries.actions"
            " libraries.identify imports.reading imports.sheets imports.lines imports.actions"
        ),
        "pages": (
            "libraries.api libraries.systems libraries.system_urls libraries.views libraries.urls people.api"
            " people.views people.cooperation people.urls invitations.views invitations.urls organisations.views"
            " organisations.urls settings.views settings.urls tokens.views tokens.urls outbox.views outbox.urls"
            " signin.urls web.middleware idempotency.tasks invitations.tasks organisations.tasks outbox.tasks"
            " signin.tasks signs.tasks"
        ),
        "contents": "apps tasks urls management",
    },
    "agenda": {
        "words": "history.events",
        "truth": "history.models categories.models figures.models work.models steering.models models",
        "below": "categories figures history",
        "verbs": "work",
        "above": "steering begin",
        "contents": "apps urls api tasks",
    },
    "tickets": {
        "words": (
            "router states events refusals calendars.daysoff calendars.worktime calendars.week clocks.reckoning"
            " clocks.kinds agreements.durations agreements.terms contracts.periods"
            " contracts.minutes warnings.moments"
        ),
        "truth": (
            "access search.columns rules.models calendars.models desk.models guests.models notices.models"
            " proposals.models contracts.models agreements.models clocks.models warnings.models models"
        ),
        "below": "rules calendars agreements clocks warnings.words valid since shapes sharing",
        "change": "followers change opening",
        "verbs": "desk guests",
        "questions": "search lists proposals reports",
        "above": (
            "clocks.actions clocks.tasks clocks.views clocks.api clocks.urls contracts restoring.queries closing"
            " retention snapshots notices restoring warnings"
        ),
        "contents": "apps urls api tasks management",
    },
}

# Which other rooms a room imports, of its own app and of those below; types alone (TYPE_CHECKING) do not count.
ROOMS: dict[str, dict[str, str]] = {
    "tenants.access": {"tenants": "models roles"},
    "tenants.actor": {"tenants": "access channels models refusals roles"},
    "tenants.apps": {"tenants": "signin"},
    "tenants.audit": {"tenants": "actor channels models roles"},
    "tenants.context": {"tenants": "models"},
    "tenants.door": {"tenants": "access context models"},
    "tenants.entered": {"tenants": "refusals"},
    "tenants.everywhere": {"tenants": "context"},
    "tenants.files": {"tenants": "models settings"},
    "tenants.idempotency": {"tenants": "access context files models web"},
    "tenants.imports": {"tenants": "actor audit entered libraries models organisations refusals roles"},
    "tenants.invitations": {
        "tenants": "access actor audit context models organisations outbox people refusals roles web"
    },
    "tenants.libraries": {
        "tenants": "access actor audit dated entered identifiers models organisations people roles web"
    },
    "tenants.management": {
        "tenants": (
            "access actor context imports invitations models organisations outbox people refusals roles signin tokens"
        )
    },
    "tenants.models": {
        "tenants": "audit idempotency invitations libraries organisations outbox people settings signin signs tokens"
    },
    "tenants.organisations": {
        "tenants": "access actor audit context dated entered identifiers invitations models outbox refusals roles web"
    },
    "tenants.outbox": {"tenants": "access actor audit context models organisations refusals roles web"},
    "tenants.people": {
        "tenants": "access actor audit dated invitations libraries models organisations refusals roles web"
    },
    "tenants.settings": {"tenants": "actor audit files models refusals roles web"},
    "tenants.signin": {"tenants": "access actor audit context models organisations outbox refusals tokens web"},
    "tenants.signs": {"tenants": "context"},
    "tenants.tasks": {"tenants": "idempotency invitations organisations outbox signin signs"},
    "tenants.tokens": {"tenants": "actor audit context models organisations refusals roles web"},
    "tenants.urls": {"tenants": "invitations libraries organisations outbox people settings tokens"},
    "tenants.web": {"tenants": "access dated door organisations refusals roles signin tokens"},
    "agenda.api": {"agenda": "categories figures work"},
    "agenda.begin": {
        "tenants": "access audit invitations models outbox roles web",
        "agenda": "categories figures steering work",
    },
    "agenda.categories": {"tenants": "actor audit dated entered roles web"},
    "agenda.figures": {"tenants": "models refusals roles web", "agenda": "categories"},
    "agenda.history": {"tenants": "actor audit models refusals"},
    "agenda.models": {"agenda": "categories figures history steering work"},
    "agenda.steering": {"tenants": "access actor audit dated models organisations roles web", "agenda": "figures work"},
    "agenda.tasks": {"agenda": "steering"},
    "agenda.urls": {"agenda": "begin categories steering work"},
    "agenda.work": {"tenants": "access actor audit dated entered models refusals roles web", "agenda": "history"},
    "tickets.access": {"tenants": "access actor context roles", "tickets": "events states"},
    "tickets.agreements": {
        "tenants": "actor audit context libraries models refusals roles web",
        "tickets": "calendars clocks contracts router rules states",
    },
    "tickets.api": {"tickets": "agreements calendars clocks contracts desk lists router"},
    "tickets.calendars": {
        "tenants": "actor audit context dated models refusals roles settings web",
        "tickets": "router rules",
    },
    "tickets.change": {
        "tenants": "actor context files models refusals together",
        "tickets": "access clocks desk events followers refusals since states valid",
    },
    "tickets.clocks": {
        "tenants": "access actor context everywhere models together web",
        "agenda": "figures",
        "tickets": "access agreements calendars desk router rules sharing states",
    },
    "tickets.closing": {
        "tenants": "actor context everywhere roles settings",
        "tickets": "calendars change desk events refusals states",
    },
    "tickets.contracts": {
        "tenants": (
            "access actor audit context everywhere files identifiers imports libraries models organisations outbox"
            " refusals roles web"
        ),
        "tickets": "agreements desk router rules shapes",
    },
    "tickets.desk": {
        "tenants": "access actor context dated files idempotency libraries models people refusals roles signin web",
        "agenda": "categories",
        "tickets": (
            "access calendars change clocks events opening refusals router search shapes since states valid warnings"
        ),
    },
    "tickets.events": {"tickets": "states"},
    "tickets.followers": {"tenants": "context outbox together", "tickets": "desk events sharing"},
    "tickets.guests": {"tenants": "actor context models people web", "tickets": "change desk events"},
    "tickets.lists": {
        "tenants": "access libraries models refusals roles web",
        "agenda": "categories figures",
        "tickets": "access agreements clocks desk router search shapes states",
    },
    "tickets.management": {"tenants": "context", "tickets": "snapshots"},
    "tickets.models": {"tickets": "agreements calendars clocks contracts desk guests notices proposals rules warnings"},
    "tickets.notices": {
        "tenants": "access context models organisations outbox settings",
        "tickets": "access clocks desk events states",
    },
    "tickets.opening": {
        "tenants": "actor context files models refusals roles together",
        "agenda": "categories",
        "tickets": "change clocks desk events states valid",
    },
    "tickets.proposals": {
        "tenants": "access context everywhere roles web",
        "agenda": "categories",
        "tickets": "desk states valid",
    },
    "tickets.refusals": {"tenants": "refusals"},
    "tickets.reports": {
        "tenants": "actor audit models refusals roles web",
        "agenda": "figures",
        "tickets": "agreements clocks desk lists",
    },
    "tickets.restoring": {"tenants": "context idempotency outbox", "tickets": "desk events snapshots"},
    "tickets.retention": {
        "tenants": "actor audit context everywhere files",
        "tickets": "contracts desk restoring",
    },
    "tickets.router": {"tenants": "web"},
    "tickets.search": {"tenants": "access context dated libraries models roles", "tickets": "access desk"},
    "tickets.shapes": {"tenants": "models web", "agenda": "categories", "tickets": "access clocks desk states"},
    "tickets.sharing": {"tenants": "context together", "agenda": "figures", "tickets": "clocks desk"},
    "tickets.since": {"tenants": "actor", "tickets": "access desk events refusals valid"},
    "tickets.snapshots": {
        "tenants": "actor audit context everywhere",
        "agenda": "figures",
        "tickets": "clocks desk sharing",
    },
    "tickets.rules": {"tenants": "context outbox"},
    "tickets.tasks": {"tickets": "clocks closing contracts notices proposals retention snapshots warnings"},
    "tickets.urls": {
        "tickets": "agreements calendars clocks contracts desk guests lists proposals reports search warnings"
    },
    "tickets.valid": {"tenants": "access context dated models", "tickets": "states"},
    "tickets.warnings": {
        "tenants": "access actor audit channels context everywhere models organisations outbox refusals roles web",
        "tickets": "agreements calendars change clocks desk events refusals rules states",
    },
}

# Who alone may do it, by path.
DOORS = {
    "imports django_tenants": ["tenants/organisations/models.py"],
    "imports guardian": ["tickets/guests/models.py"],
    "enters a schema": ["tenants/context.py"],
    # Rights come from the standing; the others list and change roles of people, or make them for the demo.
    "names memberships": [
        "config/demo/load.py",
        "config/demo/places.py",
        "tenants/access.py",
        "tenants/invitations/actions.py",
        "tenants/invitations/models.py",
        "tenants/models.py",
        "tenants/people/actions.py",
        "tenants/people/callers.py",
        "tenants/people/cooperation.py",
        "tenants/people/forms.py",
        "tenants/people/guests.py",
        "tenants/people/models.py",
        "tenants/people/queries.py",
        "tenants/people/views.py",
    ],
    "sets the state of a ticket": ["tickets/change.py"],
    "imports tickets.change.changing": [
        "tickets/closing/actions.py",
        "tickets/desk/actions.py",
        "tickets/guests/actions.py",
        "tickets/warnings/escalating.py",
    ],
    "writes tickets.Ticket": ["tickets/clocks/actions.py", "tickets/opening.py"],
    "writes tickets.Message": ["tickets/change.py"],
    "writes tickets.Event": ["tickets/change.py"],
    "writes tickets.Notice": ["tickets/notices/actions.py"],
    "writes agenda.Event": ["agenda/history/actions.py"],
    "writes agenda.TicketSnapshot": ["tickets/sharing.py", "tickets/snapshots/actions.py"],
    "writes tenants.AuditEntry": ["tenants/audit/actions.py"],
    "writes tenants.OutboxEntry": ["config/demo/load.py", "tenants/outbox/actions.py"],
    "imports django.core.mail": [
        "config/running/mailbox.py",
        "config/running/smtp.py",
        "tenants/invitations/mail.py",
        "tenants/outbox/troubles.py",
        "tenants/signin/mail.py",
        "tickets/contracts/alerts.py",
        "tickets/notices/actions.py",
        "tickets/warnings/mailing.py",
    ],
}
