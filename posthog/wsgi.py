"""The web application: `gunicorn posthog.wsgi`."""

import os
from importlib import import_module

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application

from posthog.errors import InvalidSetting
from posthog.garbage_collection import look_seldom
from posthog.postgres.driver import bound_waiting

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "posthog.settings")


def load_application() -> WSGIHandler:
    """
    Raises:
        InvalidSetting: No secret is configured. A random one would differ from worker to worker.
    """
    loaded = get_wsgi_application()
    if not settings.CONFIGURED_SECRET_KEY:
        raise InvalidSetting("SECRET_KEY: the web needs a secret of 50 or more characters, found none")
    import_module(settings.ROOT_URLCONF)  # all views, before the workers fork: a second of each one's first request
    look_seldom()
    bound_waiting(settings.DATABASE_ANSWER_TIMEOUT_S)
    return loaded


application = load_application()
