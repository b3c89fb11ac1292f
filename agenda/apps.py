from django.apps import AppConfig


class AgendaConfig(AppConfig):
    """What the organisations hold in common."""

    name = "agenda"
    verbose_name = "Agenda"
