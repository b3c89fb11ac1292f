"""Files: what they are by their content, what is refused and how it is said, and that an organisation decides."""

import io
import zipfile

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation

from tenants.audit.models import AuditEntry
from tenants.context import inside
from tenants.files import actions as files
from tenants.files.kinds import FileKind, ending_of, kind_by_content, refused
from tenants.files.types import content_type_of, is_text
from tenants.settings.actions import change_settings
from tenants.settings.queries import settings_of
from tests.browsing import send
from tickets.desk import actions as verbs
from tickets.models import Attachment, Message

EXE = b"MZ\x90\0\x03\0\0\0" + b"\0" * 52 + b"\x80\0\0\0" + b"\0" * 64 + b"PE\0\0"
OLE = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 504
MSI = OLE + b"R\0o\0o\0t\0" + bytes.fromhex("84100c0000000000c000000000000046")
LNK = bytes.fromhex("4c0000000114020000000000c000000000000046")
ISO = b"\0" * 32769 + b"CD001" + b"\0" * 100
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\0" * 40
ALL = frozenset(FileKind.values)
USUAL = frozenset({"program", "script", "installer", "shortcut", "disk"})


def _zip(*names: str, remark: bytes = b"") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in names:
            entry = zipfile.ZipInfo(name)  # not the time of now: bytes are in the names of tests
            entry.comment = remark
            archive.writestr(entry, b"inhoud")
    return made.getvalue()


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (EXE, "program"),
        (b"\x7fELF\x02\x01\x01" + b"\0" * 20, "program"),
        (b"\xcf\xfa\xed\xfe\x07\0\0\x01", "program"),
        (b"\xce\xfa\xed\xfe\x07\0\0\x01", "program"),
        (b"\xfe\xed\xfa\xcf\0\0\0\1", "program"),
        (b"\xfe\xed\xfa\xce\0\0\0\1", "program"),
        (b"\xca\xfe\xba\xbe\0\0\0\x34", "program"),  # a class of Java, or a program for several Macs
        (b"\0asm\1\0\0\0", "program"),
        (b"dex\n035\0", "program"),
        (b"#!/bin/sh\nrm -rf ~\n", "script"),
        (b"\xef\xbb\xbf\r\n@Echo Off\r\n", "script"),
        (b"<?php echo 1;", "script"),
        (b"Windows Registry Editor Version 5.00\r\n", "script"),
        (MSI, "installer"),
        (b"!<arch>\ndebian-binary", "installer"),
        (b"\xed\xab\xee\xdb\3\0", "installer"),
        (b"xar!\0\x1c", "installer"),
        (b"MSCF\0\0\0\0", "installer"),
        (LNK, "shortcut"),
        (b"[InternetShortcut]\r\nURL=file://x", "shortcut"),
        (ISO, "disk"),
        (b"vhdxfile" + b"\0" * 8, "disk"),
        (b"conectix" + b"\0" * 8, "disk"),
        (b"7z\xbc\xaf\x27\x1c\0\4", "archive"),
        (b"Rar!\x1a\x07\1\0", "archive"),
        (b"\x1f\x8b\x08\0", "archive"),
        (b"BZh91AY", "archive"),
        (b"\xfd7zXZ\0", "archive"),
        (b"x" * 257 + b"ustar\0", "archive"),
        (b"MZ is het begin van deze tekst, en die is langer dan vierenzestig tekens.", None),
        (b"naam;aantal\nBiSC;9\n", None),
        (b"uitleg: begin met #!/bin/sh", None),
        (OLE, None),  # a document of Word of long ago
        (PNG, None),
        (b"", None),
    ],
)
def test_the_kind_is_known_by_the_content(head, kind):
    assert kind_by_content(head) == kind


@pytest.mark.parametrize(
    ("name", "ending"),
    [("a.exe", "exe"), ("A.EXE", "exe"), ("a.exe. .", "exe"), ("factuur.pdf.exe", "exe"), ("exe", ""), (".exe", "exe")],
)
def test_the_ending_of_a_name(name, ending):
    assert ending_of(name) == ending


