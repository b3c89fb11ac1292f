"""What a name and an address may be. A name stands in mails from our address: it is one line and holds no address."""

import re

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

NAME_MAX = 120
ADDRESS_MAX = 254
ADDRESS = re.compile(r"[@<>/\\]|\bwww\b|\bhttps?\b", re.IGNORECASE)
# A full stop in a word, of any script, makes a link of it in mail. Initials may have them: "J.P. de Vries".
DOTS = ".\u3002\uff0e\uff61\u2024"
DOTTED = re.compile(rf"[{DOTS}](?!\s|$|\w[{DOTS}])")


def check_name(name: str) -> None:
    """Raise ValidationError for a name that is empty, longer than 120 characters, or has line breaks or addresses."""
    if not name.strip() or len(name) > NAME_MAX or not name.isprintable():
        raise ValidationError(_("Give a name of one line, at most 120 characters."))
    if ADDRESS.search(name):
        raise ValidationError(_("Give a name without an address in it."))
    if DOTTED.search(name):
        raise ValidationError(_("Put a space after the full stop: a name holds no address."))


def check_address(address: str) -> None:
    """Raise ValidationError for what is no e-mail address in small letters, or longer than 254 characters."""
    validate_email(address)
    if len(address) > ADDRESS_MAX:
        raise ValidationError(_("At most %(most)s characters."), params={"most": ADDRESS_MAX})


def checked_address(email: str, name: str) -> str:
    """Return the address in small letters; raise ValidationError, by field, for an odd address or name."""
    errors = {}
    address = email.strip().lower()
    for field, check, value in (("email", check_address, address), ("name", check_name, name)):
        try:
            check(value)
        except ValidationError as error:
            errors[field] = error
    if errors:
        raise ValidationError(errors)
    return address
