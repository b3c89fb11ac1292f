"""A zero without the slash. The typeface has only a slashed one, which in columns of figures is noise.

At `collectstatic` two small faces of one glyph are made from the typeface itself: the outer contour of its zero, and
that contour smaller and turned round as the hole. The style sheet puts them first, for U+30 alone.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage
from fontTools.pens.boundsPen import BoundsPen
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.reverseContourPen import ReverseContourPen
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

NAME = "Samenbeheer Zero"
WEIGHTS = (400, 700)
FILES = {weight: f"letter/zero-{weight}.woff2" for weight in WEIGHTS}
SOURCE = (
    settings.BASE_DIR
    / "node_modules/@fontsource-variable/atkinson-hyperlegible-next/files"
    / "atkinson-hyperlegible-next-latin-wght-normal.woff2"
)
Contour = list[tuple]


class ZeroFinder(BaseFinder):
    """Offers both faces to `collectstatic`, made on the spot; nothing where the typeface is not installed."""

    def check(self, **kwargs: object) -> list:
        """There is nothing to be set wrong."""
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: object) -> list:
        """Return nothing: only what was collected is served."""
        return []

    def list(self, ignore_patterns: object) -> Iterator[tuple[str, FileSystemStorage]]:
        """Yield both faces with where they lie."""
        if not SOURCE.exists():
            return
        self.folder = tempfile.TemporaryDirectory()  # read again after the last was listed: lives as long as the finder
        for weight, name in FILES.items():
            target = Path(self.folder.name, name)
            target.parent.mkdir(exist_ok=True)
            make(weight, target)
            yield name, FileSystemStorage(self.folder.name)


def make(weight: int, target: Path) -> None:
    """Write the face of one zero, of this weight, to `target` (WOFF2)."""
    font = instantiateVariableFont(TTFont(SOURCE), {"wght": weight})
    font["glyf"]["zero"] = _plain(font.getGlyphSet())
    options = Options()
    options.layout_features, options.hinting = ["tnum", "pnum"], False
    subset = Subsetter(options)
    subset.populate(unicodes=[0x30])
    subset.subset(font)
    for record in font["name"].names:
        if record.nameID in (1, 4, 16):  # another face under its own name, as the licence of typefaces wants it
            record.string = NAME
    font.flavor = "woff2"
    font.save(target)


def _plain(glyphs: dict) -> object:
    zero = _contours(glyphs, "zero")[0]
    outer, inner = (_box(glyphs, one) for one in _contours(glyphs, "O")[:2])
    left, bottom, right, top = _box(glyphs, zero)
    width, height = right - left, top - bottom
    across = (width - 2 * (inner[0] - outer[0])) / width  # its stroke is as thick as that of the O
    along = (height - 2 * (inner[1] - outer[1])) / height
    middle = ((left + right) / 2 * (1 - across), (bottom + top) / 2 * (1 - along))
    pen = TTGlyphPen(glyphs)
    _draw(pen, zero)
    _draw(TransformPen(ReverseContourPen(pen), (across, 0, 0, along, *middle)), zero)
    return pen.glyph()


def _contours(glyphs: dict, name: str) -> list[Contour]:
    """Return the contours of a glyph, the widest first."""
    record, found = DecomposingRecordingPen(glyphs), [[]]
    glyphs[name].draw(record)
    for step in record.value:
        found[-1].append(step)
        if step[0] == "closePath":
            found.append([])
    return sorted(filter(None, found), key=lambda one: _box(glyphs, one)[0] - _box(glyphs, one)[2])


def _box(glyphs: dict, contour: Contour) -> tuple:
    pen = BoundsPen(glyphs)
    _draw(pen, contour)
    return pen.bounds


def _draw(pen, contour: Contour) -> None:
    for name, arguments in contour:
        getattr(pen, name)(*arguments)
