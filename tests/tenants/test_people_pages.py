"""The pages on people: each role once, those of today alone, and a way to end them for who may."""

import re
from datetime import date

import pytest

from tenants.models import LibraryMembership, Membership


def _roles(page: str, heading: str) -> list[tuple[str, str, bool]]:
    """Return the lines of a list under a heading: the name, the role, and whether it can be ended there."""
    part = re.split(rf"<h[12]>{heading}</h[12]>", page)[1].partition("</ul>")[0]
    lines = part.split("</li>")[:-1]
    return [
        (*re.findall(r"<b>([^<]+)</b>", line), *re.findall(r'class="tag[^"]*">([^<]+)<', line), "/end/" in line)
        for line in lines
    ]


def test_a_key_user_sees_the_people_of_the_library_and_ends_colleagues_alone(cast, client_of):
    page = client_of("bisc keyuser").get("/colleagues/").content.decode()
    assert _roles(page, "Medewerkers") == [
        *[("Balie BiSC", "medewerker", True), ("Directie BiSC", "directeur", False)],
        *[("Key-user BiSC", "key-user", False), ("Tweede balie BiSC", "medewerker", True)],
    ]


WHO = ["lead", "keyuser", "desk", "seated", "director", "colleague", "neighbour"]


def test_who_opens_the_pages_on_people(cast, client_of):
    found = {
        path: [client_of(f"bisc {who}").get(path).status_code for who in WHO] for path in ("/people/", "/colleagues/")
    }
    assert found == {"/people/": [200, *[403] * 6], "/colleagues/": [403, 200, *[403] * 5]}


def _key(house, who: str, at_library: bool) -> int:
    rows = LibraryMembership if at_library else Membership
    return rows.objects.get(person=house.people[who]).pk


# Whose role -> what each of WHO gets who posts that it ends.
ENDS = {
    ("desk", False): [302, *[403] * 6],
    ("former", False): [404, *[403] * 6],  # has ended already
    ("coming", False): [404, *[403] * 6],
    ("colleague2", True): [302, 302, *[403] * 5],
    ("neighbour", True): [302, 404, *[403] * 5],
    ("director", True): [302, 404, *[403] * 5],
    ("former", True): [404, 404, *[403] * 5],
    ("coming", True): [404, 404, *[403] * 5],
}


@pytest.mark.parametrize(("whose", "at_library"), ENDS)
def test_who_ends_which_role_from_the_page(cast, client_of, whose, at_library):
    key, found = _key(cast.bisc, whose, at_library), []
    path, rows = ("library-roles", LibraryMembership) if at_library else ("roles", Membership)
    before = rows.objects.filter(pk=key).values().get()
    for who in reversed(WHO):
        if who in ("keyuser", "lead"):
            rows.objects.filter(pk=key).update(until_on=before["until_on"])
        found.insert(0, client_of(f"bisc {who}").post(f"/people/{path}/{key}/end/").status_code)
        ended = rows.objects.filter(pk=key).values().get() != before
        assert ended is (found[0] == 302), who
    assert found == ENDS[whose, at_library]


@pytest.mark.parametrize("at_library", [False, True])
def test_a_role_of_another_organisation_is_not_there(cast, client_of, at_library):
    key = _key(cast.cubiss, "colleague" if at_library else "desk", at_library)
    path = f"/people/{'library-roles' if at_library else 'roles'}/{key}/end/"
    assert client_of("bisc lead").post(path).status_code == 404


def test_a_seat_in_the_steering_group_is_not_ended_here(cast, client_of):
    seat = Membership.objects.get(person=cast.bisc.people["seated"], role="steering_member")
    assert client_of("bisc lead").post(f"/people/roles/{seat.pk}/end/").status_code == 404
    seat.refresh_from_db()
    assert (seat.from_on, seat.until_on) == (date(2024, 1, 1), None)


def test_inviting_asks_first_of_whom_somebody_is_and_then_only_what_fits(bisc, client_of):
    lead = client_of("bisc lead")
    first = lead.get("/people/").content.decode()
    assert 'href="?invite=staff"' in first and 'href="?invite=library"' in first and 'name="email"' not in first
    staff, library = (lead.get(f"/people/?invite={who}").content.decode() for who in ("staff", "library"))
    assert 'value="desk_lead"' in staff and 'value="key_user"' not in staff and 'name="library"' not in staff
    assert 'value="key_user"' in library and 'value="desk_lead"' not in library and 'name="library"' in library


def test_inviting_loses_nothing_on_the_way_back(bisc, client_of):
    typed = {"who": "staff", "other": "library", "name": "Sanne Smit", "email": "sanne@", "role": "desk_lead"}
    page = client_of("bisc lead").post("/people/", typed)
    text = page.content.decode()
    assert page.status_code == 200 and 'value="Sanne Smit"' in text and 'value="sanne@"' in text
    assert 'name="who" value="library"' in text and 'role="alert"' not in text
    typed = {"who": "library", "other": "staff", "library": "bisc-twee"}
    assert 'name="library" value="bisc-twee"' in client_of("bisc lead").post("/people/", typed).content.decode()
    page = client_of("bisc lead").post("/people/", {"who": "library", "name": "Sanne Smit", "role": "desk_lead"})
    assert page.status_code == 422


def test_ending_a_role_names_it_the_person_and_the_place(bisc, client_of):
    page = " ".join(client_of("bisc lead").get("/people/").content.decode().split())
    assert "Rol functioneel beheerder van Desk BiSC bij BiSC beëindigen" in page
