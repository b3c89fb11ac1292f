"""Mail that does not go by itself is told to who sees to it: once per trouble, and never because of itself."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.utils import timezone

from tenants.context import inside
from tenants.models import Membership, OutboxEntry, OutboxTrouble
from tenants.outbox import actions as outbox
from tenants.outbox.queries import ALERT
from tenants.outbox.troubles import watch
from tenants.tasks import mail_outbox_trouble

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def quiet(cast):
    """Nothing in the outbox."""
    with inside(None):
        OutboxEntry.objects.all().delete()
        yield cast


def _put(house, key, topic="tickets.notices", **values):
    organisation = getattr(house, "organisation", house)
    failed = {"failed_at": NOON, "cause_type": "OSError"} if values.get("attempts") else {}
    values = {"due_at": timezone.now() + timedelta(hours=1), **failed, **values}
    return OutboxEntry.objects.create(organisation=organisation, topic=topic, dedupe_key=key, **values)


def _alerts():
    rows = OutboxEntry.objects.filter(topic=ALERT).order_by("pk").select_related("organisation")
    return [(row.organisation.schema_name, row.dedupe_key) for row in rows]


def _mailed():
    mail.outbox.clear()
    for schema, key in _alerts():
        mail_outbox_trouble(schema, key)
    return [(one.to, one.subject, one.body) for one in mail.outbox]


def test_what_was_given_up_is_told_to_the_administrators_of_that_organisation(quiet):
    _put(quiet.bisc, "a", attempts=32, given_up_at=NOON)
    _put(quiet.bisc, "b", attempts=32, given_up_at=NOON)
    _put(quiet.bisc, "c", attempts=6)
    assert watch() == 1
    ((to, subject, body),) = _mailed()
    assert (to, subject) == (["lead@bisc.example"], "Post van BiSC wacht")
    assert "2 berichten zijn opgegeven" in body and "1 bericht mislukt of wacht al meer dan een uur" in body
    assert "http://bisc.samenbeheer.localhost:8000/outbox/" in body.split()


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"attempts": 5}, 0),
        ({"attempts": 6}, 1),
        ({"due_at": timedelta(minutes=-59)}, 0),
        ({"due_at": timedelta(minutes=-61)}, 1),
        ({"attempts": 32, "given_up_at": NOON}, 1),
        ({"attempts": 32, "given_up_at": NOON, "dropped_at": NOON}, 0),
        ({"due_at": timedelta(minutes=-61), "done_at": NOON}, 0),
    ],
)
def test_an_hour_of_failing_or_waiting_is_trouble(quiet, values, told):
    if isinstance(values.get("due_at"), timedelta):
        values = {**values, "due_at": timezone.now() + values["due_at"]}
    _put(quiet.bisc, "a", **values)
    assert (watch(), len(_alerts())) == (told, told)


def test_once_per_trouble_and_again_for_the_next(quiet):
    first = _put(quiet.bisc, "a", attempts=6)
    assert [watch(), watch()] == [1, 0]
    _put(quiet.bisc, "b", attempts=32, given_up_at=NOON)
    assert (watch(), len(_alerts())) == (0, 1)
    OutboxEntry.objects.filter(pk=first.pk).update(done_at=NOON)
    assert watch() == 0  # the other one is still there
    OutboxEntry.objects.filter(dedupe_key="b").update(dropped_at=NOON)
    assert (watch(), OutboxTrouble.objects.filter(ended_at=None).count()) == (0, 0)
    _put(quiet.bisc, "c", attempts=6)
    assert (watch(), len(_alerts())) == (1, 2)


def test_a_message_about_trouble_that_fails_tells_nobody(quiet):
    _put(quiet.bisc, "a", attempts=6)
    watch()
    OutboxEntry.objects.filter(topic=ALERT).update(attempts=32, failed_at=NOON, cause_type="OSError", given_up_at=NOON)
    OutboxEntry.objects.filter(dedupe_key="a").update(done_at=NOON)
    assert [watch(), watch()] == [0, 0] and len(_alerts()) == 1
    assert not OutboxTrouble.objects.filter(ended_at=None).exists()


def test_trouble_that_ended_before_its_mail_could_go_is_not_mailed(quiet):
    _put(quiet.bisc, "a", attempts=6)
    watch()
    OutboxEntry.objects.filter(dedupe_key="a").update(done_at=NOON)
    watch()
    assert _mailed() == []


def test_who_is_administrator_no_more_is_not_mailed(quiet):
    _put(quiet.bisc, "a", attempts=6)
    watch()
    Membership.objects.filter(organisation=quiet.bisc.organisation, role="administrator").delete()
    assert _mailed() == []


def test_trouble_of_the_common_host_and_of_who_has_no_administrator_goes_to_the_platform(quiet):
    Membership.objects.filter(organisation=quiet.bisc.organisation, role="administrator").delete()
    _put(quiet.bisc, "a", attempts=6)
    _put(quiet.common, "b", attempts=6)
    assert watch() == 2
    mailed = _mailed()
    assert sorted(subject for _to, subject, _body in mailed) == ["Post van BiSC wacht", "Post van Samenwerking wacht"]
    assert [to for to, _subject, _body in mailed] == [[quiet.people["platform"].email]] * 2
    for _to, _subject, body in mailed:
        assert "http://samenbeheer.localhost:8000/platform/outbox/" in body.split()


def test_what_an_organisation_that_left_never_did_is_no_trouble(quiet):
    _put(quiet.bisc, "a", attempts=32, given_up_at=NOON)
    type(quiet.bisc.organisation).objects.filter(slug="bisc").update(from_on="2025-01-01", until_on="2026-01-01")
    assert watch() == 0


def test_an_alert_says_nothing_of_what_the_mail_was_about(quiet):
    _put(quiet.bisc, "a", attempts=6, address="kwartelzang")
    watch()
    assert "kwartelzang" not in str(_mailed())


def test_a_message_id_is_the_same_at_each_attempt_and_differs_by_entry(quiet):
    _put(quiet.bisc, "a", attempts=6)
    _put(quiet.common, "b", attempts=6)
    watch()
    ids = []
    for _time in range(2):
        OutboxEntry.objects.filter(topic=ALERT).update(done_at=None)
        _mailed()
        ids.append([one.extra_headers["Message-ID"] for one in mail.outbox])
    assert ids[0] == ids[1] and len(set(ids[0])) == 2
    assert outbox.work("bisc", "weg", lambda entry: None, topic=ALERT) is False
