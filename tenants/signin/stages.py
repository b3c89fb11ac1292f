"""Steps of signing in beside allauth's own: what it began with is what it ends with."""

from allauth.account.stages import LoginStage
from django.contrib import messages
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.http import urlencode
from django.utils.translation import gettext as _

BEGAN = "began"


class Began(LoginStage):
    """The first: remember, as a session does, the password that was given and the second steps of that moment."""

    key = "began"

    def handle(self):
        self.login.state[BEGAN] = self.login.user.get_session_auth_hash()
        return None, True


class Unchanged(LoginStage):
    """The last: who was half-way while that changed begins again."""

    key = "unchanged"

    def handle(self):
        if constant_time_compare(self.login.state.get(BEGAN, ""), self.login.user.get_session_auth_hash()):
            return None, True
        messages.error(self.request, _("Your password or second step was changed meanwhile. Sign in again."))
        goal = f"?{urlencode({'next': self.login.redirect_url})}" if self.login.redirect_url else ""
        return HttpResponseRedirect(reverse("account_login") + goal), False
