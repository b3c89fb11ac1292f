"""The ways by which something comes in."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    """The way by which something came in."""

    PAGE = "page", _("page")
    API = "api", _("API")
    MAIL = "mail", _("mail")
    RULE = "rule", _("rule")
    SYSTEM = "system", _("system")
