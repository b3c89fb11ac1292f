"""What follows an event in its own transaction, in this order; what reacts a moment later is one of `events.TOPICS`."""

from tenants.context import current_organisation
from tenants.outbox import actions as outbox
from tickets import sharing
from tickets.desk.models import Event
from tickets.events import TOPICS


def announce(event: Event) -> None:
    """Leave a row in the outbox for each task that hears of this kind of event; each is done and repeated by itself."""
    for topic in TOPICS.get(event.kind, ()):
        outbox.put(
            organisation=current_organisation(),
            topic=topic,
            address=f"event {event.pk}",
            dedupe_key=f"{topic} event {event.pk}",
        )


FOLLOWERS = (sharing.publish, announce)
