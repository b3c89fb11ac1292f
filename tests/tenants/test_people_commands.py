"""Accounts made from the command line: a first password by a link that works once, and the same again is nothing."""

import re
from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command

from tenants.access import standing
from tenants.actor import Actor
from tenants.audit.models import AuditEntry
from tenants.context import inside
from tenants.invitations import actions as invitations
from tenants.models import Invitation, OutboxEntry, Person
from tenants.people.actions import create_person
from tenants.refusals import NotAllowed
from tenants.roles import Permission
from tenants.tasks import mail_password_reset
from tests.cast import COMMAND_LINE

SECRET = "een heel nieuw geheim"
WHO = ["nieuw@bisc.example", "Nieuwe Collega"]


@pytest.fixture
def said(cast, settings):
    """Run the command without a mail server, and return what it printed."""
    settings.MAILS = False

    def run(*words):
        out = StringIO()
        with inside(None):
            call_command("create_person", *words, stdout=out)
        return out.getvalue()

    return run


def _path(text: str) -> str:
    (link,) = re.findall(r"http://samenbeheer\.localhost:8000(/account/password/reset/key/\S+)", text)
    return link


def _choose(client, path: str, password: str = SECRET):
    page = client.get(path, follow=True)
    form = page.redirect_chain[-1][0] if page.redirect_chain else path
    return client.post(form, {"password1": password, "password2": password})


def test_somebody_chooses_a_password_by_the_printed_link_once(said, client_of, cast):
    text = said(*WHO, "--role", "platform_administrator")
    assert text.splitlines()[:2] == [
        "nieuw@bisc.example was made and is platform_administrator at Samenwerking",
        "To choose a password, once, within three days:",
    ]
    assert _choose(client_of(None, ""), _path(text)).status_code == 302
    person = Person.objects.get(email="nieuw@bisc.example")
    assert (person.name, person.check_password(SECRET)) == ("Nieuwe Collega", True)
    assert standing(person, cast.common).roles == {"platform_administrator"}
    _choose(client_of(None, ""), _path(text), "iets heel anders nog")
    person.refresh_from_db()
    assert person.check_password(SECRET)
    actions = [(one.action, one.system_actor) for one in AuditEntry.objects.filter(system_actor="create_person")[:3]]
    assert actions == [("role.given", "create_person"), ("person.created", "create_person")]


def test_the_printed_link_ends_after_three_days(said, client_of, monkeypatch):
    path = _path(said(*WHO))
    late = PasswordResetTokenGenerator()._now() + timedelta(days=3, minutes=1)
    monkeypatch.setattr(PasswordResetTokenGenerator, "_now", lambda self: late)
    _choose(client_of(None, ""), path)
    assert not Person.objects.get(email="nieuw@bisc.example").has_usable_password()


def test_asked_again_it_changes_nothing_and_says_so(said, client_of):
    words = [*WHO, "--organisation", "bisc", "--role", "functional_manager"]
    text = said(*words)
    assert text.startswith("nieuw@bisc.example was made and is functional_manager at BiSC\nTo choose")
    lines, row = AuditEntry.objects.count(), Person.objects.values().get(email="nieuw@bisc.example")
    again = said("Nieuw@BISC.example", "Andere Naam", *words[2:])
    nothing = "nieuw@bisc.example exists already and is functional_manager at BiSC; nothing was changed\n"
    assert again.startswith(f"{nothing}To choose a password")
    assert (AuditEntry.objects.count(), Person.objects.values().get(email="nieuw@bisc.example")) == (lines, row)
    assert _choose(client_of(None, ""), _path(again)).status_code == 302
    assert said(*words) == nothing
    assert said(*WHO) == "nieuw@bisc.example exists already; nothing was changed\n"


def test_somebody_who_has_an_account_gets_the_role_and_no_link(said, cast):
    assert said(
        "desk@cubiss.example", "X", "--organisation", "bisc", "--library", "bisc-een", "--role", "key_user"
    ) == ("desk@cubiss.example exists and now is key_user at Bibliotheek een BiSC\n")
    assert standing(cast.cubiss.people["desk"], cast.bisc.organisation).roles == {"key_user"}


