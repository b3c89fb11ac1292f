"""Files of a form that could not be sent yet: they stay with this person and this form, and go on their day."""

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from tenants.context import inside
from tickets.desk import actions as verbs
from tickets.desk import kept
from tickets.models import Attachment, KeptFile, Ticket
from tickets.retention.actions import tidy_bytes

FORM = {
    "type": "incident",
    "subject": "Scanner doet niets",
    "body": "Sinds vanmorgen.",
    "library": "bisc-een",
    "category": "6.1",
    "urgency": "medium",
    "once": "merk-van-dit-formulier",
}


def _send(client, *files: str, **changes):
    uploads = [SimpleUploadedFile(name, b"wat er op het scherm stond") for name in files]
    return client.post("/tickets/new/", {**FORM, **changes, "attachments": uploads})


@pytest.fixture(autouse=True)
def _no_bytes_left(cast):
    yield
    for house in (cast.bisc, cast.cubiss):
        with inside(house.organisation):
            for row in (*KeptFile.objects.all(), *Attachment.objects.all()):
                default_storage.delete(row.storage_name)


def _filed(bisc) -> list[str]:
    with inside(bisc.organisation):
        ticket = Ticket.objects.get(subject="Scanner doet niets")
        return list(Attachment.objects.filter(message__ticket=ticket).values_list("name", flat=True))


def test_a_file_stays_with_a_form_that_could_not_be_sent_and_goes_along_in_the_end(client_of, bisc):
    client = client_of("bisc colleague")
    page = _send(client, "scherm.txt", subject="")
    assert page.status_code == 422
    assert "scherm.txt" in page.content.decode() and "bewaard tot u verstuurt" in page.content.decode()
    assert _send(client, "tweede.txt", urgency="").status_code == 422
    assert _send(client).status_code == 302
    assert _filed(bisc) == ["scherm.txt", "tweede.txt"]


def test_a_form_that_is_sent_twice_with_a_kept_file_counts_once(client_of, bisc):
    client = client_of("bisc colleague")
    _send(client, "scherm.txt", subject="")
    first, again = _send(client), _send(client)
    assert first["Location"] == again["Location"]
    assert _filed(bisc) == ["scherm.txt"]


def test_a_kept_file_is_taken_away_and_what_was_typed_stays_without_a_word_about_the_rest(client_of, bisc):
    client = client_of("bisc colleague")
    _send(client, "scherm.txt", subject="")
    with inside(bisc.organisation):
        row = KeptFile.objects.get()
    page = _send(client, "nieuw.txt", subject="", body="Lang verhaal", drop=row.key)
    text = page.content.decode()
    assert (page.status_code, "Lang verhaal" in text, "problems" in text) == (200, True, False)
    with inside(bisc.organisation):
        assert [one.name for one in KeptFile.objects.all()] == ["nieuw.txt"]
    assert not default_storage.exists(row.storage_name)


@pytest.mark.parametrize(("who", "at"), [("bisc desk", "bisc"), ("bisc keyuser", "bisc"), ("cubiss desk", "cubiss")])
def test_nobody_else_sees_sends_or_takes_away_a_kept_file_even_with_its_mark_and_key(who, at, client_of, bisc):
    _send(client_of("bisc colleague"), "scherm.txt", subject="")
    with inside(bisc.organisation):
        row = KeptFile.objects.get()
    other = client_of(who, at)
    library = {"library": "cubiss-een"} if at == "cubiss" else {}
    for changes in ({"subject": ""}, {"drop": row.key}, {}):
        assert "scherm.txt" not in _send(other, **library, **changes).content.decode()
    with inside(bisc.organisation):
        assert [one.name for one in KeptFile.objects.all()] == ["scherm.txt"]
        assert not Attachment.objects.filter(name="scherm.txt").exists()
    assert default_storage.exists(row.storage_name)


def test_a_file_is_taken_away_from_its_own_form_alone(client_of, bisc):
    """Of two forms in two tabs, and of two files of one."""
    client = client_of("bisc colleague")
    _send(client, "een.txt", "twee.txt", subject="")
    _send(client, "drie.txt", subject="", once="een-ander-formulier")
    with inside(bisc.organisation):
        keys = dict(KeptFile.objects.values_list("name", "key"))
    _send(client, subject="", drop=keys["drie.txt"])
    _send(client, subject="", drop=keys["een.txt"])
    with inside(bisc.organisation):
        assert sorted(one.name for one in KeptFile.objects.all()) == ["drie.txt", "twee.txt"]


def test_a_kept_file_whose_bytes_are_gone_is_left_out_and_the_rest_is_sent(client_of, bisc):
    client = client_of("bisc colleague")
    _send(client, "weg.txt", "er.txt", subject="")
    with inside(bisc.organisation):
        default_storage.delete(KeptFile.objects.get(name="weg.txt").storage_name)
    assert _send(client).status_code == 302
    assert _filed(bisc) == ["er.txt"]


