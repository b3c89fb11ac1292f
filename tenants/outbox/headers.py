"""Headers of a mail that an entry of the outbox sends."""

from django.conf import settings
from django.utils.crypto import salted_hmac

from tenants.outbox.models import OutboxEntry


def headers_of(entry: OutboxEntry) -> dict[str, str]:
    """Return the headers of its one mail: no reader answers it by itself, and a second copy is known as the same.

    The Message-ID is the same at each attempt, and made with the secret key: it tells nobody how many mails there were.
    """
    token = salted_hmac("tenants.outbox", f"{entry.organisation_id} {entry.dedupe_key}").hexdigest()[:24]
    return {
        "Message-ID": f"<{token}@{settings.DOMAIN}>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