def test_with_a_mail_server_the_link_is_mailed_and_once_only(said, settings, client_of):
    settings.MAILS = True
    text = said(*WHO)
    assert text == "nieuw@bisc.example was made\nA mail with a link to choose a password is on its way\n"
    assert said(*WHO) == (
        "nieuw@bisc.example exists already; nothing was changed\n"
        "No password was chosen yet; --link prints a link for it\n"
    )
    (entry,) = OutboxEntry.objects.filter(topic="tenants.mail_password_reset")
    mail_password_reset("public", entry.dedupe_key)
    (message,) = mail.outbox
    assert message.subject == "Uw account van Samenbeheer"
    assert "Er is een account voor u gemaakt." in message.body
    assert _choose(client_of(None, ""), _path(message.body)).status_code == 302
    assert Person.objects.get(email="nieuw@bisc.example").check_password(SECRET)


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (["--role", "functional_manager"], "functional_manager cannot be given at Samenwerking"),
        (["--role", "key_user", "--organisation", "bisc"], "key_user is a role at a library"),
        (
            ["--role", "desk_lead", "--organisation", "bisc", "--library", "bisc-een"],
            "desk_lead is no role at a library",
        ),
        (["--organisation", "bisc"], "say with --role what they are there"),
        (["--role", "desk_lead", "--organisation", "niets"], "there is no organisation niets that takes part"),
        (["--organisation", "bisc", "--library", "cubiss-een", "--role", "key_user"], "BiSC has no library cubiss-een"),
    ],
)
def test_what_cannot_be_given_is_said_and_makes_nobody(said, words, what):
    with pytest.raises(CommandError, match=what):
        said(*WHO, *words)
    assert not Person.objects.filter(email="nieuw@bisc.example").exists()


def test_a_closed_account_stays_closed(said, cast):
    Person.objects.filter(email="desk@bisc.example").update(is_active=False)
    with pytest.raises(CommandError, match="gesloten|closed"):
        said("desk@bisc.example", "Desk")


def test_only_the_platform_makes_accounts(cast):
    for by in (cast.bisc.actor("lead"), Actor(), Actor.of_system("ander", Permission.PEOPLE_MANAGE)):
        with inside(None), pytest.raises(NotAllowed):
            create_person(email=WHO[0], name=WHO[1], by=by)
    with inside(None), pytest.raises(ValidationError) as refused:
        create_person(email="geen adres", name="kijk op www.kwaad.example", by=COMMAND_LINE)
    assert sorted(refused.value.error_dict) == ["email", "name"]
    assert not Person.objects.filter(email=WHO[0]).exists()


def test_the_command_to_invite_asked_again_changes_nothing_and_says_so(cast, capsys, settings):
    words = ["invite", "eerste@platform.example", "Eerste Beheerder", "platform_administrator"]

    def said(*more):
        with inside(None):
            call_command(*words, *more)
        return capsys.readouterr().out

    settings.MAILS = True
    invited = "eerste@platform.example is invited; the link in the mail works once, within 14 days\n"
    assert said() == invited
    (before,) = Invitation.objects.all()
    again = "eerste@platform.example is invited already; nothing was changed. --again mails the link anew\n"
    assert said() == again
    assert Invitation.objects.get().expires_at == before.expires_at
    assert (
        AuditEntry.objects.filter(action="person.invited").count(),
        OutboxEntry.objects.filter(topic="tenants.mail_invitation").count(),
    ) == (1, 1)
    assert said("--again") == invited
    assert Invitation.objects.get().expires_at > before.expires_at
    settings.MAILS = False
    assert (
        said()
        == f"{again}No mail server is set. The link:\nhttp://samenbeheer.localhost:8000/account/invitation/{invitations.key_of(before)}/\n"
    )
    by = Actor()
    invitations.accept_as_new(key=invitations.key_of(before), name="Ik Zelf", password=SECRET, by=by)
    assert said("--again") == (
        "eerste@platform.example is platform_administrator at Samenwerking already; nothing was changed\n"
    )
    assert Invitation.objects.count() == 1