def _found(name, content, kinds=USUAL, endings=frozenset()):
    found = refused(name, io.BytesIO(content), frozenset(kinds), frozenset(endings))
    return found and (found.kind, found.inner, found.ending)


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("factuur.pdf", EXE, "program"),  # dressed as something else
        ("factuur.pdf.exe", b"gewoon tekst", "program"),  # or only called so
        ("a.JAR", _zip("x"), "program"),
        ("onschuldig.zip", _zip("META-INF/MANIFEST.MF", "x"), "program"),
        *((f"a.{ending}", b"tekst", "program") for ending in ("exe", "com", "scr", "dll", "class")),
        *(
            (f"a.{ending}", b"tekst", "script")
            for ending in ("bat", "cmd", "ps1", "vbs", "js", "hta", "sh", "py", "wsf")
        ),
        *(
            (f"a.{ending}", b"tekst", "installer")
            for ending in ("msi", "msix", "deb", "rpm", "pkg", "apk", "application")
        ),
        *((f"a.{ending}", b"tekst", "shortcut") for ending in ("lnk", "url", "scf", "desktop", "library-ms")),
        *((f"a.{ending}", b"tekst", "disk") for ending in ("iso", "img", "vhd", "vhdx", "dmg")),
    ],
)
def test_what_runs_is_refused(name, content, kind):
    assert _found(name, content) == (kind, "", "")
    assert _found(name, content, USUAL - {kind}) is None


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("foto.png", PNG),
        ("verslag.docx", _zip("[Content_Types].xml", "word/document.xml", "word/embeddings/oleObject1.bin")),
        ("blad.ods", _zip("mimetype", "META-INF/manifest.xml")),
        ("logs.zip", _zip("map/a.log", "b.txt")),
        ("lijst.csv", b"a;b\n1;2\n"),
        ("macro.xlsm", _zip("[Content_Types].xml", "xl/vbaProject.bin")),
        ("pagina.html", b"<html><script>x</script>"),
        ("zonder", b"tekst"),
    ],
)
def test_what_people_send_is_taken(name, content):
    assert _found(name, content) is None


def test_an_organisation_may_refuse_macros_and_archives():
    macro = _zip("[Content_Types].xml", "word/vbaProject.bin")
    assert _found("brief.docx", macro, ALL) == ("macro", "", "")
    assert _found("brief.docm", b"x", ALL) == ("macro", "", "")
    assert _found("logs.zip", _zip("a.log"), ALL) == ("archive", "", "")
    assert _found("logs", _zip("a.log"), ALL) == ("archive", "", "")
    assert _found("verslag.docx", _zip("[Content_Types].xml", "word/document.xml"), ALL) is None


def test_a_zip_is_looked_into():
    assert _found("logs.zip", _zip("lees.txt", "map/diep/instal.EXE")) == ("program", "map/diep/instal.EXE", "")
    assert _found("logs.zip", _zip("map\\klik.lnk")) == ("shortcut", "map\\klik.lnk", "")
    assert _found("logs.dat", _zip("a.bak"), endings={"bak"}) == (None, "a.bak", "bak")
    # a file that names itself a document is looked into like any other
    assert _found("brief.docx", _zip("[Content_Types].xml", "x/a.exe")) == ("program", "x/a.exe", "")
    assert _found("logs.zip", _zip("mimetype", "a.cmd")) == ("script", "a.cmd", "")
    assert _found("logs.zip", _zip("a.exe"), kinds=set()) is None


def test_a_zip_that_cannot_be_looked_through_is_refused():
    whole = _zip("a.txt")
    assert _found("a.zip", whole[:-10]) == ("archive", "", "")
    assert _found("a.zip", b"PK\x03\x04niets") == ("archive", "", "")
    place = whole.rfind(b"PK\x05\x06")
    long = whole[: place + 12] + (512 * 1024 + 1).to_bytes(4, "little") + whole[place + 16 :]
    assert _found("a.zip", long) == ("archive", "", "")
    double = whole[:place] + b"PK\x06\x07" + b"\0" * 16 + whole[place:]
    assert _found("a.zip", double) == ("archive", "", "")
    # the sign of a second list, which others read, in the remark of the last name of the first
    for more, found in ((15, None), (16, ("archive", "", "")), (17, None)):
        assert _found("a.zip", _zip("ok.txt", remark=b"PK\x06\x07" + b"\0" * more)) == found
    assert _found("a.zip", whole[:-10], kinds=set()) is None


