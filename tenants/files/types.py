"""What a file is, by its content, and the name it may have."""

import codecs
import unicodedata

import puremagic

from tenants.files.kinds import HEAD_BYTES

UNKNOWN = "application/octet-stream"
# What a browser may be told a file is; all else goes out as a plain stream of bytes.
KNOWN = {
    "application/pdf",
    "application/zip",
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.ms-outlook",
    "application/vnd.oasis.opendocument.spreadsheet",
    "application/vnd.oasis.opendocument.text",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "image/gif",
    "image/jpeg",
    "image/png",
    "image/webp",
    "text/plain",
}
ACTIVE_MARKS = (b"<html", b"<script", b"<svg", b"<!doctype", b"<?xml", b"<body", b"<iframe")


def clean_name(name: str) -> str:
    """Return the last part of a file name without control characters, at most 150 characters with its ending."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    last = "".join(c for c in last if c.isprintable()).strip(". ")
    stem, dot, ending = last.rpartition(".")
    if dot and len(ending) <= 10:
        return f"{stem[: 149 - len(ending)]}.{ending}" if stem else last
    return last[:150]


def content_type_of(head: bytes) -> str:
    """Return the type of a file by its first bytes, never by its name; what could be active is a plain stream."""
    lowered = head[:4096].lower()
    if any(mark in lowered for mark in ACTIVE_MARKS):
        return UNKNOWN
    try:
        guess = puremagic.from_string(head, mime=True)
    except (puremagic.PureError, ValueError):
        guess = ""
    if guess in KNOWN:
        return guess
    return "text/plain" if is_text(head) else UNKNOWN


def is_text(head: bytes) -> bool:
    """Is this the beginning of a text in UTF-8, with no more control characters than lines, tabs and pages need?"""
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(head, final=len(head) < HEAD_BYTES)
    except UnicodeDecodeError:
        return False
    return not any(unicodedata.category(one) == "Cc" for one in set(text) - set("\t\n\f\r\x1b"))
