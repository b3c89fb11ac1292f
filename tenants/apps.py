from django.apps import AppConfig


class TenantsConfig(AppConfig):
    """Who takes part."""

    name = "tenants"
    verbose_name = "Tenants"

    def ready(self) -> None:
        from tenants.signin import trail  # noqa: F401  connects the sign-in signals of Django and allauth
