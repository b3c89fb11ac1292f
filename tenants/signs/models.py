from django.db import models


class SignOfLife(models.Model):
    """When a process that nobody asks anything last showed that it is there: beat, or a worker by what it does."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
