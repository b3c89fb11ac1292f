"""Signing in: what is said, and what is kept of it."""

from tenants.audit.models import AuditEntry
from tenants.models import OutboxEntry


def test_reset_says_the_same_for_known_and_unknown(cast, client_of):
    answers = [
        client_of(None).post("/account/password/reset/", {"email": email})
        for email in ("desk@bisc.example", "niemand@bisc.example")
    ]
    assert [(answer.status_code, answer["Location"]) for answer in answers] == [
        (302, "/account/password/reset/done/")
    ] * 2
    assert OutboxEntry.objects.filter(topic="tenants.mail_password_reset").count() == 1


def test_signins_are_in_the_trail(cast, client_of):
    client = client_of(None)
    client.post("/account/login/", {"login": "desk@bisc.example", "password": "fout"})
    client.post("/account/login/", {"login": "desk@bisc.example", "password": "een lang wachtwoord"})
    client.post("/account/logout/")
    rows = list(
        AuditEntry.objects.filter(action__startswith="signin")
        .order_by("pk")
        .values_list("action", "result", "organisation__slug")
    )
    assert rows == [
        ("signin.refused", "refused", "bisc"),
        ("signin.done", "done", "bisc"),
        ("signin.ended", "done", "bisc"),
    ]
    assert "fout" not in str(list(AuditEntry.objects.values()))
