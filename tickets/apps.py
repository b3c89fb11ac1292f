from django.apps import AppConfig


class TicketsConfig(AppConfig):
    """The desk of one organisation."""

    name = "tickets"
    verbose_name = "Tickets"
