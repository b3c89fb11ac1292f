"""A role that is given leads somewhere: whoever has it alone finds a page of theirs, and a way to it."""

import re
from datetime import date

import pytest
from django.conf import settings
from django.test import Client

from tenants.context import inside
from tenants.models import LibraryMembership, Membership, Person
from tenants.roles import GIVES, CooperationRole, LibraryRole

ALONE = sorted({role for given in GIVES.values() for role in given})


@pytest.mark.parametrize("role", ALONE)
def test_a_role_that_is_given_has_pages(cast, role):
    person = Person.objects.create_user("alleen@ergens.example", "wachtwoord-van-iemand", name="Alleen")
    common = role in CooperationRole.values
    if role in LibraryRole.values:
        LibraryMembership.objects.create(person=person, library=cast.bisc.library, role=role, from_on=date(2024, 1, 1))
    else:
        at = cast.common if common else cast.bisc.organisation
        Membership.objects.create(person=person, organisation=at, role=role, from_on=date(2024, 1, 1))
    with inside(None):
        client = Client(headers={"host": f"{settings.DOMAIN}:8000" if common else f"bisc.{settings.DOMAIN}:8000"})
        client.force_login(person)
        page = client.get("/", follow=True)
    ways = re.findall(r'<a href="([^"]+)"', page.content.decode().partition("<nav")[2].partition("</nav>")[0])
    assert page.status_code == 200 and ways, role
