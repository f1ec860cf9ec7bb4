"""Django's view of this package."""

from importlib import import_module

from django.apps import AppConfig


class EnterpriseConfig(AppConfig):
    name = "ee"
    label = "ee"

    def ready(self) -> None:
        import_module("ee.reconciliation.book_alerts")
        import_module("ee.tasks.budgets")
        import_module("ee.tasks.provider_reconciliation")
        import_module("ee.tasks.report_delivery")
