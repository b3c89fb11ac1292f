from django.db import models
from django.utils import timezone


class AnsweredRequest(models.Model):
    """An API request with an Idempotency-Key and the answer it got; kept for 24 hours."""

    person = models.ForeignKey("tenants.Person", on_delete=models.PROTECT, related_name="+")
    path = models.CharField(max_length=200)
    key = models.CharField(max_length=200)
    body_sha256 = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.JSONField(null=True)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["person", "path", "key"], name="answered_once")]
