"""Addresses below `/api/projects/<team_id>/llm_analytics/`, beside those of `posthog.api.llm_analytics.urls`."""

from django.urls import URLPattern, path

from ee.api.budgets import BudgetsView, BudgetView
from ee.api.exports import ExportView
from ee.api.generation_export import GenerationExportView

urlpatterns: list[URLPattern] = [
    path("budgets/", BudgetsView.as_view(), name="llm_analytics_budgets"),
    path("budgets/<uuid:budget_id>/", BudgetView.as_view(), name="llm_analytics_budget"),
    path("generations/export/", GenerationExportView.as_view(), name="llm_analytics_generation_export"),
    path("exports/", ExportView.as_view(), name="llm_analytics_exports"),
]
