"""What gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

from tenants.web.guard import guarded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = guarded(get_wsgi_application())
