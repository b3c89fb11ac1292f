"""The rules of an organisation as clocks go by them: read once, kept until they change, never those of another."""

from datetime import timedelta

from django.utils import timezone

from tenants.context import inside
from tests.tickets.test_agreements import change, day, for_all, library_contract, stamp
from tests.tickets.test_calendars import change as change_default_hours
from tickets.agreements import book as books
from tickets.agreements.actions import end_agreement, make_agreement
from tickets.agreements.book import book
from tickets.agreements.terms import Situation
from tickets.calendars.actions import Closing, close_on, make_calendar, open_again, withdraw_hours


def test_book_asks_as_much_for_few_as_for_many(bisc, django_assert_num_queries):
    lead = bisc.actor("lead")
    for keys in ({}, {"level": "large"}, {"level": "small"}, {"type": "wish"}, {"contract": library_contract(bisc)}):
        change(bisc, make_agreement(**keys, by=lead), days=0)
    with django_assert_num_queries(6):  # the stamp; calendars twice, closing days, versions, agreements
        first = book()
    with django_assert_num_queries(1):
        assert book() is first
    assert set(first.levels) == {"large", "small"} and set(first.types) == {"wish"}
    assert set(first.contracts) == {bisc.library.pk}


def test_book_follows_a_change(bisc):
    agreement, at = for_all(bisc), Situation("incident", "high", bisc.library.pk, 1)
    now = timezone.now()
    assert book().applied("resolution", at, now, start=now).target is None
    change(bisc, agreement, days=0)
    assert book().applied("resolution", at, now, start=now).target.minutes == 240
    assert len(books._kept) <= 64


def test_book_of_an_ended_agreement_promises_nothing(bisc):
    change(bisc, days=0)
    end_agreement(agreement=for_all(bisc), from_on=day(2), by=bisc.actor("lead"))
    at, later = Situation("incident", "high", bisc.library.pk, 1), timezone.now() + timedelta(days=2)
    found = book().applied("resolution", at, later, start=later)
    assert found.target is None


def test_book_of_one_organisation_knows_nothing_of_another(cast, bisc):
    change(bisc, days=0)
    with inside(cast.cubiss.organisation):
        assert book().all.versions == () and book().contracts == {}
    assert len(book().all.versions) == 1


def test_verbs_on_calendars_change_the_stamp_too(bisc):
    lead, seen = bisc.actor("lead"), [stamp()]
    calendar = make_calendar(name_nl="Avond", name_en="", by=lead)
    seen.append(stamp())
    version = change_default_hours(bisc)
    seen.append(stamp())
    withdraw_hours(version=version, by=lead)
    seen.append(stamp())
    (closing,) = close_on(closings=[Closing("Teamdag", day(3), day(3))], by=lead)
    seen.append(stamp())
    open_again(closing=closing, by=lead)
    seen.append(stamp())
    assert len(set(seen)) == 6 and calendar.slug == "avond"
    close_on(closings=[], by=lead)
    assert stamp() == seen[-1]
