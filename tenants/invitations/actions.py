"""Verbs on invitations. Whether the address has an account already is not looked at before it is accepted."""

from datetime import timedelta

from django.contrib.auth.password_validation import validate_password
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tenants.access import standing
from tenants.actor import Actor
from tenants.audit.actions import record
from tenants.audit.queries import count_since
from tenants.invitations.models import InvitationQuerySet
from tenants.models import Invitation, Library, LibraryMembership, Membership, Organisation, Person
from tenants.organisations.queries import common_row
from tenants.outbox import actions as outbox
from tenants.people.actions import enter_library_role, enter_role
from tenants.people.names import check_name, checked_address
from tenants.people.rights import require_giving, require_seat
from tenants.refusals import Conflict, NotAllowed

PER_HOUR = 20
signer = signing.Signer(salt="samenbeheer.invitation")


@transaction.atomic
def invite(
    *,
    email: str,
    name: str,
    role: str,
    organisation: Organisation,
    library: Library | None = None,
    language: str = Person.Language.DUTCH,
    by: Actor,
) -> Invitation:
    """Ask whoever has this address to take a role, and return the invitation; the mail goes through the outbox.

    The same once more mails the link again, at most once a minute, and counts its 14 days anew. Nothing here depends
    on whether there is an account: the answer tells the inviter nothing. Raises NotAllowed for whoever may not give
    that role there; ValidationError for an odd name or address, a seat for nobody, and for more than 20 invitations
    within an hour; and for who has that role there already, whom who may give it sees among the people anyhow.
    """
    require_giving(by, role, organisation=organisation, library=library)
    require_seat(role, organisation)
    address = checked_address(email, name)
    _refuse_who_has_it(address, role, organisation, library)
    _refuse_too_many(by)
    _one_at_a_time(address)
    now = timezone.now()
    same = {"email": address, "organisation": organisation, "library": library, "role": role}
    Invitation.objects.unanswered().filter(**same, expires_at__lte=now).update(ended_at=now)
    found = Invitation.objects.unanswered().filter(**same).first()
    if found is None:
        found = Invitation(**same, name=name.strip(), language=language)
    found.invited_by, found.created_at = by.person, now
    found.expires_at = now + timedelta(days=14)
    found.save()
    outbox.put(
        organisation=common_row(),
        topic="tenants.mail_invitation",
        address=f"invitation {found.pk}",
        dedupe_key=f"invitation {found.pk} {now:%Y-%m-%dT%H:%M}",
    )
    _record("person.invited", found, by)
    return found


def _refuse_who_has_it(address: str, role: str, organisation: Organisation, library: Library | None) -> None:
    if library:
        held = LibraryMembership.objects.current().filter(library=library)
    else:
        held = Membership.objects.current().filter(organisation=organisation)
    found = held.filter(person__email=address, role=role).select_related("person").first()
    if found is not None:
        said = {"name": found.person.name, "place": library.name if library else organisation.name}
        raise ValidationError({"email": _("%(name)s has this role at %(place)s already.") % said})


def _refuse_too_many(by: Actor) -> None:
    """Count the lines of the trail, so that inviting the same address again counts too; two at once wait."""
    if by.person is None:
        return
    Person.objects.select_for_update(no_key=True).get(pk=by.person.pk)
    since = timezone.now() - timedelta(hours=1)
    if count_since(["person.invited"], by.person, since) >= PER_HOUR:
        raise ValidationError(_("That is 20 invitations within an hour. Invite the others later."))


