from importlib import import_module

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """The wiring of the house: settings, addresses, templates, management commands. No models."""

    name = "config"
    verbose_name = "Samenbeheer"

    def ready(self) -> None:
        import_module("config.celery")  # so that every process sends its tasks to the configured broker
