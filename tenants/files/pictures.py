"""Pictures that may be shown where they stand, not only downloaded: of a few kinds, small, and still.

A browser decodes them, so what asks too much of it is kept out here: by bytes, and by pixels as it says itself.
A drawing (SVG) can run and is none of these; what moves cannot be stopped by who reads, and stays a file.
"""

from typing import BinaryIO

SHOWN = ("image/jpeg", "image/png", "image/webp")
MOST_BYTES = 5 * 1024 * 1024
MOST_PIXELS = 40_000_000
LOOKED_AT = 256 * 1024  # where a picture says its size; one that says it later is not shown
_FRAMES = {0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF}  # of JPEG: the size follows


def is_picture(content_type: str, size: int) -> bool:
    """May a file of this type (by its content) and size in bytes be shown, as far as these two tell?"""
    return content_type in SHOWN and size <= MOST_BYTES


def is_showable(file: BinaryIO) -> bool:
    """Is this a picture of which a browser need not be afraid? Reads its beginning."""
    head = file.read(LOOKED_AT)
    width, height = pixels(head)
    return 0 < width * height <= MOST_PIXELS


def pixels(head: bytes) -> tuple[int, int]:
    """Return width and height as a picture begins; 0, 0 where it does not say, or moves."""
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        moves = b"acTL" in head.partition(b"IDAT")[0]
        return (0, 0) if moves else (int.from_bytes(head[16:20]), int.from_bytes(head[20:24]))
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return _pixels_of_webp(head)
    return _pixels_of_jpeg(head) if head.startswith(b"\xff\xd8") else (0, 0)


def _pixels_of_webp(head: bytes) -> tuple[int, int]:
    kind, little = head[12:16], int.from_bytes
    if kind == b"VP8X" and len(head) >= 30 and not head[20] & 2:
        return little(head[24:27], "little") + 1, little(head[27:30], "little") + 1
    if kind == b"VP8 " and head[23:26] == b"\x9d\x01\x2a":
        return little(head[26:28], "little") & 0x3FFF, little(head[28:30], "little") & 0x3FFF
    if kind == b"VP8L" and head[20:21] == b"\x2f":
        bits = little(head[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return 0, 0


def _pixels_of_jpeg(head: bytes) -> tuple[int, int]:
    place = 2
    while place + 9 <= len(head) and head[place] == 0xFF:
        mark = head[place + 1]
        if mark in _FRAMES:
            return int.from_bytes(head[place + 7 : place + 9]), int.from_bytes(head[place + 5 : place + 7])
        if mark == 0xFF:  # filling
            place += 1
        else:
            place += 2 + int.from_bytes(head[place + 2 : place + 4])
    return 0, 0