def _one_at_a_time(address: str) -> None:
    """Let two who deal with the same address at once wait for one another; a row that is not there cannot be locked."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 6))", [f"invitation {address}"])


def _record(action: str, invitation: Invitation, by: Actor, **details: object) -> None:
    if invitation.library:
        details["library"] = invitation.library.slug
    record(
        action=action,
        by=by,
        organisation=invitation.organisation,
        object=f"invitation {invitation.pk}",
        role=invitation.role,
        **details,
    )


@transaction.atomic
def withdraw(*, invitation: Invitation, by: Actor) -> None:
    """Take an invitation back; its link no longer works, and back twice is back once.

    Raises NotAllowed for whoever may not give that role, Conflict when it was accepted meanwhile.
    """
    require_giving(by, invitation.role, organisation=invitation.organisation, library=invitation.library)
    locked = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if locked.accepted_at:
        raise Conflict(_("This invitation was accepted meanwhile. End the role itself."))
    if locked.ended_at is None:
        locked.ended_at = timezone.now()
        locked.save(update_fields=["ended_at"])
        _record("invitation.withdrawn", locked, by)


def key_of(invitation: Invitation) -> str:
    """Return what stands in the link of an invitation: its number and secret, signed."""
    return signer.sign(f"{invitation.pk}-{invitation.secret}")


def invitation_of(key: str) -> Invitation | None:
    """Return the invitation that this key opens now.

    None for a forged, used, withdrawn or expired one, and when whoever invited may no longer give that role.
    """
    try:
        number, _dash, secret = signer.unsign(key).partition("-")
    except signing.BadSignature:
        return None
    return _open(Invitation.objects.filter(pk=int(number), secret=secret))


def _open(rows: InvitationQuerySet) -> Invitation | None:
    found = rows.open(timezone.now()).select_related("organisation", "library", "invited_by").first()
    if found is None or not found.organisation.is_open and not found.organisation.is_common:
        return None
    return found if _is_still_given(found) else None


def _is_still_given(invitation: Invitation) -> bool:
    """May whoever invited give that role today, here or on the common host? What the command line sent stands."""
    giver, organisation = invitation.invited_by, invitation.organisation
    for host in (organisation, common_row()) if giver else ():
        try:
            by = Actor.of(standing(giver, host))
            require_giving(by, invitation.role, organisation=organisation, library=invitation.library)
        except NotAllowed:
            continue
        return True
    return giver is None


@transaction.atomic
def accept(*, key: str, by: Actor) -> Membership | LibraryMembership:
    """Take the role of an invitation as the person who is signed in, and return it; name and language stay theirs.

    Raises Conflict when the link no longer works, NotAllowed when it was for another address.
    """
    invitation = _locked(key)
    if by.person is None or by.person.email != invitation.email:
        raise NotAllowed
    return _accept(invitation, by.person, by)


@transaction.atomic
def accept_as_new(*, key: str, name: str, password: str, by: Actor) -> Person:
    """Make the account of somebody new with the name and password they chose, and give them the role of the invitation.

    Raises Conflict when the link no longer works or there is an account by now, ValidationError for an odd name or
    a weak password.
    """
    invitation = _locked(key)
    if Person.objects.filter(email=invitation.email).exists():
        raise Conflict(_("There is an account with this address. Sign in to accept."))
    person = Person(email=invitation.email, name=name.strip(), language=invitation.language)
    errors = {}
    for field, check in (
        ("name", lambda: check_name(name)),
        ("password1", lambda: validate_password(password, person)),
    ):
        try:
            check()
        except ValidationError as error:
            errors[field] = error
    if errors:
        raise ValidationError(errors)
    person.set_password(password)
    person.save()
    _accept(invitation, person, Actor(person=person, channel=by.channel, origin=by.origin))
    return person


def _locked(key: str) -> Invitation:
    found = invitation_of(key)
    if found is not None:
        _one_at_a_time(found.email)
        found = _open(Invitation.objects.select_for_update(of=("self",)).filter(pk=found.pk))
    if found is None:
        raise Conflict(_("This link no longer works. Ask for a new invitation."))
    return found


def _accept(invitation: Invitation, person: Person, by: Actor) -> Membership | LibraryMembership:
    invitation.accepted_at, invitation.accepted_by = timezone.now(), person
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    _record("invitation.accepted", invitation, by, person=person.pk)
    if invitation.library:
        return enter_library_role(person=person, library=invitation.library, role=invitation.role, by=by)
    return enter_role(person=person, organisation=invitation.organisation, role=invitation.role, by=by)
