"""Guests: who lets them in and out of an organisation, and until when."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tenants.access import standing
from tenants.actor import Actor
from tenants.audit.models import AuditEntry
from tenants.models import Membership
from tenants.people.guests import let_in, let_out
from tenants.refusals import NotAllowed


def _day(days):
    return timezone.localdate() + timedelta(days=days)


def _guests():
    rows = Membership.objects.filter(role="guest").order_by("pk")
    return list(rows.values_list("person__email", "organisation__slug", "until_on"))


@pytest.mark.parametrize(
    ("who", "at"),
    [
        ("bisc keyuser", "bisc"),
        ("bisc colleague", "bisc"),
        ("bisc former", "bisc"),
        ("cubiss guest", "bisc"),
        ("cubiss desk", "cubiss"),  # rights that count elsewhere
        ("manager", ""),
        ("stranger", "bisc"),
    ],
)
def test_only_staff_let_somebody_in_or_out(cast, who, at):
    host = {"bisc": cast.bisc.organisation, "cubiss": cast.cubiss.organisation, "": cast.common}[at]
    by, bisc = Actor.of(standing(cast.everybody[who], host)), cast.bisc.organisation
    with pytest.raises(NotAllowed):
        let_in(person=cast.cubiss.people["desk"], organisation=bisc, until_on=_day(5), by=by)
    with pytest.raises(NotAllowed):
        let_out(person=cast.cubiss.people["guest"], organisation=bisc, by=by)
    assert _guests() == [("gast@cubiss.example", "bisc", _day(30))]


def test_let_in_gives_back_the_role_and_never_shortens_the_stay(cast):
    person, stay = cast.cubiss.people["desk"], {"organisation": cast.bisc.organisation, "by": cast.bisc.actor("desk")}
    first = let_in(person=person, until_on=_day(10), **stay)
    assert (first.person, first.organisation, first.role) == (person, cast.bisc.organisation, "guest")
    assert (first.from_on, first.until_on) == (_day(0), _day(10))
    for until, holds in ((5, 10), (20, 20)):
        again = let_in(person=person, until_on=_day(until), **stay)
        assert (again.pk, again.until_on) == (first.pk, _day(holds))
        assert Membership.objects.get(person=person, role="guest").until_on == _day(holds)
    lines = AuditEntry.objects.filter(action="guest.let_in", object=f"person {person.pk}").order_by("pk")
    assert [one.details for one in lines] == [{"until": _day(10).isoformat()}, {"until": _day(20).isoformat()}]


def test_who_is_let_out_here_stays_a_guest_elsewhere(cast):
    bisc, cubiss, person = cast.bisc.organisation, cast.cubiss.organisation, cast.people["stranger"]
    here, there = (
        Membership.objects.create(person=person, organisation=one, role="guest", from_on=_day(-5), until_on=_day(5))
        for one in (bisc, cubiss)
    )
    for _ in range(2):  # twice is once
        let_out(person=person, organisation=cubiss, by=cast.cubiss.actor("desk"))
        here.refresh_from_db()
        there.refresh_from_db()
        assert (here.until_on, there.until_on) == (_day(5), _day(-1))
    lines = AuditEntry.objects.filter(action="guest.let_out").values_list("organisation__slug", "object")
    assert list(lines) == [("cubiss", f"person {person.pk}")]
