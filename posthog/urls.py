"""Every address of the web process but the health endpoints, which `posthog.api.health` answers first."""

from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView

from posthog.api.authentication import sign_in, sign_in_by_link, sign_out
from posthog.api.capture import capture
from posthog.api.figure_definitions import figure_definitions
from posthog.api.first_run import first_run
from posthog.api.llm_gateway_webhook import llm_gateway_webhook
from posthog.api.otlp import otlp_traces
from posthog.api.projects import ProjectsView
from posthog.api.projects_usage import ProjectsUsageView
from posthog.api.runbook_page import runbook_page
from posthog.api.ui_page import start_page, ui_page
from posthog.api.usage_page import usage_page
from posthog.api.users import MeView

handler400 = "posthog.api.problems.answer_bad_request"
handler403 = "posthog.api.problems.answer_forbidden"
handler404 = "posthog.api.problems.answer_not_found"
handler500 = "posthog.api.problems.answer_server_error"

CAPTURE_DOORS = {
    "batch": "capture_batch",
    "capture": "capture_event",
    "e": "capture_browser",
    "i/v0/e": "capture_v0",
    "i/v0/ai/batch": "capture_ai_batch",
}
"""Where PostHog's SDKs post, with and without a slash at the end, and the names of these addresses."""

urlpatterns: list[URLPattern | URLResolver] = [
    path("", start_page, name="start"),
    path("usage", usage_page, name="usage"),
    # The path that texts of alerts name: relative to the project and to the site it is the same.
    path("docs/runbook.md", runbook_page, name="runbook"),
    path("project", ui_page, name="ui"),
    path("project/<path:path>", ui_page, name="ui_screen"),
    path("setup", first_run, name="first_run"),
    path("login", sign_in, name="sign_in"),
    path("login/link/<str:token>", sign_in_by_link, name="sign_in_by_link"),
    path("logout", sign_out, name="sign_out"),
    path("api/llm_gateway/webhook", llm_gateway_webhook, name="llm_gateway_webhook"),
    # A gateway gives up at a 404 and says nothing: a slash too many must not cost every event.
    path("api/llm_gateway/webhook/", llm_gateway_webhook, name="llm_gateway_webhook"),
    # Exporters are given either the whole address or its beginning, to which they add `/v1/traces` themselves.
    path("i/v0/ai/otel", otlp_traces, name="otlp_traces"),
    path("i/v0/ai/otel/", otlp_traces, name="otlp_traces"),
    path("i/v0/ai/otel/v1/traces", otlp_traces, name="otlp_traces"),
    path("i/v0/ai/otel/v1/traces/", otlp_traces, name="otlp_traces"),
    *(path(f"{door}{end}", capture, name=name) for door, name in CAPTURE_DOORS.items() for end in ("/", "")),
    path("api/schema/", SpectacularAPIView.as_view(), name="api_schema"),
    path("api/figure_definitions/", figure_definitions, name="figure_definitions"),
    path("api/users/@me/", MeView.as_view(), name="users_me"),
    path("api/projects/", ProjectsView.as_view(), name="projects"),
    path("api/projects/usage/", ProjectsUsageView.as_view(), name="projects_usage"),
    path("api/projects/<int:team_id>/llm_analytics/", include("posthog.api.llm_analytics.urls")),
    # By name, as in INSTALLED_APPS: settings and addresses put the two together, and no module here imports ee.
    path("api/projects/<int:team_id>/llm_analytics/", include("ee.api.urls")),
    path("api/llm_gateway/", include("ee.api.gateway_urls")),
]
