"""One word for one thing: the Dutch on the screen keeps to docs/words.md."""

import re

import pytest
from babel.messages.pofile import read_po

from tests.running import ROOT

PAGE = (ROOT / "docs" / "words.md").read_text()
# Message (English) -> words it may have all the same, with the reason.
EXCEPTIONS: dict[str, set[str]] = {
    "This installation keeps the owner of its tables apart. Have this run, and it goes on:": {"eigenaar"},
}


def _forbidden() -> dict[str, str]:
    """Return what the page says is not said, with what is said instead."""
    found = {}
    for line in PAGE.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| ") and len(cells) == 4 and cells[3] and cells[3] != "not":
            found |= {word.strip(): cells[0] for word in cells[3].split(",")}
    return found


def _translations() -> list[tuple[str, str]]:
    with (ROOT / "config/locale/nl/LC_MESSAGES/django.po").open("rb") as file:
        catalog = read_po(file)
    found = []
    for message in catalog:
        if message.id:
            english = message.id[0] if isinstance(message.id, tuple) else message.id
            texts = message.string if isinstance(message.string, tuple) else (message.string,)
            found += [(english, text) for text in texts]
    return found


def test_the_page_has_words_that_are_not_said():
    assert len(_forbidden()) > 25 and _forbidden()["kw"] == "kwartaal"


@pytest.mark.parametrize("word", _forbidden())
def test_no_translation_says_it_otherwise(word):
    said = re.compile(rf"(?<![\w%(-]){re.escape(word)}(s|en|n)?(?![\w)-])", re.IGNORECASE)
    wrong = [
        (english, dutch)
        for english, dutch in _translations()
        if said.search(dutch) and word not in EXCEPTIONS.get(english, set())
    ]
    assert wrong == [], f"say {_forbidden()[word]}"


def test_a_subject_is_no_category():
    wrong = [(english, dutch) for english, dutch in _translations() if "onderwerp" in dutch.lower()]
    assert [english for english, _dutch in wrong if "ubject" not in english] == []


def test_a_location_is_a_branch_where_it_has_staff():
    both = [(english, dutch) for english, dutch in _translations() if "ocation" in english and "vestiging" in dutch]
    assert both == []


def test_who_works_at_a_library_is_no_colleague_of_the_reader():
    said = re.compile(r"collega(?!-POI)(?!.{1,3}s? elders)(?! elders)", re.IGNORECASE)
    found = {english for english, dutch in _translations() if said.search(dutch)}
    assert found <= {
        "Open it to a colleague",
        "Open to this colleague",
        "Close to this colleague",
        "Closed to this colleague.",
        "E-mail address of the colleague",
        "Colleagues of another organisation to whom a ticket was opened. When the role ends, no ticket here is open to"
        " them.",
    }
