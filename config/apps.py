from importlib import import_module

from django.apps import AppConfig
from django.contrib.staticfiles.apps import StaticFilesConfig as DjangoStaticFilesConfig


class ConfigConfig(AppConfig):
    """The wiring of the house: settings, addresses, templates, management commands. No models."""

    name = "config"
    verbose_name = "Samenbeheer"

    def ready(self) -> None:
        import_module("config.running.security_txt")  # has a check
        import_module("config.celery")  # so that every process sends its tasks to the configured broker


class StaticFilesConfig(DjangoStaticFilesConfig):
    """Collects of Tabler only the one stylesheet that pages use; the rest would weigh ten times as much."""

    ignore_patterns = [
        *DjangoStaticFilesConfig.ignore_patterns,
        *("tabler-*", "*.rtl.*", "tabler.css", "tabler.css.map", "scss", "*.d.css.ts", "*.json", "*.md", "LICENSE"),
    ]
