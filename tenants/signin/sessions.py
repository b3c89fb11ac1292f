"""Where sessions are kept: in the database alone, so that nobody is signed out when the cache is away."""

import hashlib

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends import db
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from tenants.models import Person, Session


def digest_of(session_key: str) -> str:
    """Return what is kept of a session's key (random, 160 bits of its SHA-256): a copy of the rows lets nobody in."""
    return hashlib.sha256(session_key.encode()).hexdigest()[:40]


class SessionStore(db.SessionStore):
    """Django's store in the database, whose rows know their person (the SESSION_ENGINE of the settings)."""

    @classmethod
    def get_model_class(cls):
        return Session

    def create_model_instance(self, data):
        row = super().create_model_instance(data)
        row.session_key = digest_of(row.session_key)
        row.person_id = data.get(SESSION_KEY)
        return row

    def _get_session_from_db(self):
        found = Session.objects.filter(session_key=digest_of(self.session_key or ""), expire_date__gt=timezone.now())
        row = found.first()
        if row is None:
            self._session_key = None
        return row

    def exists(self, session_key):
        return super().exists(digest_of(session_key))

    def delete(self, session_key=None):
        key = session_key or self.session_key
        if key is not None:
            super().delete(digest_of(key))

    def arrived(self, data: str) -> None:
        """Take `data`, the row's own as the door found it, in the place of asking for it."""
        self._session_cache = self.decode(data)
        self.accessed = True  # what is shown depends on the cookie


def is_signed_in(session: SessionStore, person: Person) -> bool:
    """Is `person` signed in with this session, and is their password still the one they did it with?

    Where this says no, Django's own `get_user` has the last word: it ends the session, or takes an older SECRET_KEY.
    """
    return (
        session.get(SESSION_KEY) == str(person.pk)
        and session.get(BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS
        and constant_time_compare(session.get(HASH_SESSION_KEY) or "", person.get_session_auth_hash())
    )
