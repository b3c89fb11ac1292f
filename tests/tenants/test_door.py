"""The door: one question says who comes in, and it says the same as `tenants.access.standing`."""

import hashlib
import io
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from tenants import context
from tenants.access import hosts_of, standing
from tenants.door import arrive
from tenants.models import ApiToken, Library, LibraryMembership, Membership, Organisation, Person, Session
from tenants.roles import CooperationRole, GuestRole, LibraryRole, OrganisationRole
from tenants.signin.sessions import SessionStore
from tenants.signin.sessions import digest_of as digest_of_session
from tenants.signin.tasks import clear_sessions
from tenants.tokens.actions import create_token, digest_of
from tests.cast import COMMAND_LINE
from tests.races import Work
from tickets.models import Message

TODAY = timezone.localdate
HOSTS = ("bisc", "cubiss", "")


def host_of(slug: str) -> str:
    return f"{slug}.{settings.DOMAIN}" if slug else settings.DOMAIN


def session_of(person: Person) -> str:
    store = SessionStore()
    store[SESSION_KEY] = str(person.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = person.get_session_auth_hash()
    store.create()
    return digest_of_session(store.session_key)


def same(arrival, person: Person) -> bool:
    """Whether the door found what `standing` finds, down to each library."""
    expected = standing(person, arrival.organisation)
    found = arrival.standing
    if found is None:
        return not expected and not person.is_active
    parts = ("person", "organisation", "roles", "libraries", "role_organisations", "permissions")
    return all(getattr(found, part) == getattr(expected, part) for part in parts)


def everybody(cast) -> dict[str, Person]:
    found = {f"common {name}": person for name, person in cast.people.items()}
    for slug in ("bisc", "cubiss"):
        found |= {f"{slug} {name}": person for name, person in getattr(cast, slug).people.items()}
    return found


@pytest.mark.parametrize("slug", HOSTS)
def test_the_door_finds_of_everybody_what_standing_finds(cast, slug):
    found = []
    for name, person in everybody(cast).items():
        arrival = arrive(host=host_of(slug), session_digest=session_of(person))
        assert arrival.person == person and same(arrival, person), name
        assert context.current_organisation() == arrival.organisation
        token = create_token(person=person, organisation=None, name="x", by=COMMAND_LINE)
        by_token = arrive(host=host_of(slug), token_digest=digest_of(token))
        assert (by_token.person, by_token.token.person_id) == (person, person.pk) and same(by_token, person), name
        found.append(bool(arrival.standing))
    assert True in found and False in found


DAYS = st.sampled_from([None, -2, -1, 0, 1])
AT_LIBRARY = st.fixed_dictionaries(
    {
        "role": st.sampled_from(LibraryRole.values),
        "sees": st.sampled_from(LibraryMembership.Sees.values),
        "from_on": st.sampled_from([-9, 0, 1]),
        "until_on": DAYS,
        "locations": st.booleans(),
    }
)
HELD = st.fixed_dictionaries(
    {
        "role": st.sampled_from([*OrganisationRole.values, *GuestRole.values, *CooperationRole.values]),
        "at": st.sampled_from(HOSTS),
        "from_on": st.sampled_from([-9, 0, 1]),
        "until_on": DAYS,
    }
)


def _day(offset: int | None):
    return None if offset is None else TODAY() + timedelta(days=offset)


@examples(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    host=st.sampled_from(HOSTS),
    active=st.booleans(),
    held=st.lists(HELD, max_size=3, unique_by=lambda one: (one["role"], one["at"])),
    at_libraries=st.lists(AT_LIBRARY, max_size=2, unique_by=lambda one: one["role"]),
    library_until=DAYS,
    left=DAYS,
    ready=st.booleans(),
)
def test_the_door_says_what_standing_says_whatever_the_roles(
    cast, host, active, held, at_libraries, library_until, left, ready
):
    organisations = {"bisc": cast.bisc.organisation, "cubiss": cast.cubiss.organisation, "": cast.common}
    library = Library.objects.filter(organisation=cast.bisc.organisation, locations__isnull=False).first()
    savepoint = transaction.savepoint()
    try:
        person = Person.objects.create(email="iemand@deur.example", name="Iemand", is_active=active)
        for one in held:
            begin, end = _day(one["from_on"]), _day(one["until_on"])
            if end is None or end >= begin:
                Membership.objects.create(
                    person=person, role=one["role"], organisation=organisations[one["at"]], from_on=begin, until_on=end
                )
        for one in at_libraries:
            begin, end = _day(one["from_on"]), _day(one["until_on"])
            if end is None or end >= begin:
                row = LibraryMembership.objects.create(
                    person=person, library=library, role=one["role"], sees=one["sees"], from_on=begin, until_on=end
                )
                row.locations.set(library.locations.all() if one["locations"] else [])
        Library.objects.filter(pk=library.pk).update(from_on=_day(-9), until_on=_day(library_until))
        # Cubiss, the home of a guest of BiSC, may have left or be half made.
        Organisation.objects.filter(pk=cast.cubiss.organisation.pk).update(
            from_on=_day(-9), until_on=_day(left), ready=ready
        )
        arrival = arrive(host=host_of(host), session_digest=session_of(person))
        is_open = host != "cubiss" or (ready and (left is None or left >= 0))
        assert (arrival is not None) is is_open
        if arrival is not None:
            assert same(arrival, person)
            assert (arrival.person == person) is active
    finally:
        transaction.savepoint_rollback(savepoint)
        context.enter_public()


def test_the_door_enters_and_an_unknown_host_enters_nothing(cast):
    for host, path in (
        (host_of("bisc"), "bisc, public, extensions"),
        ("nergens.example", "public, extensions"),
        (host_of("cubiss"), "cubiss, public, extensions"),
        (host_of(""), "public, extensions"),
    ):
        arrive(host=host)
        with CaptureQueriesContext(connection) as captured, connection.cursor() as cursor:
            cursor.execute("SHOW search_path")
            assert cursor.fetchone()[0].replace('"', "").replace(",", ", ").replace(",  ", ", ") == path
        assert len(captured) == 1  # nothing is sent again


@pytest.mark.parametrize("slug", HOSTS)
def test_the_door_finds_the_hosts_of_everybody(cast, slug):
    found = set()
    for name, person in everybody(cast).items():
        arrival = arrive(host=host_of(slug), session_digest=session_of(person))
        expected = [(one.name, host_of("" if one.is_common else one.slug)) for one in hosts_of(person)]
        assert [(one.name, one.domain) for one in arrival.hosts] == expected, name
        found.add(len(expected))
    assert found == {0, 1, 2, 3}


def test_the_door_finds_no_host_of_what_was_left(cast):
    guest = session_of(cast.cubiss.people["guest"])
    Organisation.objects.filter(slug="bisc").update(from_on="2024-01-01", until_on=TODAY() - timedelta(days=1))
    Organisation.objects.filter(slug="cubiss").update(ready=False)
    assert [one.name for one in arrive(host=host_of(""), session_digest=guest).hosts] == ["Samenwerking"]
    assert arrive(host=host_of("")).hosts == ()
    key = session_of(cast.bisc.people["keyuser"])
    Organisation.objects.update(ready=True, until_on=None)
    Library.objects.update(until_on=TODAY() - timedelta(days=1))
    assert arrive(host=host_of(""), session_digest=key).hosts == ()


def test_the_door_asks_once(cast):
    arrive(host=host_of("bisc"))
    key = session_of(cast.bisc.people["desk"])
    with CaptureQueriesContext(connection) as captured:
        assert arrive(host=host_of("bisc"), session_digest=key).standing.is_staff
    assert len(captured) == 1


@pytest.mark.parametrize(
    "change", [{"revoked_at": timezone.now()}, {"expires_at": timezone.now() - timedelta(seconds=1)}]
)
def test_no_token_out_of_force_comes_in(cast, change):
    token = create_token(person=cast.bisc.people["desk"], organisation=None, name="x", by=COMMAND_LINE)
    ApiToken.objects.update(**change)
    arrival = arrive(host=host_of("bisc"), token_digest=digest_of(token))
    assert (arrival.token, arrival.person, arrival.standing) == (None, None, None)


def test_no_session_that_ended_comes_in(cast):
    key = session_of(cast.bisc.people["desk"])
    Session.objects.filter(session_key=key).update(expire_date=timezone.now() - timedelta(seconds=1))
    arrival = arrive(host=host_of("bisc"), session_digest=key)
    assert (arrival.session_data, arrival.person, arrival.standing) == (None, None, None)


def test_sessions_that_ended_are_cleared_and_no_others(cast):
    ended, goes_on = (session_of(cast.bisc.people[who]) for who in ("desk", "lead"))
    Session.objects.filter(session_key=ended).update(expire_date=timezone.now() - timedelta(seconds=1))
    clear_sessions()
    assert list(Session.objects.values_list("session_key", flat=True)) == [goes_on]


def test_the_door_is_shut_inside_a_transaction(cast):
    def inside_one():
        with transaction.atomic():
            arrive(host=host_of("bisc"))

    with pytest.raises(TransactionManagementError):
        Work(inside_one).result()


def test_an_error_at_the_door_leaves_nobody_in_an_organisation(cast):
    arrive(host=host_of("bisc"))
    with pytest.raises(ValueError, match="NUL"):
        arrive(host="\0")
    assert context.current_schema() == "public"


def test_a_dead_connection_is_made_anew_at_the_door(cast):
    def come_in_twice():
        schemas = [arrive(host=host_of("bisc")).organisation.schema_name]
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            pid = cursor.fetchone()[0]
        Work(lambda: _end(pid)).result()
        schemas.append(arrive(host=host_of("cubiss")).organisation.schema_name)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid(), current_schema()")
            other, schema = cursor.fetchone()
        return schemas, other != pid, schema

    assert Work(come_in_twice).result() == (["bisc", "cubiss"], True, "cubiss")


def _end(pid: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


def test_a_session_knows_its_person(cast, client_of):
    client = client_of("bisc desk")
    digest = hashlib.sha256(client.session.session_key.encode()).hexdigest()[:40]
    assert Session.objects.get(session_key=digest).person == cast.bisc.people["desk"]
    assert Person.objects.get(sessions__session_key=digest) == cast.bisc.people["desk"]


def test_a_copy_of_the_sessions_lets_nobody_in(cast, client_of):
    client = client_of("bisc desk")
    key = client.session.session_key
    kept = Session.objects.get()
    assert key not in f"{kept.session_key} {kept.session_data}"
    client.cookies[settings.SESSION_COOKIE_NAME] = kept.session_key[:32]
    assert client.get("/tickets/").status_code == 302
    store = SessionStore(key)
    assert (store.exists(key), store.exists(kept.session_key), store[SESSION_KEY]) == (True, False, "1")
    store.delete()
    assert not Session.objects.exists()


class Late(io.BytesIO):
    """A body that arrives after something else happened."""

    def __init__(self, content: bytes, first):
        super().__init__(content)
        self.first = first

    def read(self, *args):
        self.first()
        return super().read(*args)


def test_a_right_that_ends_while_the_form_arrives_is_gone(bisc, client_of, api_of):
    def leave():
        Membership.objects.filter(person=bisc.people["desk"]).update(until_on=_day(-1))

    client, call = client_of("bisc desk"), api_of("bisc desk")
    held = list(Membership.objects.filter(person=bisc.people["desk"]).values_list("pk", "until_on"))
    form, document = b"body=Nog+even", b'{"body": "Nog even"}'
    sent = {"data": form, "content_type": "application/x-www-form-urlencoded", "wsgi.input": Late(form, leave)}
    assert client.generic("POST", "/tickets/BISC-1/messages/", **sent).status_code == 404
    for pk, until_on in held:
        Membership.objects.filter(pk=pk).update(until_on=until_on)
    program = Client(headers={"host": bisc.host, "authorization": f"Bearer {call.token}"})
    sent = {"data": document, "content_type": "application/json", "wsgi.input": Late(document, leave)}
    assert program.generic("POST", "/api/v1/tickets/BISC-1/messages", **sent).status_code == 403
    assert not Message.objects.filter(body="Nog even").exists()


def test_a_migration_under_the_door_costs_no_page(cast):
    """A question that was prepared before a column changed its type is void; it is asked anew on another connection."""

    def come_in_around_a_migration():
        schemas = [arrive(host=host_of("bisc")).organisation.schema_name]
        Work(lambda: _alter("tenants_organisation", "colour", "varchar(8)")).result()
        try:
            schemas.append(arrive(host=host_of("cubiss")).organisation.schema_name)
        finally:
            Work(lambda: _alter("tenants_organisation", "colour", "varchar(7)")).result()
        return [*schemas, arrive(host=host_of("bisc")).organisation.schema_name]

    assert Work(come_in_around_a_migration).result() == ["bisc", "cubiss", "bisc"]


def _alter(table: str, column: str, kind: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '5s'")
        cursor.execute(f"ALTER TABLE public.{table} ALTER COLUMN {column} TYPE {kind}")


@pytest.mark.parametrize(
    ("part", "value", "who"),
    [(HASH_SESSION_KEY, "x", None), (BACKEND_SESSION_KEY, "x.Y", None), (SESSION_KEY, "", "lead")],
)
def test_what_a_session_says_goes_before_its_person(cast, client_of, part, value, who):
    client = client_of("bisc desk")
    session = client.session
    session[part] = value or str(cast.bisc.people[who].pk)  # both have the same password here
    session.save()
    Session.objects.update(person=cast.bisc.people["desk"])
    request = client.get("/account/login/").wsgi_request
    assert request.user.pk == (cast.bisc.people[who].pk if who else None)
    assert request.standing.person == (cast.bisc.people[who] if who else None)
