"""Sessions, each with its person: the door finds who comes in one question, and all of somebody's can be ended."""

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models


class Session(AbstractBaseSession):
    """A browser that came in; with a person as long as somebody is signed in with it."""

    person = models.ForeignKey("tenants.Person", on_delete=models.CASCADE, null=True, related_name="sessions")
