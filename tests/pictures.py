"""A picture as somebody chooses it, made here: any width and height, in one colour."""

import struct
import zlib


def chunk(kind: bytes, data: bytes) -> bytes:
    """Return a part of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def picture(
    width: int = 3, height: int = 2, colour: tuple[int, int, int] = (11, 106, 106), extra: bytes = b""
) -> bytes:
    """Return a PNG; `extra` are parts before its pixels."""
    row = b"\0" + bytes(colour) * width
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(row * height, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
