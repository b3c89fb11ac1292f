"""Flash messages that stay on the host they were made on."""

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage


class HostCookieStorage(CookieStorage):
    """As Django's, but the cookie is host-only: it never takes SESSION_COOKIE_DOMAIN.

    Otherwise a text made on one organisation's host could show on another's.
    """

    cookie_name = "flash"

    def _update_cookie(self, encoded_data, response):
        if encoded_data:
            response.set_cookie(
                self.cookie_name,
                encoded_data,
                domain=None,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        else:
            response.delete_cookie(self.cookie_name, domain=None, samesite="Lax")
