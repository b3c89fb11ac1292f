"""Translations without system gettext: extract with Babel, compile to .mo, and say what is missing."""

import io
from pathlib import Path

import allauth
from babel.messages import Catalog
from babel.messages.extract import extract_from_dir, extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.contrib import auth
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import templatize

ROOT = Path(settings.BASE_DIR)
IN_DUTCH = Path("nl") / "LC_MESSAGES" / "django.po"
PO = ROOT / "config" / "locale" / IN_DUTCH
OVER_ALLAUTH = ROOT / "config" / "locale_allauth" / IN_DUTCH  # its texts in our form of address
OF_ALLAUTH = Path(allauth.__file__).parent / "locale" / IN_DUTCH
OF_DJANGO = Path(auth.__file__).parent / "locale" / "en" / "LC_MESSAGES" / "django.po"
ROOMS = ("config", "tenants", "agenda", "tickets")
KEYWORDS = {
    "gettext": None,
    "gettext_lazy": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "_": None,
}


def extract_template(fileobj, keywords, comment_tags, options):
    """Yield the strings of a Django template: Django turns it into Python, Babel reads that."""
    source = templatize(fileobj.read().decode())
    source = "\n".join(line.lstrip() for line in source.splitlines())  # indentation of HTML is none of Python
    yield from extract_python(io.BytesIO(source.encode()), keywords, comment_tags, options)


def extracted() -> Catalog:
    """Return every string of the project that asks for translation."""
    found = Catalog(locale="nl", project="Samenbeheer", charset="utf-8", fuzzy=False)
    for room in ROOMS:
        mapping = [("**/migrations/**.py", "ignore"), ("**.py", "python"), ("**/templates/**.*", extract_template)]
        rows = extract_from_dir(str(ROOT / room), mapping, {}, KEYWORDS, ["Translators:"], strip_comment_tags=True)
        for path, line, message, comments, context in rows:
            found.add(message, None, [(f"{room}/{path}", line)], auto_comments=comments, context=context)
    return found


class Command(BaseCommand):
    help = "Compile the Dutch translations; with --extract, first bring the catalogue to the strings of the code."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--extract", action="store_true")
        parser.add_argument("--check", action="store_true", help="Fail on a string that is missing or no longer used.")

    def handle(self, *args, extract, check, **options):
        catalog = _read(PO) if PO.exists() else Catalog(locale="nl", fuzzy=False)
        if extract:
            catalog.update(extracted(), no_fuzzy_matching=True)
            catalog.obsolete.clear()
            with PO.open("wb") as output:
                write_po(output, catalog, width=110, sort_output=True, no_location=True, omit_header=False)
        if check:
            self._check(catalog)
        for path, texts in {PO: catalog, OVER_ALLAUTH: _read(OVER_ALLAUTH)}.items():
            with path.with_suffix(".mo").open("wb") as output:
                write_mo(output, texts)

    def _check(self, catalog: Catalog) -> None:
        wanted = {(one.id, one.context) for one in extracted() if one.id}
        present = {(one.id, one.context): one for one in catalog if one.id}
        missing = [key for key in wanted if key not in present or not _is_translated(present[key])]
        unused = [key for key in present if key not in wanted]
        said = {one.id for path in (OF_ALLAUTH, OF_DJANGO) for one in _read(path)}
        unused += [(one.id, "allauth") for one in _read(OVER_ALLAUTH) if one.id not in said]
        wrong = [one.id for one in catalog if one.id and any(True for _ in one.check(catalog))]
        for name, keys in {"untranslated": missing, "no longer used": unused, "placeholders differ": wrong}.items():
            for key in sorted(map(str, keys)):
                self.stderr.write(f"{name}: {key}")
        if missing or unused or wrong:
            raise CommandError("translations are not complete; run: make translations")


def _read(path: Path) -> Catalog:
    with path.open("rb") as source:
        return read_po(source, locale="nl")


def _is_translated(message) -> bool:
    texts = message.string if isinstance(message.string, tuple) else (message.string,)
    return all(texts)
