"""Contents: addresses about people, settings and tokens; `own_urls` are those of the common host too."""

from tenants.people import urls as people
from tenants.settings import urls as settings
from tenants.tokens import urls as tokens

own_urls = [*people.own_urls, *tokens.urlpatterns]

urlpatterns = [*people.urlpatterns, *settings.urlpatterns, *tokens.urlpatterns]
