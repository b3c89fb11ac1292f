"""Contents: addresses about people, settings and tokens.

`own_urls` are those of the common host too; `account_urls` and `platform_urls` those on it alone.
"""

from tenants.invitations import urls as invitations
from tenants.libraries import system_urls as systems
from tenants.libraries import urls as libraries
from tenants.organisations import urls as organisations
from tenants.outbox import urls as outbox
from tenants.people import urls as people
from tenants.settings import urls as settings
from tenants.tokens import urls as tokens

account_urls = invitations.account_urls

own_urls = [*people.own_urls, *tokens.urlpatterns]
platform_urls = [
    *organisations.platform_urls,
    *people.platform_urls,
    *systems.platform_urls,
    *outbox.platform_urls,
]

urlpatterns = [
    *people.urlpatterns,
    *libraries.urlpatterns,
    *invitations.urlpatterns,
    *settings.urlpatterns,
    *tokens.urlpatterns,
    *outbox.urlpatterns,
]
