"""What the public identifiers of the network look like: ISIL, and the number at the Chamber of Commerce (KvK).

ISIL is ISO 15511; the form is that of the Dutch scheme for public libraries: a code of an institution ends on 0000,
one of a location on 1, 2 or 3 and three digits.
"""

import re

from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

_INSTITUTION = r"NL-0[78][0-9]{4}"
ISIL = rf"^{_INSTITUTION}(0000|[123][0-9]{{3}})\Z"
ISIL_OF_INSTITUTION = rf"^{_INSTITUTION}0000\Z"
ISIL_OF_LOCATION = rf"^{_INSTITUTION}[123][0-9]{{3}}\Z"
KVK = r"^[0-9]{8}\Z"
# PostgreSQL knows no \Z, and its $ is the very end.
ISIL_OF_INSTITUTION_IN_DATABASE, ISIL_OF_LOCATION_IN_DATABASE, KVK_IN_DATABASE = (
    pattern.replace(r"\Z", "$") for pattern in (ISIL_OF_INSTITUTION, ISIL_OF_LOCATION, KVK)
)
ISIL_LENGTH = 13
KVK_LENGTH = 8

institution_isil = RegexValidator(
    ISIL_OF_INSTITUTION, _("Use an ISIL of an institution: NL-07 or NL-08, four digits and 0000.")
)
location_isil = RegexValidator(
    ISIL_OF_LOCATION, _("Use an ISIL of a location: NL-07 or NL-08, four digits, then 1, 2 or 3 and three digits.")
)
kvk = RegexValidator(KVK, _("Use the eight digits of the number at the Chamber of Commerce (KvK)."))


def as_isil(text: str) -> str:
    """Return `text` as an ISIL is kept: without spaces round it, in capitals."""
    return text.strip().upper()


def is_isil(text: str) -> bool:
    """Has `text` the form of an ISIL of this scheme, of whatever it is?"""
    return re.fullmatch(ISIL, as_isil(text)) is not None
