from django.db import models
from django.utils import timezone


class AuditEntry(models.Model):
    """One line of the trail: who did what to which object, from where, with what result. Only ever added to."""

    at = models.DateTimeField(default=timezone.now, db_index=True)
    organisation = models.ForeignKey("tenants.Organisation", on_delete=models.PROTECT, null=True, related_name="+")
    actor = models.ForeignKey("tenants.Person", on_delete=models.PROTECT, null=True, related_name="+")
    action = models.CharField(max_length=60)
    object = models.CharField(max_length=120, blank=True)
    result = models.CharField(max_length=20, default="done")
    origin = models.CharField(max_length=60, blank=True, help_text="Network address or channel.")
    details = models.JSONField(default=dict)

    class Meta:
        ordering = ["-at", "-pk"]
