"""What could carry a word of one organisation to another: colliding keys, mail of the demo, an unknown host."""

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.test import Client

from tenants.context import inside
from tests.cast import SECRET
from tickets.models import Message, Ticket

WORD = SECRET["bisc"]


def test_keys_collide_and_still_nothing_crosses(cast, client_of):
    """Ticket 1, message 1 exist in both schemas; each desk gets its own."""
    with inside(cast.bisc.organisation):
        ours = Ticket.objects.get(number=cast.bisc.ticket)
    with inside(cast.cubiss.organisation):
        theirs = Ticket.objects.get(number=cast.cubiss.ticket)
        assert Message.objects.filter(pk=1).exists()
    assert ours.pk == theirs.pk
    page = client_of("bisc desk", "bisc").get(f"/tickets/{ours.number}/").content.decode()
    assert SECRET["bisc"] in page and SECRET["cubiss"] not in page
    assert client_of("bisc desk", "bisc").get(f"/tickets/{theirs.number}/").status_code == 404


def test_demo_mail_shows_own_mail_only(cast, client_of, settings, tmp_path):
    settings.EMAIL_FILE_PATH = str(tmp_path)
    backend = get_connection("config.running.mailbox.EmailBackend")
    EmailMessage(f"Over {WORD}", WORD, to=["balie@bisc-een.example"], connection=backend).send()
    assert WORD in client_of("bisc colleague").get("/demo/mail/").content.decode()
    assert WORD not in client_of("bisc desk").get("/demo/mail/").content.decode()
    assert WORD not in client_of("cubiss desk", "cubiss").get("/demo/mail/").content.decode()


def test_unknown_host_says_nothing(cast):
    for path in ("/", "/tickets/", "/api/v1/tickets"):
        response = Client(headers={"host": f"onbekend.{settings.DOMAIN}"}).get(path)
        assert response.status_code == 404
