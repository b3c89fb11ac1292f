"""Exceptions to the roles: a grant on one ticket, in the organisation's schema. guardian is used here alone."""

from django.db import models
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from tickets.desk.models import Ticket


class TicketGrant(UserObjectPermissionBase):
    """An exception to the roles: this person may see this ticket. Lies in the organisation's schema."""

    content_object = models.ForeignKey(Ticket, on_delete=models.CASCADE)
    until_on = models.DateField(null=True, help_text="Last day on which it holds; empty: until it is taken back.")

    class Meta(UserObjectPermissionBase.Meta):
        default_permissions = ()


class TicketGroupGrant(GroupObjectPermissionBase):
    """As TicketGrant for a group; guardian wants one beside it. Not used: roles are memberships."""

    content_object = models.ForeignKey(Ticket, on_delete=models.CASCADE)

    class Meta(GroupObjectPermissionBase.Meta):
        default_permissions = ()
