"""Pages of signing in that allauth does otherwise."""

from allauth.mfa.webauthn.views import ReauthenticateWebAuthnView
from django.http import HttpResponse


class ReauthenticateByKey(ReauthenticateWebAuthnView):
    """Prove with a security key, once more, who one is; after a wrong one the page stands again and says so."""

    def form_invalid(self, form) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form))

    def get_context_data(self, **kwargs) -> dict:
        return {**super().get_context_data(), **kwargs}
