"""What is no good as a password: what a Dutch library would think of first."""

import re
from functools import lru_cache
from pathlib import Path

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

LIST = Path(__file__).parent / "everyday.txt"
LOOKS_LIKE = (str.maketrans("013457@$", "oieastas"), str.maketrans("013457@$", "oleastas"))


@lru_cache
def everyday() -> frozenset[str]:
    """Return the everyday words, in lower case."""
    lines = LIST.read_text(encoding="utf-8").split()
    return frozenset(lines)


def is_everyday(password: str) -> bool:
    """Is this an everyday word, or two, or one repeated, with digits and signs around it or letters dressed up?"""
    lowered = password.lower()
    bare = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", lowered)
    dressed = [bare.translate(table) for table in LOOKS_LIKE]
    return any(_made_of_words(re.sub(r"[^a-z]", "", one)) for one in (lowered, *dressed))


def _made_of_words(letters: str) -> bool:
    words = everyday()
    if letters in words:
        return True
    if any(letters[:cut] in words and letters[cut:] in words for cut in range(3, len(letters) - 2)):
        return True
    return any(len(letters) > len(word) and letters == word * (len(letters) // len(word)) for word in words)


class EverydayPasswordValidator:
    """Refuses everyday Dutch words, with whatever is put around them."""

    def validate(self, password: str, user=None) -> None:
        """Raise ValidationError for an everyday password."""
        if is_everyday(password):
            raise ValidationError(self.get_help_text(), code="password_everyday")

    def get_help_text(self) -> str:
        """Return what is asked."""
        return _("Choose something that others would not think of: a few words that do not belong together.")
