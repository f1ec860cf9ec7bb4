"""The addresses of the query API, below `/api/projects/<team_id>/llm_analytics/`: one resource a module."""

from django.urls import URLPattern, path

from posthog.api.llm_analytics.alerts import AlertAcceptView, AlertMuteView, AlertOwnView, AlertsView, AlertView
from posthog.api.llm_analytics.completeness import CompletenessView
from posthog.api.llm_analytics.credentials import (
    CredentialRevocationView,
    CredentialRotationView,
    CredentialsView,
    CredentialView,
)
from posthog.api.llm_analytics.errors import ErrorsView
from posthog.api.llm_analytics.gateways import GatewaysView
from posthog.api.llm_analytics.generations import GenerationsView, GenerationView
from posthog.api.llm_analytics.integrity import IntegrityView
from posthog.api.llm_analytics.keys import KeysView
from posthog.api.llm_analytics.models import ModelsView
from posthog.api.llm_analytics.overview import OverviewView
from posthog.api.llm_analytics.price_trial import PriceTrialView
from posthog.api.llm_analytics.prices import PricesView, PriceView
from posthog.api.llm_analytics.rejects import RejectReplayView, RejectsReplayView, RejectsView, RejectView
from posthog.api.llm_analytics.reports import ReportMonthsView, ReportsView, ReportView
from posthog.api.llm_analytics.sessions import SessionsView
from posthog.api.llm_analytics.team_settings import SettingsView
from posthog.api.llm_analytics.time_series import TimeSeriesView
from posthog.api.llm_analytics.top import TopView
from posthog.api.llm_analytics.traces import TracesView, TraceView
from posthog.api.llm_analytics.users import UsersView

urlpatterns: list[URLPattern] = [
    path("overview/", OverviewView.as_view(), name="llm_analytics_overview"),
    path("time_series/", TimeSeriesView.as_view(), name="llm_analytics_time_series"),
    path("top/", TopView.as_view(), name="llm_analytics_top"),
    path("models/", ModelsView.as_view(), name="llm_analytics_models"),
    path("keys/", KeysView.as_view(), name="llm_analytics_keys"),
    path("users/", UsersView.as_view(), name="llm_analytics_users"),
    path("generations/", GenerationsView.as_view(), name="llm_analytics_generations"),
    path("generations/<uuid:uuid>/", GenerationView.as_view(), name="llm_analytics_generation"),
    path("traces/", TracesView.as_view(), name="llm_analytics_traces"),
    path("traces/<path:trace_id>/", TraceView.as_view(), name="llm_analytics_trace"),
    path("sessions/", SessionsView.as_view(), name="llm_analytics_sessions"),
    path("errors/", ErrorsView.as_view(), name="llm_analytics_errors"),
    path("integrity/", IntegrityView.as_view(), name="llm_analytics_integrity"),
    path("alerts/", AlertsView.as_view(), name="llm_analytics_alerts"),
    path("alerts/<uuid:alert_id>/", AlertView.as_view(), name="llm_analytics_alert"),
    path("alerts/<uuid:alert_id>/own/", AlertOwnView.as_view(), name="llm_analytics_alert_ownership"),
    path("alerts/<uuid:alert_id>/mute/", AlertMuteView.as_view(), name="llm_analytics_alert_muting"),
    path("alerts/<uuid:alert_id>/accept/", AlertAcceptView.as_view(), name="llm_analytics_alert_acceptance"),
    path("completeness/", CompletenessView.as_view(), name="llm_analytics_completeness"),
    path("reports/", ReportsView.as_view(), name="llm_analytics_reports"),
    path("reports/months/", ReportMonthsView.as_view(), name="llm_analytics_report_months"),
    path("reports/<str:day>/", ReportView.as_view(), name="llm_analytics_report"),
    path("rejects/", RejectsView.as_view(), name="llm_analytics_rejects"),
    path("rejects/replay/", RejectsReplayView.as_view(), name="llm_analytics_rejects_replay"),
    path("rejects/<int:reject_id>/", RejectView.as_view(), name="llm_analytics_reject"),
    path("rejects/<int:reject_id>/replay/", RejectReplayView.as_view(), name="llm_analytics_reject_replay"),
    path("settings/", SettingsView.as_view(), name="llm_analytics_settings"),
    path("prices/", PricesView.as_view(), name="llm_analytics_prices"),
    path("prices/try/", PriceTrialView.as_view(), name="llm_analytics_price_trial"),
    path("prices/<int:price_id>/", PriceView.as_view(), name="llm_analytics_price"),
    path("gateways/", GatewaysView.as_view(), name="llm_analytics_gateways"),
    path("credentials/", CredentialsView.as_view(), name="llm_analytics_credentials"),
    path("credentials/<int:credential_id>/", CredentialView.as_view(), name="llm_analytics_credential"),
    path(
        "credentials/<int:credential_id>/rotate/",
        CredentialRotationView.as_view(),
        name="llm_analytics_credential_rotation",
    ),
    path(
        "credentials/<int:credential_id>/revoke/",
        CredentialRevocationView.as_view(),
        name="llm_analytics_credential_revocation",
    ),
]
