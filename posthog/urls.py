"""Every address of the web process but the health endpoints, which `posthog.api.health` answers first."""

from django.urls import URLPattern, path

from posthog.api.authentication import sign_in, sign_in_by_link, sign_out
from posthog.api.llm_gateway_webhook import llm_gateway_webhook
from posthog.api.usage_page import usage_page

handler400 = "posthog.api.problems.answer_bad_request"

urlpatterns: list[URLPattern] = [
    path("", usage_page, name="usage"),
    path("login", sign_in, name="sign_in"),
    path("login/link/<str:token>", sign_in_by_link, name="sign_in_by_link"),
    path("logout", sign_out, name="sign_out"),
    path("api/llm_gateway/webhook", llm_gateway_webhook, name="llm_gateway_webhook"),
    # A gateway gives up at a 404 and says nothing: a slash too many must not cost every event.
    path("api/llm_gateway/webhook/", llm_gateway_webhook, name="llm_gateway_webhook"),
]
