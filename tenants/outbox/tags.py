"""Words about the outbox for templates."""

from django import template
from django.conf import settings

from tenants.outbox.models import OutboxEntry

register = template.Library()


@register.filter
def topic_words(entry: OutboxEntry) -> str:
    """Say what kind of mail an entry is."""
    return str(settings.OUTBOX_TOPICS.get(entry.topic, entry.topic))
