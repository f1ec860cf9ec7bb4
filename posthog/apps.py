"""Django's view of this package."""

from importlib import import_module

from django.apps import AppConfig


class PostHogConfig(AppConfig):
    name = "posthog"
    label = "posthog"

    def ready(self) -> None:
        import_module("posthog.celery")
