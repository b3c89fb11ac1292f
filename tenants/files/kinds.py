"""Kinds of files that an organisation may refuse, known by their content and by the ending of their name.

No list is complete: what is refused here is what runs when somebody opens it, and what comes dressed as it.
"""

import struct
from dataclasses import dataclass
from typing import BinaryIO

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

HEAD_BYTES = 65536
MOST_LISTED_BYTES = 512 * 1024  # the list of what a zip holds: some five thousand names
_ENTRY = struct.Struct("<4s4xH18xHHH12x")  # of that list: its mark, flags, bytes of name, extra and comment


class FileKind(TextChoices):
    """A kind of file that can do something when it is opened."""

    PROGRAM = "program", _("a program")
    SCRIPT = "script", _("a script")
    INSTALLER = "installer", _("an installer")
    SHORTCUT = "shortcut", _("a shortcut")
    DISK = "disk", _("an image of a disk")
    MACRO = "macro", _("a document with macros")
    ARCHIVE = "archive", _("an archive")


# What the cooperation refuses unless an organisation says otherwise. An archive is looked into, not refused.
REFUSED = (FileKind.PROGRAM, FileKind.SCRIPT, FileKind.INSTALLER, FileKind.SHORTCUT, FileKind.DISK)

ENDINGS = {
    FileKind.PROGRAM: "exe com scr pif cpl dll sys ocx drv so dylib elf jar class wasm gadget xll",
    FileKind.SCRIPT: "bat cmd ps1 ps1xml psm1 psd1 vb vbs vbe js jse mjs cjs ws wsf wsc wsh hta sct sh bash zsh csh ksh"
    " fish command py pyw pyz pl pm rb php phtml lua ahk au3 applescript scpt reg inf",
    FileKind.INSTALLER: "msi msp mst msix msixbundle appx appxbundle application deb rpm pkg mpkg apk ipa run"
    " appref-ms appimage cab",
    FileKind.SHORTCUT: "lnk url website webloc desktop scf library-ms search-ms searchconnector-ms settingcontent-ms"
    " theme",
    FileKind.DISK: "iso img vhd vhdx vmdk dmg udf",
    FileKind.MACRO: "docm dotm xlsm xltm xlam xlsb pptm potm ppsm ppam sldm",
    FileKind.ARCHIVE: "zip 7z rar tar gz tgz bz2 xz zst lz ace arj lzh z",
}
_BY_ENDING = {ending: kind for kind, endings in ENDINGS.items() for ending in endings.split()}
# How a file begins, or what stands further on: (place, bytes).
_MARKS = (
    (FileKind.PROGRAM, 0, b"\x7fELF"),
    (FileKind.PROGRAM, 0, b"\xca\xfe\xba\xbe"),
    (FileKind.PROGRAM, 0, b"\xfe\xed\xfa\xce"),
    (FileKind.PROGRAM, 0, b"\xfe\xed\xfa\xcf"),
    (FileKind.PROGRAM, 0, b"\xce\xfa\xed\xfe"),
    (FileKind.PROGRAM, 0, b"\xcf\xfa\xed\xfe"),
    (FileKind.PROGRAM, 0, b"\0asm"),
    (FileKind.PROGRAM, 0, b"dex\n"),
    (FileKind.INSTALLER, 0, b"!<arch>\ndebian"),
    (FileKind.INSTALLER, 0, b"\xed\xab\xee\xdb"),
    (FileKind.INSTALLER, 0, b"xar!"),
    (FileKind.INSTALLER, 0, b"MSCF"),
    (FileKind.SHORTCUT, 0, b"L\0\0\0\x01\x14\x02\0"),
    (FileKind.DISK, 0, b"vhdxfile"),
    (FileKind.DISK, 0, b"conectix"),
    (FileKind.DISK, 32769, b"CD001"),
    (FileKind.ARCHIVE, 0, b"7z\xbc\xaf\x27\x1c"),
    (FileKind.ARCHIVE, 0, b"Rar!\x1a\x07"),
    (FileKind.ARCHIVE, 0, b"\x1f\x8b"),
    (FileKind.ARCHIVE, 0, b"BZh"),
    (FileKind.ARCHIVE, 0, b"\xfd7zXZ\0"),
    (FileKind.ARCHIVE, 257, b"ustar"),
)
_MSI = bytes.fromhex("84100c0000000000c000000000000046")  # what Windows Installer writes at the root of its file
_SCRIPTS = (b"#!", b"@echo off", b"<?php", b"<job", b"<package><job", b"windows registry editor", b"[internetshortcut]")