def test_a_file_that_may_not_be_sent_takes_none_of_the_others_along(bisc):
    """Each is kept by itself."""
    uploads = [SimpleUploadedFile(name, body) for name, body in (("a.txt", b"x"), ("b.exe", b"MZ"), ("c.txt", b"x"))]
    kept.keep(uploads=uploads, mark="m", person=bisc.people["colleague"])
    assert [row.name for row in kept.kept("m", bisc.people["colleague"])] == ["a.txt", "c.txt"]


def test_a_file_that_may_not_be_sent_is_not_kept(client_of, bisc):
    page = _send(client_of("bisc colleague"), "virus.exe").content.decode()
    assert "bewaard tot u verstuurt" not in page
    with inside(bisc.organisation):
        assert not KeptFile.objects.exists()


def test_of_one_person_the_oldest_go_beyond_twenty(bisc):
    person = bisc.people["colleague"]
    for number in range(22):
        upload = SimpleUploadedFile(f"{number}.txt", b"x")
        kept.keep(uploads=[upload], mark="m", person=person)
    assert [row.name for row in kept.kept("m", person)] == [f"{number}.txt" for number in range(2, 22)]


def test_what_is_kept_goes_after_a_day_with_its_bytes(bisc):
    now, person = timezone.now(), bisc.people["colleague"]
    kept.keep(uploads=[SimpleUploadedFile("oud.txt", b"x")], mark="m", person=person, at=now - timedelta(hours=25))
    kept.keep(uploads=[SimpleUploadedFile("jong.txt", b"x")], mark="m", person=person, at=now - timedelta(hours=23))
    (old, young) = kept.kept("m", person)
    tidy_bytes(now)
    assert [row.name for row in kept.kept("m", person)] == ["jong.txt"]
    assert (default_storage.exists(old.storage_name), default_storage.exists(young.storage_name)) == (False, True)


ANSWER = "/tickets/BISC-1/messages/"


def _answer(client, *files: str, **changes):
    uploads = [SimpleUploadedFile(name, b"wat er op het scherm stond") for name in files]
    data = {"body": "Zie de bijlagen", "once": "merk-van-dit-antwoord", "attachments": uploads, **changes}
    return client.post(ANSWER, data)


def _sent_along(ticket) -> list[str]:
    return list(Attachment.objects.filter(message__ticket=ticket).values_list("name", flat=True))


@pytest.mark.parametrize("who", ["bisc desk", "bisc colleague"])
def test_files_of_an_answer_that_could_not_be_sent_stay_and_go_along_in_the_end(client_of, ticket, who):
    client = client_of(who)
    page = _answer(client, "scherm.txt", body="")
    text = page.content.decode()
    assert page.status_code == 422 and "scherm.txt" in text and "bewaard tot u verstuurt" in text
    assert 'name="held" value="1"' in text and "niet bewaard" not in text
    assert _answer(client, "tweede.txt", body="", held="1").content.decode().count("bewaard tot u verstuurt") == 2
    assert _answer(client, held="1").status_code == 302
    assert _sent_along(ticket) == ["scherm.txt", "tweede.txt"]
    assert _answer(client, held="1").status_code == 302  # the same form, sent twice
    assert _sent_along(ticket) == ["scherm.txt", "tweede.txt"]


def test_files_of_an_answer_stay_where_something_came_in_meanwhile_and_where_a_verb_refuses_it(client_of, bisc, ticket):
    client = client_of("bisc desk")
    verbs.answer(ticket=ticket, body="Nog iets", by=bisc.actor("colleague"))
    page = _answer(client, "scherm.txt", seen="1")
    assert page.status_code == 409 and "bewaard tot u verstuurt" in page.content.decode()
    page = _answer(client, "tweede.txt", held="1", then="planned")  # asks until when
    assert page.status_code == 422 and page.content.decode().count("bewaard tot u verstuurt") == 2
    assert _answer(client, held="1").status_code == 302
    assert _sent_along(ticket) == ["scherm.txt", "tweede.txt"]


def test_a_file_of_an_answer_is_taken_away_without_a_word_about_the_rest(client_of, ticket):
    client = client_of("bisc desk")
    _answer(client, "scherm.txt", body="")
    row = KeptFile.objects.get()
    page = _answer(client, body="", visibility="internal", held="1", drop=row.key)
    text = page.content.decode()
    assert (page.status_code, "problems" in text, "bewaard tot" in text) == (200, False, False)
    assert 'value="internal" checked' in text
    assert not KeptFile.objects.exists() and not default_storage.exists(row.storage_name)


def test_a_kept_file_of_an_answer_is_sent_with_a_next_state_and_no_text(client_of, ticket):
    client = client_of("bisc desk")
    _answer(client, "scherm.txt", body="")
    assert _answer(client, body="", held="1", then="open").status_code == 302
    assert _sent_along(ticket) == ["scherm.txt"]


@pytest.mark.parametrize("who", ["bisc lead", "bisc keyuser"])
def test_nobody_else_sends_a_kept_file_of_an_answer_even_with_its_mark(client_of, ticket, who):
    _answer(client_of("bisc colleague"), "scherm.txt", body="")
    assert "scherm.txt" not in _answer(client_of(who), body="", held="1").content.decode()
    assert _answer(client_of(who), held="1").status_code == 302
    assert _sent_along(ticket) == []
