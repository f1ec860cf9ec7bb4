"""What is kept in Postgres, one model a file."""

from ee.models.budget import Budget
from ee.models.budget_alert import BudgetAlert
from ee.models.delivery_destination import DeliveryDestination
from ee.models.provider_reconciliation import ProviderReconciliation, ProviderReconciliationLine
from ee.models.report_delivery import ReportDelivery

__all__ = [
    "Budget",
    "BudgetAlert",
    "DeliveryDestination",
    "ProviderReconciliation",
    "ProviderReconciliationLine",
    "ReportDelivery",
]
