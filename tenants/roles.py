"""Roles and permissions as code. A role is what a manager gives a person; a permission is what a page asks for."""

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class OrganisationRole(models.TextChoices):
    """Roles of staff, in one organisation."""

    FUNCTIONAL_MANAGER = "functional_manager", _("functional manager")
    DESK_LEAD = "desk_lead", _("desk lead")
    ADMINISTRATOR = "administrator", _("organisation administrator")


class GuestRole(models.TextChoices):
    """The role of a colleague of another organisation who was let in; it opens the door and nothing behind it."""

    GUEST = "guest", _("guest")


class LibraryRole(models.TextChoices):
    """Roles at a library."""

    COLLEAGUE = "colleague", _("member of staff")
    KEY_USER = "key_user", _("key user")
    DIRECTOR = "director", _("director")


class CooperationRole(models.TextChoices):
    """Roles in the cooperation; they count on the common host only."""

    STEERING_MEMBER = "steering_member", _("steering group member")
    STEERING_READER = "steering_reader", _("steering group reader")
    PROGRAMME_MANAGER = "programme_manager", _("programme manager")
    PLATFORM_ADMINISTRATOR = "platform_administrator", _("platform administrator")


class Permission(StrEnum):
    """What a page or endpoint may ask for."""

    TICKETS_WORK = "tickets.work"
    TICKETS_REPORT = "tickets.report"
    TICKETS_GUEST = "tickets.guest"
    TICKETS_CLOSE = "tickets.close"
    TICKETS_ESCALATE = "tickets.escalate"  # of the system, by a warning; no role has it
    COLLEAGUES_MANAGE = "colleagues.manage"
    PEOPLE_MANAGE = "people.manage"
    SETTINGS_CHANGE = "settings.change"
    CONTRACTS_KEEP = "contracts.keep"
    AGENDA_READ = "agenda.read"
    AGENDA_EDIT = "agenda.edit"
    AGENDA_CONTRIBUTE = "agenda.contribute"
    STEERING_READ = "steering.read"
    OUTBOX_MANAGE = "outbox.manage"
    PLATFORM_MANAGE = "platform.manage"
    TOKENS_MANAGE = "tokens.manage"  # of others; only a command line has it


# What each role is for, in words that a manager can decide on.
DESCRIPTIONS = {
    OrganisationRole.FUNCTIONAL_MANAGER: _(
        "Helps the libraries of this organisation: reads, answers and resolves all its tickets."
    ),
    OrganisationRole.DESK_LEAD: _(
        "Does what a functional manager does, leads this organisation's part of the work agenda and keeps its"
        " contracts."
    ),
    OrganisationRole.ADMINISTRATOR: _(
        "Invites people, gives and ends roles, changes the settings and contracts of this organisation and sees to mail"
        " that waits."
        " This role does not give access to tickets."
    ),
    GuestRole.GUEST: _("Works at another organisation, and sees the tickets here that were opened to them."),
    LibraryRole.COLLEAGUE: _("Files tickets. Sees their own, or more if the key user decides so."),
    LibraryRole.KEY_USER: _(
        "Files tickets, sees all of the library with its contract and hours, and decides what members of staff see."
    ),
    LibraryRole.DIRECTOR: _("Files tickets, sees all of the library, and reads its contract and hours."),
    CooperationRole.STEERING_MEMBER: _("Sits in the steering group for an organisation: reads its overview."),
    CooperationRole.STEERING_READER: _("Reads the steering group's overview, without a seat."),
    CooperationRole.PROGRAMME_MANAGER: _("Keeps the work agenda for the whole cooperation."),
    CooperationRole.PLATFORM_ADMINISTRATOR: _(
        "Keeps organisations and common settings, and sees to mail that waits. Sees no tickets."
    ),
}

_STAFF = {Permission.TICKETS_WORK, Permission.TICKETS_REPORT}
_LIBRARY = {Permission.TICKETS_REPORT}
_KEEPS = {Permission.SETTINGS_CHANGE, Permission.CONTRACTS_KEEP}

# What a role may do on its own organisation's host.
ON_ORGANISATION: dict[str, set[Permission]] = {
    OrganisationRole.FUNCTIONAL_MANAGER: _STAFF,
    OrganisationRole.DESK_LEAD: _STAFF | {Permission.CONTRACTS_KEEP},
    OrganisationRole.ADMINISTRATOR: {Permission.PEOPLE_MANAGE, Permission.OUTBOX_MANAGE, *_KEEPS},
    GuestRole.GUEST: {Permission.TICKETS_GUEST},
    LibraryRole.COLLEAGUE: _LIBRARY,
    LibraryRole.KEY_USER: _LIBRARY | {Permission.COLLEAGUES_MANAGE},
    LibraryRole.DIRECTOR: _LIBRARY,
}

# What a role may do on the common host.
ON_COMMON: dict[str, set[Permission]] = {
    OrganisationRole.FUNCTIONAL_MANAGER: {Permission.AGENDA_READ, Permission.AGENDA_CONTRIBUTE},
    OrganisationRole.DESK_LEAD: {Permission.AGENDA_READ, Permission.AGENDA_CONTRIBUTE},
    OrganisationRole.ADMINISTRATOR: {Permission.AGENDA_READ},
    CooperationRole.STEERING_MEMBER: {Permission.AGENDA_READ, Permission.STEERING_READ},
    CooperationRole.STEERING_READER: {Permission.AGENDA_READ, Permission.STEERING_READ},
    CooperationRole.PROGRAMME_MANAGER: {
        Permission.AGENDA_READ,
        Permission.AGENDA_EDIT,
        Permission.STEERING_READ,
    },
    CooperationRole.PLATFORM_ADMINISTRATOR: {
        Permission.AGENDA_READ,
        Permission.PLATFORM_MANAGE,
        Permission.OUTBOX_MANAGE,
    },
}

# Who may give and end which roles: in the organisation, or at the library, for which the permission was given.
# A programme manager gives none: who keeps the work agenda does not choose who oversees it. Of the roles of an
# organisation the platform administrator gives the first administrator and no other.
GIVES: dict[Permission, set[str]] = {
    Permission.PEOPLE_MANAGE: {*OrganisationRole.values, *LibraryRole.values},
    Permission.COLLEAGUES_MANAGE: {LibraryRole.COLLEAGUE},
    Permission.PLATFORM_MANAGE: {*CooperationRole.values, OrganisationRole.ADMINISTRATOR},
}
