"""What follows an event in its own transaction, in this order; what reacts a moment later is one of `events.TOPICS`.

A follower is a function of the event and returns the rows that it adds, which are written together with the event:
until then the event's key is known to the database alone (`tenants.together`).
"""

from tenants.context import current_organisation
from tenants.outbox import actions as outbox
from tenants.together import Adding, key_of
from tickets import sharing
from tickets.desk.models import Event
from tickets.events import TOPICS


def announce(event: Event) -> list[Adding]:
    """Return a row of the outbox for each task that hears of this kind of event; each is done by itself."""
    return [
        Adding(
            f"announced_{place}",
            outbox.entry_for(
                organisation=current_organisation(),
                topic=topic,
                address=key_of("event", before="event "),
                dedupe_key=key_of("event", before=f"{topic} event "),
            ),
            ignoring=True,
        )
        for place, topic in enumerate(TOPICS.get(event.kind, ()))
    ]


def nudge(event: Event) -> None:
    """Wake, after commit, the tasks that were announced."""
    for topic in TOPICS.get(event.kind, ()):
        outbox.nudge_after_commit(
            organisation=current_organisation(), topic=topic, dedupe_key=f"{topic} event {event.pk}"
        )


FOLLOWERS = (sharing.publish, announce)