def _zip_of(number: int, *, counts: bytes = b"") -> bytes:
    """Return a zip of so many names, 128 bytes of its list each, with these bytes where it counts them."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for turn in range(number):
            archive.writestr(zipfile.ZipInfo(f"{turn:082}"), b"")
    whole = made.getvalue()
    return whole[:-14] + counts + whole[-10:] if counts else whole


def test_a_zip_of_very_many_names_is_not_read():
    assert _found("veel.zip", _zip_of(4096)) is None  # 512 KiB
    assert _found("veel.zip", _zip_of(4097)) == ("archive", "", "")


def test_the_count_of_a_zip_does_not_pass_for_its_end():
    counts = b"PK\x05\x06"  # 19,280 of 1,541 files, says this record, and looks as if it began there
    assert _found("veel.zip", _zip_of(4097, counts=counts)) == ("archive", "", "")
    tricky = _zip("a.exe")
    assert _found("a.zip", tricky[:-14] + counts + tricky[-10:]) == ("program", "a.exe", "")


def test_what_stands_around_a_zip_does_not_hide_what_it_holds():
    whole = _zip("ok.txt", "a.exe")
    assert _found("a.zip", b"PK" + b"vooraf" * 99 + whole) == ("program", "a.exe", "")
    remark = whole[:-2] + (9).to_bytes(2, "little") + b"opmerking"
    assert _found("a.zip", remark) == ("program", "a.exe", "")
    place = whole.rfind(b"a.exe")
    assert _found("a.zip", whole[:place] + b"a.ex\0" + whole[place + 5 :]) == ("archive", "", "")


def test_endings_of_an_organisation_are_refused_too():
    assert _found("a.bak", b"x", endings={"bak", "tmp"}) == (None, "", "bak")
    assert _found("a.bak", b"x") is None


@pytest.mark.parametrize(
    ("head", "text"),
    [
        (b"gewoon tekst\r\nmet regels\ten tabs\x0c", True),
        ("één € 😀".encode(), True),
        (b"\xef\xbb\xbfmet een merk vooraf", True),
        (b"\x1b[31mrood\x1b[0m uit een log", True),
        (b"binair zonder nul \x01\x02\x03", False),
        (b"een \x7f erin", False),
        ("een \x85 erin".encode(), False),
        ("een teken van morgen \U0001fadc".encode(), True),  # not yet known to this Python
        (b"latin-1: \xe9\xe9n", False),
        (b"a" * 5000 + b"\xff" + b"a" * 5000, False),
        (b"half teken \xe2\x82", False),
        (b"a" * 65535 + b"\xe2", True),  # cut off in the middle of a character: the file goes on
        (b"nul \0", False),
        (bytes(range(1, 256)) * 4, False),
    ],
)
def test_text_is_what_can_be_read(head, text):
    assert is_text(head) is text
    assert content_type_of(head) == ("text/plain" if text else "application/octet-stream")


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_refusal_names_the_file_and_says_what_it_is(bisc, language):
    said = {
        "nl": [
            "“factuur.pdf” is een programma. Dat kan kwaad waar het wordt geopend. Stuur er een foto of de tekst van.",
            "“a.zip” bevat “c.exe” en dat is een programma. Dat kan kwaad waar het wordt geopend. Laat het weg.",
            "“a.zip” is een archief dat hier niet mag, of waar niet in te kijken is. Stuur de bestanden zelf.",
            "“a.bak” eindigt op “.bak”. Zulke bestanden kunt u hier niet sturen. Stuur het in een andere vorm.",
            "“b.zip” bevat “c.bak”. Bestanden die eindigen op “.bak” kunt u hier niet sturen. Laat het weg.",
        ],
        "en": [
            "“factuur.pdf” is a program. That may do harm where it is opened. Send a picture or the text of it.",
            "“a.zip” holds “c.exe”, which is a program. That may do harm where it is opened. Leave it out.",
            "“a.zip” is an archive that is not taken here, or cannot be looked into. Send the files themselves.",
            "“a.bak” ends in “.bak”. Such files are not taken here. Send it in another form.",
            "“b.zip” holds “c.bak”. Files that end in “.bak” are not taken here. Leave it out.",
        ],
    }[language]
    rules = files.Rules(USUAL, frozenset({"bak"}))
    found = []
    for name, content in {
        "factuur.pdf": EXE,
        "a.zip": _zip("b/c.exe"),
        "../a.zip": b"PK\x03\x04niets",
        "a.bak": b"x",
        "b.zip": _zip("c.bak"),
    }.items():
        upload = SimpleUploadedFile("x", content)
        upload.name = name
        with translation.override(language):
            with pytest.raises(ValidationError) as error:
                files.check(upload, rules)
            found += error.value.messages
    assert found == said


def test_a_program_is_refused_on_page_and_api_with_its_name(bisc, client_of, api_of):
    before = Message.objects.count()
    with inside(None):
        page = client_of("bisc colleague").post(
            f"/tickets/{bisc.ticket}/messages/",
            {"body": "Mijn tekst", "attachments": SimpleUploadedFile("foto.jpg", EXE)},
        )
    text = page.content.decode()
    assert page.status_code == 422 and "“foto.jpg” is een programma" in text and "Mijn tekst" in text
    body = b'--g\r\nContent-Disposition: form-data; name="files"; filename="foto.jpg"\r\n\r\n' + EXE + b"\r\n--g--\r\n"
    answer = api_of("bisc desk")(
        "POST", f"/tickets/{bisc.ticket}/attachments", body, content_type="multipart/form-data; boundary=g"
    )
    assert answer.status_code == 400 and "foto.jpg" in answer.json()["errors"][0]["message"]
    assert Message.objects.count() == before and not Attachment.objects.filter(name="foto.jpg").exists()


def test_an_organisation_decides_for_itself(cast, client_of):
    bisc, lead = cast.bisc.organisation, cast.bisc.actor("lead")
    usual = ["program", "script", "installer", "shortcut", "disk"]
    assert (settings_of(bisc).refused_kinds, settings_of(bisc).refused_endings) == (usual, "")
    client = client_of("bisc lead")
    assert client.get("/settings/").context["form"]["refused_kinds"].value() == usual
    chosen = {"refused_kinds": ["program", "archive"], "refused_endings": ".BAK, tmp bak"}
    assert send(client, "/settings/", "Opslaan", **chosen).status_code == 302
    assert (settings_of(bisc).refused_kinds, settings_of(bisc).refused_endings) == (["program", "archive"], "bak tmp")
    assert AuditEntry.objects.filter(action="settings.changed").latest("pk").details["changes"]["refused_kinds"] == [
        None,
        ["program", "archive"],
    ]
    assert files.rules_of(bisc) == files.Rules(frozenset({"program", "archive"}), frozenset({"bak", "tmp"}))
    assert files.rules_of(cast.cubiss.organisation) == files.Rules(USUAL, frozenset())
    assert send(client, "/settings/", "Opslaan", refused_kinds=usual, refused_endings="").status_code == 302
    assert cast.bisc.organisation.own_settings.refused_kinds is None
    change_settings(organisation=bisc, values={"refused_kinds": []}, by=lead)
    assert settings_of(bisc).refused_kinds == []


@pytest.mark.parametrize("endings", ["a/b", "a b/c", "x" * 30, "é", "-a", " ".join(f"a{n}" for n in range(100))])
def test_endings_that_cannot_be_are_refused(cast, client_of, endings):
    response = client_of("bisc lead").post("/settings/", {"refused_endings": endings})
    assert response.status_code == 422


def test_a_kind_that_is_none_is_refused(cast, client_of):
    assert client_of("bisc lead").post("/settings/", {"refused_kinds": ["onzin"]}).status_code == 422


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [("foto.jpg", EXE, "kind"), ("leeg.txt", b"", "empty"), ("...", b"tekst", "name"), ("a.exe", b"tekst", "kind")],
)
def test_no_file_comes_in_past_the_check_whatever_the_way(bisc, ticket, name, content, code):
    """The verb itself refuses, for whoever calls it without a form: mail, a command, a later channel."""
    before = Message.objects.count()
    upload = SimpleUploadedFile("x", content)
    upload.name = name
    with pytest.raises(ValidationError) as error:
        verbs.answer(ticket=ticket, body="zie bijlage", uploads=[upload], by=bisc.actor("colleague"))
    assert [(name, [one.code for one in errors]) for name, errors in error.value.error_dict.items()] == [
        ("attachments", [code])
    ]
    assert Message.objects.count() == before


def test_the_verb_takes_ten_files_and_no_more_and_says_all_that_is_wrong(bisc, ticket):
    before = Message.objects.count()
    eleven = [SimpleUploadedFile(f"{number}.txt", b"x") for number in range(11)]
    odd = [SimpleUploadedFile("goed.txt", b"x"), SimpleUploadedFile("leeg.txt", b""), SimpleUploadedFile("a.exe", b"x")]
    for uploads, codes in ((eleven, ["number"]), (odd, ["empty", "kind"])):
        with pytest.raises(ValidationError) as error:
            verbs.answer(ticket=ticket, body="zie bijlage", uploads=uploads, by=bisc.actor("colleague"))
        assert [one.code for one in error.value.error_dict["attachments"]] == codes
    assert Message.objects.count() == before
    verbs.answer(ticket=ticket, body="tien", uploads=eleven[:10], by=bisc.actor("colleague"))
    assert Message.objects.count() == before + 1
