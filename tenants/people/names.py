"""What a name may be: it stands in mails that go out from our address, so it is one line and holds no address."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

NAME_MAX = 120
ADDRESS = re.compile(r"[@<>/\\]|\bwww\.|\bhttps?\b|\w{3,}\.[a-z]{2,}", re.IGNORECASE)


def check_name(name: str) -> None:
    """Raise ValidationError for a name that is empty, longer than 120 characters, or has line breaks or addresses."""
    if not name.strip() or len(name) > NAME_MAX or not name.isprintable():
        raise ValidationError(_("Give a name of one line, at most 120 characters."))
    if ADDRESS.search(name):
        raise ValidationError(_("Give a name without an address in it."))
