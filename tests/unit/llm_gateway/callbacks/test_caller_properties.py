"""What callers may say of their calls by header, and what they may not."""

import pytest

from tests.unit.llm_gateway.callbacks.calls import build_event, build_properties, make_payload

USAGE = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}


def test_property_headers_become_properties() -> None:
    """By any case of the header's name."""
    properties = build_properties(make_payload(), {"X-PostHog-Property-plan": "pro"})
    assert properties["plan"] == "pro"


@pytest.mark.parametrize(
    ("sent", "value"),
    [pytest.param("true", True, id="on"), pytest.param("False", False, id="off"), pytest.param("b", "b", id="variant")],
)
def test_flag_headers_become_feature_flags(sent: str, value: str | bool) -> None:
    """A switch is a boolean, a variant its name."""
    assert build_properties(make_payload(), {"x-posthog-flag-new-ui": sent})["$feature/new-ui"] == value


@pytest.mark.parametrize(
    "name",
    [
        *("product", "Ai-Product", "billable", "ai_billable", "team_id", "team-id", "distinct_id", "token"),
        *("$ai_product", "$ai_billable", "$ai_gateway_team_id", "$ai_api_key_alias", "$groups", "$set"),
        *("$ai_input_tokens", "$ai_total_cost_usd", "$ai_is_error", "$ai_model", "$lib", "$feature/x"),
    ],
)
def test_attribution_and_numbers_cannot_be_overridden(name: str) -> None:
    """With the header or without it, the event is the same."""
    payload = make_payload(usage=USAGE, response_cost=0.75)
    assert build_event(payload, {f"x-posthog-property-{name}": "forged"}) == build_event(payload)


@pytest.mark.parametrize("name", ["gen_ai.usage.input_tokens", "LLM.Usage.prompt_tokens", "llm.token_count.prompt"])
def test_calls_without_counts_get_none_from_their_callers(name: str) -> None:
    """A failed call used nothing that is known, whatever its headers say."""
    failure = make_payload(status="failure", response={})
    assert build_event(failure, {f"x-posthog-property-{name}": "999"}) == build_event(failure)


def test_other_headers_stay_in_the_gateway() -> None:
    """A credential is a header too: only what is meant for PostHog is taken."""
    assert build_event(make_payload(), {"authorization": "Bearer sk-secret"}) == build_event(make_payload())
