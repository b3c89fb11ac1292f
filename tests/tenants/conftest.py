"""What the tests of this app share."""

import pytest
from django.db import transaction


@pytest.fixture
def at_once(monkeypatch):
    """Do at once what waits for a commit, as it is where a request has no transaction round it: a test has one."""
    monkeypatch.setattr(transaction, "on_commit", lambda work, using=None, robust=False: work())