@dataclass(frozen=True)
class Found:
    """What a file turned out to be; `inner` names the file inside it that is, `ending` what was refused by its name."""

    kind: FileKind | None
    inner: str = ""
    ending: str = ""


def ending_of(name: str) -> str:
    """Return what stands after the last full stop of a name, in small letters; nothing where there is none."""
    _stem, dot, ending = name.strip().rstrip(". ").rpartition(".")
    return ending.strip().lower() if dot else ""


def kind_by_content(head: bytes) -> FileKind | None:
    """Return the kind that the first bytes of a file give away; an archive of the zip family is read elsewhere."""
    if head[:2] == b"MZ" and b"\0" in head[:64]:
        return FileKind.PROGRAM
    for kind, place, mark in _MARKS:
        if head[place : place + len(mark)] == mark:
            return kind
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") and _MSI in head:
        return FileKind.INSTALLER
    start = head[:256].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith(_SCRIPTS):
        return FileKind.SHORTCUT if start.startswith(b"[internetshortcut]") else FileKind.SCRIPT
    return None


def refused(name: str, file: BinaryIO, kinds: frozenset[str], endings: frozenset[str]) -> Found | None:
    """Return why this file is refused, or None: of a kind in `kinds`, or a name that ends in one of `endings`.

    A zip is looked into, one level deep: what it holds is known by name alone.
    """
    found = _refused_name(name, kinds, endings)
    if found:
        return found
    file.seek(0)
    head = file.read(HEAD_BYTES)
    kind = kind_by_content(head)
    if kind in kinds:
        return Found(kind)
    return _refused_inside(file, kinds, endings) if head.startswith(b"PK") else None


def _refused_name(name: str, kinds: frozenset[str], endings: frozenset[str]) -> Found | None:
    ending = ending_of(name)
    if ending and ending in endings:
        return Found(None, ending=ending)
    kind = _BY_ENDING.get(ending)
    return Found(kind) if kind in kinds else None


def _refused_inside(file: BinaryIO, kinds: frozenset[str], endings: frozenset[str]) -> Found | None:
    names = _names_in(file)
    if names is None:
        return Found(FileKind.ARCHIVE) if kinds or endings else None
    if "META-INF/MANIFEST.MF" in names and FileKind.PROGRAM in kinds:
        return Found(FileKind.PROGRAM)
    if any(name.lower().endswith("vbaproject.bin") for name in names) and FileKind.MACRO in kinds:
        return Found(FileKind.MACRO)
    is_document = "[Content_Types].xml" in names or "mimetype" in names  # of Office or OpenDocument
    if FileKind.ARCHIVE in kinds and not is_document:
        return Found(FileKind.ARCHIVE)
    for name in names:
        found = _refused_name(name.replace("\\", "/").rsplit("/", 1)[-1], kinds, endings)
        if found:
            return Found(found.kind, inner=name, ending=found.ending)
    return None


def _names_in(file: BinaryIO) -> list[str] | None:
    """Return the names in a zip; None for one that cannot be looked through: broken, or with too long a list.

    The list stands before the record at the end, as zipfile and Windows find it. It is not zipfile that reads it:
    that takes seconds for what a list of the largest size that is taken here may hold.
    """
    file.seek(0, 2)
    size = file.tell()
    file.seek(max(0, size - 66_000))
    tail = file.read()
    place = len(tail) - 22
    if not (tail[place:].startswith(b"PK\x05\x06") and tail.endswith(b"\0\0")):  # there is a comment behind it
        place = tail.rfind(b"PK\x05\x06")
    if place < 0 or len(tail) < place + 22 or tail[max(0, place - 20) : place].startswith(b"PK\x06\x07"):
        return None
    length = int.from_bytes(tail[place + 12 : place + 16], "little")
    begin = size - len(tail) + place - length
    if length > MOST_LISTED_BYTES or begin < 0:
        return None
    file.seek(begin)
    return _names_of(file.read(length))


def _names_of(listed: bytes) -> list[str] | None:
    names, place = [], 0
    while place < len(listed):
        if len(listed) < place + _ENTRY.size:
            return None
        mark, flags, name_bytes, extra_bytes, comment_bytes = _ENTRY.unpack_from(listed, place)
        place += _ENTRY.size
        name = listed[place : place + name_bytes]
        place += name_bytes + extra_bytes + comment_bytes
        if mark != b"PK\x01\x02" or place > len(listed) or b"\0" in name:
            return None
        names.append(name.decode("utf-8" if flags & 0x800 else "cp437", "replace"))
    return names
