"""API tokens: made after giving the password once more, shown once, ended when they should be."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import override_settings
from django.utils import timezone

from tenants.actor import Actor
from tenants.audit.models import AuditEntry
from tenants.context import inside
from tenants.models import ApiToken, Membership, Person
from tenants.refusals import NotAllowed
from tenants.tokens.actions import create_token, revoke_token
from tests.cast import COMMAND_LINE, PASSWORD

NEW = {"name": "Script", "scope": "read", "days": "30"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["niemand@x.example"], "no active person"),
        (["desk@bisc.example", "--organisation", "nergens"], "no organisation"),
    ],
)
def test_create_token_says_what_is_wrong(cast, arguments, message):
    with inside(None), pytest.raises(CommandError, match=message):
        call_command("create_token", *arguments)


def test_create_token_prints_only_the_token(cast, capsys):
    with inside(None):
        call_command("create_token", "DESK@bisc.example", organisation="bisc")
    assert capsys.readouterr().out.strip().startswith("sb_")
    entry = AuditEntry.objects.first()
    assert (entry.action, entry.actor, entry.system_actor, entry.channel) == (
        "token.created",
        None,
        "create_token",
        "system",
    )


@pytest.mark.parametrize(("arguments", "scope"), [(["--scope", "read"], "read"), (["--scope", "write"], "write")])
def test_create_token_gives_the_rights_that_were_asked(cast, arguments, scope):
    with inside(None):
        call_command("create_token", "desk@bisc.example", "--organisation", "bisc", *arguments)
    assert ApiToken.objects.get().scope == scope


def test_create_token_makes_none_for_a_closed_account(cast):
    Person.objects.filter(pk=cast.bisc.people["desk"].pk).update(is_active=False)
    with inside(None), pytest.raises(CommandError, match="no active person with address desk@bisc.example"):
        call_command("create_token", "desk@bisc.example")
    assert not ApiToken.objects.exists()


DAYS = {"0": None, "1": 1, "7": 7, "365": 365, "730": 730, "731": None, "36500": None, "": None, "-1": None}


@pytest.mark.parametrize(("typed", "days"), DAYS.items())
def test_a_token_counts_for_as_many_days_as_were_chosen(cast, client_of, typed, days):
    answer = _signed_in(client_of).post("/me/tokens/", {**NEW, "days": typed})
    if days is None:
        assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["days"])
        assert not ApiToken.objects.exists()
    else:
        assert answer.status_code == 200
        left = ApiToken.objects.get().expires_at - timezone.now()
        assert timedelta(days=days, minutes=-1) < left <= timedelta(days=days)


@pytest.mark.parametrize(("at", "shown"), [("bisc", ["Bij BiSC"]), ("cubiss", ["Bij Cubiss"]), ("", ["Samen"])])
def test_the_page_lists_the_tokens_of_its_own_host(cast, client_of, at, shown):
    guest = cast.cubiss.people["guest"]
    for name, where in (
        ("Bij BiSC", cast.bisc.organisation),
        ("Bij Cubiss", cast.cubiss.organisation),
        ("Samen", None),
    ):
        create_token(person=guest, organisation=where, name=name, by=COMMAND_LINE)
    page = client_of("cubiss guest", at).get("/me/tokens/").content.decode()
    assert [name for name in ("Bij BiSC", "Bij Cubiss", "Samen") if f"<b>{name}</b>" in page] == shown


def _signed_in(client_of, at="bisc"):
    client = client_of(None, at)
    client.post("/account/login/", {"login": "desk@bisc.example", "password": PASSWORD})
    client.post("/account/reauthenticate/?next=/me/", {"password": PASSWORD})
    return client


def _made(client) -> str:
    return client.post("/me/tokens/", NEW).content.decode().split("<code>")[1].split("</code>")[0]


def test_a_token_is_made_after_giving_the_password_once_more(cast, client_of):
    client = client_of("bisc desk")
    assert client.get("/me/tokens/").status_code == 200
    answer = client.post("/me/tokens/", NEW)
    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/account/reauthenticate/")
    assert ApiToken.objects.count() == 0
    assert client.post(answer["Location"], {"password": "iets anders"}).status_code == 200
    assert ApiToken.objects.count() == 0
    page = client.post(answer["Location"], {"password": PASSWORD})  # and what was typed goes on
    assert "<code>sb_" in page.content.decode() and ApiToken.objects.get().name == "Script"


def test_tokens_page_shows_a_token_once_and_says_where_it_works(cast, client_of):
    client = _signed_in(client_of)
    token = _made(client)
    assert token.startswith("sb_")
    page = client.get("/me/tokens/").content.decode()
    assert token not in page
    assert "werkt op bisc.samenbeheer.localhost. Op samenbeheer.localhost kan het alleen lezen." in page
    assert (
        "werkt op samenbeheer.localhost en nergens anders."
        in client_of("bisc desk", "").get("/me/tokens/").content.decode()
    )
    pk = cast.bisc.people["desk"].tokens.get().pk
    assert client_of("bisc lead").post(f"/me/tokens/{pk}/end/").status_code == 404
    assert client.post(f"/me/tokens/{pk}/end/").status_code == 302


def test_a_revoked_token_is_refused_on_the_next_request(cast, api_of):
    call = api_of("bisc desk")
    assert call("GET", "/me").status_code == 200
    token = ApiToken.objects.get()
    revoke_token(token=token, by=cast.bisc.actor("desk"))
    assert call("GET", "/me").status_code == 401
    revoke_token(token=token, by=cast.bisc.actor("desk"))
    lines = list(AuditEntry.objects.filter(action__startswith="token").values_list("action", "actor__email", "object"))
    assert lines == [
        ("token.revoked", "desk@bisc.example", f"token {token.pk}"),
        ("token.created", None, f"token {token.pk}"),
    ]


@pytest.mark.parametrize(("organisation", "scope"), [("bisc", "read"), ("bisc", "write"), (None, "read")])
def test_the_trail_says_which_token_was_made_for_where(cast, organisation, scope):
    house = cast.bisc.organisation if organisation else None
    create_token(person=cast.bisc.people["desk"], organisation=house, name="Script", scope=scope, by=COMMAND_LINE)
    row, line = ApiToken.objects.get(), AuditEntry.objects.get(action="token.created")
    assert (row.name, row.organisation, row.scope) == ("Script", house, scope)
    assert (line.organisation, line.object, line.details) == (house, f"token {row.pk}", {"scope": scope})


def test_use_is_noted_once_a_minute_and_of_that_token_alone(cast, api_of):
    call, _other = api_of("bisc desk"), api_of("bisc lead")
    call("GET", "/me")
    one, other = (ApiToken.objects.get(person=cast.bisc.people[who]) for who in ("desk", "lead"))
    assert other.last_used_at is None and timezone.now() - one.last_used_at < timedelta(seconds=30)
    for ago, noted in ((timedelta(seconds=50), False), (timedelta(seconds=61), True)):
        before = timezone.now() - ago
        ApiToken.objects.filter(pk=one.pk).update(last_used_at=before)
        call("GET", "/me")
        assert (ApiToken.objects.get(pk=one.pk).last_used_at > before) is noted
    assert ApiToken.objects.get(pk=other.pk).last_used_at is None


def test_a_token_counts_for_a_year(cast):
    create_token(person=cast.bisc.people["desk"], organisation=None, name="x", by=COMMAND_LINE)
    left = ApiToken.objects.get().expires_at - timezone.now()
    assert timedelta(days=364, hours=23) < left <= timedelta(days=365)


def test_an_expired_token_is_refused(cast, api_of):
    call = api_of("bisc desk")
    ApiToken.objects.update(expires_at=timezone.now())
    assert call("GET", "/me").status_code == 401


def test_the_token_of_a_closed_account_is_refused(cast, api_of):
    call = api_of("bisc desk")
    assert call("GET", "/me").status_code == 200
    Person.objects.filter(pk=cast.bisc.people["desk"].pk).update(is_active=False)
    assert call("GET", "/me").status_code == 401


def test_nobody_makes_or_ends_the_token_of_another(cast, api_of):
    api_of("bisc desk")
    desk, bisc = cast.bisc.people["desk"], cast.bisc.organisation
    for by in (cast.bisc.actor("lead"), cast.cubiss.actor("lead"), Actor()):
        with pytest.raises(NotAllowed):
            create_token(person=desk, organisation=bisc, name="x", by=by)
        with pytest.raises(NotAllowed):
            revoke_token(token=ApiToken.objects.get(), by=by)
    for organisation in (cast.cubiss.organisation, None):  # not on another host than the one that is asked
        with pytest.raises(NotAllowed):
            create_token(person=desk, organisation=organisation, name="x", by=cast.bisc.actor("desk"))
    former = cast.bisc.actor("former")
    with pytest.raises(NotAllowed):
        create_token(person=cast.bisc.people["former"], organisation=bisc, name="x", by=former)


def test_twenty_tokens_a_person(cast):
    desk, bisc = cast.bisc.people["desk"], cast.bisc.organisation
    for _ in range(20):
        create_token(person=desk, organisation=bisc, name="x", by=COMMAND_LINE)
    with pytest.raises(ValidationError):
        create_token(person=desk, organisation=bisc, name="x", by=COMMAND_LINE)
    ApiToken.objects.filter(pk=ApiToken.objects.first().pk).update(revoked_at=timezone.now())
    assert create_token(person=desk, organisation=bisc, name="x", by=COMMAND_LINE).startswith("sb_")


@override_settings(API_REQUESTS_PER_MINUTE=3)
def test_requests_are_counted_per_person(cast, api_of):
    one, other, colleague = api_of("bisc desk"), api_of("bisc desk"), api_of("bisc colleague")
    assert [call("GET", "/me").status_code for call in (one, other, one, other, one)] == [200, 200, 200, 429, 429]
    assert colleague("GET", "/me").status_code == 200


def test_a_token_of_an_organisation_only_reads_on_the_common_host(cast, api_of):
    Membership.objects.create(person=cast.bisc.people["desk"], organisation=cast.common, role="programme_manager")
    of_bisc, of_common = api_of("bisc desk", "", token_at="bisc"), api_of("bisc desk", "", token_at="")
    assert of_bisc("GET", "/agenda/items").status_code == 200
    assert [call("POST", "/agenda/items", {}).status_code for call in (of_bisc, of_common)] == [403, 405]


@pytest.mark.parametrize("keep", [False, True])
def test_a_changed_password_ends_the_tokens_or_keeps_them_when_chosen(cast, client_of, api_of, keep):
    call, other = api_of("bisc desk"), api_of("bisc lead")
    client = _signed_in(client_of)
    assert 'name="keep_tokens"' in client.get("/account/password/change/").content.decode()
    new = {"oldpassword": PASSWORD, "password1": "een heel nieuw geheim", "password2": "een heel nieuw geheim"}
    answer = client.post("/account/password/change/", new | ({"keep_tokens": "on"} if keep else {}))
    assert answer.status_code == 302
    assert call("GET", "/me").status_code == (200 if keep else 401)
    assert other("GET", "/me").status_code == 200


@pytest.mark.parametrize("keep", [False, True])
def test_a_second_factor_taken_away_ends_the_tokens_or_keeps_them_when_chosen(cast, client_of, api_of, keep):
    call = api_of("bisc desk")
    client = _signed_in(client_of)
    Authenticator.objects.create(user=cast.bisc.people["desk"], type="totp", data={"secret": "x"})
    answer = client.post("/account/2fa/totp/deactivate/", {"keep_tokens": "on"} if keep else {})
    assert answer.status_code == 302 and not Authenticator.objects.exists()
    assert call("GET", "/me").status_code == (200 if keep else 401)


def test_no_choice_for_whoever_has_no_tokens(cast, client_of):
    assert "keep_tokens" not in _signed_in(client_of).get("/account/password/change/").content.decode()


def test_a_token_is_good_for_its_organisation_only(cast, api_of):
    assert api_of("bisc desk", "bisc", token_at="bisc")("GET", "/me").status_code == 200
    assert api_of("bisc desk", "bisc", token_at="cubiss")("GET", "/me").status_code == 401
    assert api_of("bisc desk", "bisc", token_at="")("GET", "/me").status_code == 401
    assert api_of("bisc desk", "", token_at="bisc")("GET", "/me").status_code == 200
    assert api_of("bisc desk", "", token_at="")("GET", "/agenda/items").status_code == 200
