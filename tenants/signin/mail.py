"""The mail about a forgotten password; its link lies on the common host."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from tenants.context import common_organisation
from tenants.models import Person
from tenants.organisations.queries import address_of
from tenants.outbox.headers import headers_of
from tenants.outbox.models import OutboxEntry


def password_link(person: Person) -> str:
    """Return the address on the common host at which `person` chooses a password; good for three days, once."""
    key = f"{user_pk_to_url_str(person)}-{default_token_generator.make_token(person)}"
    uid, _, token = key.partition("-")
    path = reverse(
        "account_reset_password_from_key", kwargs={"uidb36": uid, "key": token}, urlconf=settings.PUBLIC_SCHEMA_URLCONF
    )
    return address_of(common_organisation(), path)


def send_password_reset(entry: OutboxEntry) -> None:
    """Mail the person of this entry a link to choose a new password, or the first one of an account that was made."""
    person = Person.objects.get(pk=int(entry.address.removeprefix("person ")))
    if not person.is_active:
        return
    with translation.override(person.language):
        context = {"person": person, "link": password_link(person)}
        name = "password_reset" if person.has_usable_password() else "account_made"
        EmailMessage(
            subject=render_to_string(f"tenants/mail/{name}_subject.txt", context).strip(),
            body=render_to_string(f"tenants/mail/{name}_body.txt", context),
            to=[person.email],
            headers=headers_of(entry),
        ).send()
