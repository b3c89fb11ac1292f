from django.db import models
from django.utils import timezone


class AnsweredRequest(models.Model):
    """An API request with an Idempotency-Key and the answer it got; kept for 24 hours.

    `token` and `standing_sha256` say with what rights it was answered: with any others the answer is not read again.
    `key` is a digest of the client's own, with which alone `sealed`, the answer, opens: words of a ticket have no place
    in this schema.
    """

    person = models.ForeignKey("tenants.Person", on_delete=models.PROTECT, related_name="+")
    token = models.ForeignKey("tenants.ApiToken", on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey("tenants.Organisation", on_delete=models.PROTECT, related_name="+")
    path = models.CharField(max_length=200)
    key = models.CharField(max_length=200)
    body_sha256 = models.CharField(max_length=64)
    standing_sha256 = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.JSONField(null=True)  # not used since 0004: to be dropped in the next version
    sealed = models.BinaryField(null=True)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["person", "organisation", "path", "key"], name="answered_once")]
