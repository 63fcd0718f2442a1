"""What the server imports: the WSGI application."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "troth.settings")
application = get_wsgi_application()

from troth.doors import memory  # noqa: E402 - it needs the apps

memory.settle()
