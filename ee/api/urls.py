"""Addresses below `/api/projects/<team_id>/llm_analytics/`, beside those of `posthog.api.llm_analytics.urls`."""

from django.urls import URLPattern, path

from ee.api.budgets import BudgetsView, BudgetView
from ee.api.delivery import DeliveriesView, DeliveryAgainView, DestinationsView, DestinationView
from ee.api.exports import ExportView
from ee.api.generation_export import GenerationExportView

urlpatterns: list[URLPattern] = [
    path("budgets/", BudgetsView.as_view(), name="llm_analytics_budgets"),
    path("budgets/<uuid:budget_id>/", BudgetView.as_view(), name="llm_analytics_budget"),
    path("generations/export/", GenerationExportView.as_view(), name="llm_analytics_generation_export"),
    path("delivery_destinations/", DestinationsView.as_view(), name="llm_analytics_destinations"),
    path("delivery_destinations/<uuid:destination_id>/", DestinationView.as_view(), name="llm_analytics_destination"),
    path("report_deliveries/", DeliveriesView.as_view(), name="llm_analytics_deliveries"),
    path(
        "report_deliveries/<int:delivery_id>/again/", DeliveryAgainView.as_view(), name="llm_analytics_delivery_again"
    ),
    path("exports/", ExportView.as_view(), name="llm_analytics_exports"),
]
