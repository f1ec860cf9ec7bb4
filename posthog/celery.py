"""
The Celery app: `celery -A posthog worker`, `celery -A posthog beat`.

`posthog/__init__.py` does not import it: the pure core is also imported where neither Celery nor Django is
installed. Django imports it when its apps are ready, so that `shared_task` always finds this app.
"""

import logging.config
import os
from pathlib import Path
from typing import Any

from celery import Celery
from celery.signals import beat_init, setup_logging, worker_process_init, worker_ready
from django.conf import settings

from posthog.garbage_collection import look_seldom

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "posthog.settings")

app = Celery("posthog")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.set_default()  # the current app is kept per thread: the web's other threads would find no broker


@setup_logging.connect
def configure_logging(**_: Any) -> None:
    """Keep Django's logging: with a receiver here, Celery sets up none of its own."""
    logging.config.dictConfig(settings.LOGGING)


@worker_process_init.connect
def prepare_process(**_: Any) -> None:
    """In each process that runs tasks, once its code is loaded."""
    look_seldom()


@worker_ready.connect
@beat_init.connect
def tell_supervisor(**_: Any) -> None:
    """Make the file by which `bin/start` (stack/application.py) sees that worker or beat is at work."""
    if file := os.environ.get("CELERY_READY_FILE"):
        Path(file).touch()
