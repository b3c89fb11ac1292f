"""The table of people: a row each with what they are here today, found by words, and a menu of what may be done."""

import re
from datetime import date, timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tenants.invitations.actions import invite
from tenants.models import Invitation, Library, LibraryMembership, Membership, OutboxEntry, Person

WHO = ["lead", "keyuser", "desk", "seated", "director", "colleague", "neighbour"]


def _table(page: str) -> list[tuple[str, ...]]:
    """Return the rows of the table: its cells in words but the menu, and how many roles the menu ends."""
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    rows = []
    for row in body.split("</tr>")[:-1]:
        cells = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, flags=re.S)
        words = [" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in cells[:-1]]
        rows.append((*words, len(re.findall(r'formaction="[^"]*/end/"', cells[-1]))))
    return rows


def _seen(client, path: str = "/people/") -> list[tuple[str, ...]]:
    """Return name, place, roles and how many can be ended, of each row."""
    return [(row[0], row[1], row[2], row[-1]) for row in _table(client.get(path).content.decode())]


GUEST = "Gast Cubiss gast@cubiss.example"
STAFF = [
    ("Desk BiSC desk@bisc.example", "BiSC", "functioneel beheerder", 1),
    ("Lead BiSC lead@bisc.example", "BiSC", "coördinator functioneel beheer, beheerder van de organisatie", 2),
    ("Zetel BiSC zetel@bisc.example", "BiSC", "functioneel beheerder", 1),
]
FIRST = [
    ("Balie BiSC balie@bisc-een.example", "Bibliotheek een BiSC", "medewerker", 1),
    ("Directie BiSC directie@bisc-een.example", "Bibliotheek een BiSC", "directeur", 1),
    ("Key-user BiSC keyuser@bisc-een.example", "Bibliotheek een BiSC", "key-user", 1),
    ("Tweede balie BiSC balie2@bisc-een.example", "Bibliotheek een BiSC", "medewerker", 1),
]
SECOND = ("Balie twee BiSC balie@bisc-twee.example", "Bibliotheek twee BiSC", "medewerker", 1)


def _until(days: int) -> str:
    """Return the guest's last day as the row says it."""
    months = ["jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec"]
    last = timezone.localdate() + timedelta(days=days)
    return f"{last.day} {months[last.month - 1]} {last.year}"


def test_an_administrator_sees_each_person_with_a_role_of_today_once(cast, client_of):
    """By name; nobody who left or is to come, and no seat in the steering group."""
    rows = _seen(client_of("bisc lead"))
    guest = (GUEST, "BiSC", f"gast, tot en met {_until(30)}", 1)
    everybody = [*STAFF, *FIRST, SECOND, guest]
    assert rows == sorted(everybody, key=lambda row: row[0].partition(" BiSC ")[0].lower())


def test_a_group_of_people_is_seen_alone(cast, client_of):
    lead = client_of("bisc lead")
    assert _seen(lead, "/people/?of=staff") == STAFF
    assert _seen(lead, "/people/?of=library") == [FIRST[0], SECOND, *FIRST[1:]]
    assert [row[0] for row in _seen(lead, "/people/?of=guests")] == [GUEST]
    tags = re.findall(r'<span class="tag">(\d+)</span>', lead.get("/people/").content.decode())
    assert tags == ["9", "3", "5", "1"]


def test_who_has_a_role_again_is_there_once(cast, client_of):
    person, today = cast.bisc.people["former"], timezone.localdate()
    Membership.objects.create(
        person=person, organisation=cast.bisc.organisation, role="functional_manager", from_on=today
    )
    LibraryMembership.objects.create(person=person, library=cast.bisc.library, role="key_user", from_on=today)
    row = ("Weg BiSC weg@bisc.example", "BiSC, Bibliotheek een BiSC", "functioneel beheerder, key-user", 2)
    rows = _seen(client_of("bisc lead"))
    assert rows[8] == row and len(rows) == 10


@pytest.mark.parametrize(("left", "shown"), [(0, [FIRST[0], SECOND, *FIRST[1:]]), (1, [SECOND])])
def test_roles_at_a_library_that_left_are_not_shown(cast, client_of, left, shown):
    """They give nothing any more; up to and with its last day they do."""
    until = timezone.localdate() - timedelta(days=left)
    Library.objects.filter(pk=cast.bisc.library.pk).update(until_on=until)
    assert _seen(client_of("bisc lead"), "/people/?of=library") == shown


def test_nobody_of_another_organisation_is_seen(cast, client_of):
    page = client_of("bisc lead").get("/people/").content.decode()
    assert "Desk Cubiss" not in page and "cubiss-een" not in page


def _libraries(bisc, count: int) -> list[Library]:
    same = {"organisation": bisc.organisation, "province": bisc.library.province, "platform": bisc.library.platform}
    names = [f"Bibliotheek {n:02}" for n in range(count)]
    return [
        Library.objects.create(slug=f"bisc-{n}", name=name, from_on=date(2024, 1, 1), **same)
        for n, name in enumerate(names)
    ]


def test_many_libraries_are_a_number_and_all_of_them_are_all(bisc, client_of):
    person = bisc.people["neighbour"]
    for library in _libraries(bisc, 8)[:8]:
        LibraryMembership.objects.create(person=person, library=library, role="key_user", from_on=date(2024, 1, 1))
    lead = client_of("bisc lead")
    row = next(row for row in _seen(lead) if row[0].startswith("Balie twee"))
    names = " ".join(f"Bibliotheek {n:02}" for n in range(8))
    assert row[1:] == (f"9 van 10 bibliotheken {names} Bibliotheek twee BiSC", "key-user, medewerker", 9)
    LibraryMembership.objects.create(person=person, library=bisc.library, role="director", from_on=date(2024, 1, 1))
    row = next(row for row in _seen(lead) if row[0].startswith("Balie twee"))
    assert row[1].startswith("alle 10 bibliotheken ") and row[3] == 10


WORDS = {
    "zetel": ["Zetel BiSC"],
    "BALIE bisc": ["Balie BiSC", "Balie twee BiSC", "Tweede balie BiSC"],
    "bibliotheek twee": ["Balie twee BiSC", "Tweede balie BiSC"],
    "bisc-een.example": ["Balie BiSC", "Directie BiSC", "Key-user BiSC", "Tweede balie BiSC"],
    "directié": ["Directie BiSC"],
    "100%": [],
    "Cubiss": ["Gast Cubiss"],
}


@pytest.mark.parametrize("words", WORDS)
def test_searching_finds_by_name_address_and_library(cast, client_of, words):
    """Every word counts; accents and capitals do not."""
    page = client_of("bisc lead").get("/people/", {"find": words}).content.decode()
    assert re.findall(r'<th scope="row">\s*(.*?)\n', page) == WORDS[words]
    assert ("Niemand gevonden met dit filter." in page) is (not WORDS[words])


def test_a_role_is_chosen_here_alone(cast, client_of):
    """Not by what somebody is at another organisation, or was."""
    lead = client_of("bisc lead")
    LibraryMembership.objects.create(
        person=cast.bisc.people["desk"], library=cast.cubiss.library, role="key_user", from_on=date(2024, 1, 1)
    )
    names = [row[0] for row in _seen(lead, "/people/?role=key_user")]
    assert names == ["Key-user BiSC keyuser@bisc-een.example"]
    assert [row[0] for row in _seen(lead, "/people/?role=administrator")] == ["Lead BiSC lead@bisc.example"]


def test_a_filter_that_is_none_chooses_nobody_and_says_so(cast, client_of):
    page = client_of("bisc lead").get("/people/?role=koning").content.decode()
    assert _table(page) == [] and "errorlist" in page


def test_the_second_step_is_told_and_who_has_none_is_found(cast, client_of):
    """What a guest has is for their own organisation to know; codes to recover with are no second step."""
    for who, kinds in {
        "desk": ["totp"],
        "keyuser": ["webauthn"],
        "seated": ["totp", "webauthn"],
        "lead": ["recovery_codes"],
    }.items():
        for kind in kinds:
            Authenticator.objects.create(user=cast.bisc.people[who], type=kind, data={})
    lead = client_of("bisc lead")
    steps = {row[0].partition(" BiSC")[0]: row[3] for row in _table(lead.get("/people/").content.decode())}
    assert steps == {
        **{"Desk": "app", "Key-user": "sleutel", "Zetel": "app en sleutel", "Lead": "geen", "Balie": "geen"},
        **{"Balie twee": "geen", "Directie": "geen", "Tweede balie": "geen", GUEST: "bij hun eigen organisatie"},
    }
    found = [row[0].partition(" BiSC")[0] for row in _seen(lead, "/people/?only=no-second-step")]
    assert found == ["Balie", "Balie twee", "Directie", "Lead", "Tweede balie"]


def test_who_was_long_away_is_told_and_found(cast, client_of):
    """Somebody whose account is young was not away; a guest's coming and going is not told."""
    lead, now = client_of("bisc lead"), timezone.now()
    people = cast.bisc.people
    Person.objects.filter(pk=people["desk"].pk).update(last_login=now - timedelta(days=366))
    Person.objects.filter(pk=people["seated"].pk).update(last_login=now - timedelta(days=364))
    Person.objects.filter(pk=people["keyuser"].pk).update(last_login=None, created_at=now - timedelta(days=366))
    Person.objects.filter(pk=cast.cubiss.people["guest"].pk).update(last_login=now - timedelta(days=400))
    assert [row[0].partition(" BiSC")[0] for row in _seen(lead, "/people/?only=long-ago")] == ["Desk", "Key-user"]
    rows = {row[0].partition(" BiSC")[0]: row[4] for row in _table(lead.get("/people/").content.decode())}
    assert re.fullmatch(r"1 jaar geleden \( ?\d+ \w{3} \d{4} ?\)", rows["Desk"])
    assert rows["Zetel"].startswith("12 maanden geleden") and rows["Lead"].startswith("vandaag")
    assert (rows["Key-user"], rows[GUEST]) == ("nog nooit", "–")


def _queries(client, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


def test_the_page_asks_as_much_for_5000_people_as_for_few(bisc, client_of):
    lead = client_of("bisc lead")
    few = _queries(lead, "/people/"), _queries(lead, "/people/?find=veel&role=key_user&only=no-second-step")
    people = [Person(email=f"{n}@veel.example", name=f"Veel {n:04}", password="x") for n in range(5000)]
    Person.objects.bulk_create(people)
    LibraryMembership.objects.bulk_create(
        LibraryMembership(person=one, library=bisc.library, role="key_user", from_on=date(2024, 1, 1)) for one in people
    )
    many = _queries(lead, "/people/"), _queries(lead, "/people/?find=veel&role=key_user&only=no-second-step")
    assert (few, many) == ((7, 4), (8, 8))
    page = lead.get("/people/?find=veel&page=3").content.decode()
    assert re.findall(r"[\d.]+ mensen gevonden|\d+ tot en met \d+ van [\d.]+", page) == [
        "5.000 mensen gevonden",
        "101 tot en met 150 van 5.000",
    ]
    assert [row[0] for row in _table(page)][:2] == ["Veel 0100 100@veel.example", "Veel 0101 101@veel.example"]


def test_after_ending_a_role_the_list_stands_as_it_stood(bisc, client_of):
    lead, key = client_of("bisc lead"), LibraryMembership.objects.get(person=bisc.people["colleague"]).pk
    back = lead.post(f"/people/library-roles/{key}/end/", {"back": "find=balie&page=1\r\nSet-Cookie: x"})
    assert back.status_code == 302 and back["Location"] == "/people/?find=balie&page=1%0D%0ASet-Cookie%3A+x"


def test_a_further_role_is_given_to_the_person_of_the_row(cast, client_of):
    """Their address and name stand in the form; of somebody who is not here, nothing does."""
    lead = client_of("bisc lead")
    page = lead.get(f"/people/?invite=library&person={cast.bisc.people['desk'].pk}").content.decode()
    assert 'value="desk@bisc.example"' in page and 'value="Desk BiSC"' in page
    for person in (cast.cubiss.people["desk"], cast.bisc.people["former"]):
        page = lead.get(f"/people/?invite=staff&person={person.pk}").content.decode()
        assert person.email not in page
    assert lead.get("/people/?invite=staff&person=x").status_code == 200


def _invited(bisc, days: int, email: str = "sanne@bisc-een.example", **where) -> Invitation:
    """Return an invitation that was made `days` ago."""
    found = invite(email=email, name="Sanne Smit", organisation=bisc.organisation, by=bisc.actor("lead"), **where)
    made = timezone.now() - timedelta(days=days)
    Invitation.objects.filter(pk=found.pk).update(created_at=made, expires_at=made + timedelta(days=14))
    return found


def test_who_was_invited_is_seen_until_they_answer_also_when_the_link_expired(bisc, client_of):
    lead = client_of("bisc lead")
    assert "?of=invited" not in lead.get("/people/").content.decode()
    _invited(bisc, 20, role="colleague", library=bisc.library)
    _invited(bisc, 3, email="sanne@bisc.example", role="desk_lead")
    assert "?of=invited" in lead.get("/people/").content.decode()
    rows = _table(lead.get("/people/?of=invited").content.decode())
    assert [(row[0], row[1], row[2], row[4].partition(" tot")[0]) for row in rows] == [
        ("Sanne Smit sanne@bisc.example", "BiSC", "coördinator functioneel beheer", "werkt"),
        ("Sanne Smit sanne@bisc-een.example", "Bibliotheek een BiSC", "medewerker", "verlopen"),
    ]


@pytest.mark.parametrize("days", [3, 20])
def test_inviting_again_mails_the_link_and_counts_anew(bisc, client_of, days):
    old = _invited(bisc, days, role="colleague", library=bisc.library)
    OutboxEntry.objects.all().delete()
    lead = client_of("bisc lead")
    assert lead.post(f"/people/invitations/{old.pk}/again/").url == "/people/?of=invited"
    found = Invitation.objects.unanswered().get()
    assert (found.email, found.name, found.role) == ("sanne@bisc-een.example", "Sanne Smit", "colleague")
    assert found.expires_at > timezone.now() + timedelta(days=13)
    assert OutboxEntry.objects.get().address == f"invitation {found.pk}"
    assert "Sanne Smit krijgt de mail nog een keer." in lead.get("/people/?of=invited").content.decode()


def test_who_invites_again_and_takes_back(bisc, client_of):
    """Whoever might invite so: the administrator, and a key user a colleague of the own library."""
    colleague = _invited(bisc, 20, role="colleague", library=bisc.library).pk
    staff = _invited(bisc, 3, role="desk_lead").pk
    for key, may in ((colleague, ["keyuser", "lead"]), (staff, ["lead"])):
        for path in ("again", "withdraw"):
            if path == "withdraw":
                key = Invitation.objects.unanswered().get(role="colleague" if key == colleague else "desk_lead").pk
            for who in [*(one for one in WHO if one not in may), *may[:1]]:
                answer = client_of(f"bisc {who}").post(f"/people/invitations/{key}/{path}/")
                assert answer.status_code == (302 if who in may else 404), (who, path)
    assert not Invitation.objects.unanswered().exists()
    assert client_of("cubiss lead", "cubiss").post(f"/people/invitations/{staff}/again/").status_code == 404
    assert client_of("bisc lead").get(f"/people/invitations/{staff}/again/").status_code == 405
