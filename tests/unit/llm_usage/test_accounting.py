"""One event's numbers: whose usage is read, and what is kept as evidence."""

from typing import Any

import pytest

from posthog.llm_usage.accounting import RULES_VERSION, AccountedEvent, account_event
from posthog.llm_usage.integrity import WITNESS_MISMATCH
from posthog.llm_usage.payloads.litellm import build_ai_event
from tests.factories import make_payload
from tests.unit.llm_usage.test_call_flags import make_event


def account_payload(**overrides: Any) -> AccountedEvent:
    return account_event(build_ai_event(make_payload(**overrides), team_id=1))


def test_gateways_usage_object_is_read_and_kept() -> None:
    """Verbatim beside the numbers, with the version of the rules."""
    accounted = account_payload()
    assert (accounted.usage.input_tokens, accounted.usage.cache_read_input_tokens) == (100, 60)
    assert accounted.usage_raw == make_payload()["metadata"]["usage_object"]
    assert accounted.rules_version == RULES_VERSION
    assert accounted.flags == ()


@pytest.mark.parametrize("usage", [{}, {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}])
def test_providers_usage_is_read_where_the_gateways_is_empty(usage: dict[str, int]) -> None:
    """A passed-through body that the gateway did not understand; the disagreement is flagged."""
    own = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}
    accounted = account_payload(
        metadata={"usage_object": usage},
        prompt_tokens=0,
        completion_tokens=0,
        total_tokens=0,
        call_type="pass_through_endpoint",
        response={"usage": own},
    )
    assert (accounted.usage.input_tokens, accounted.usage_raw) == (100, own)
    assert WITNESS_MISMATCH in accounted.flags


def test_top_level_zeros_without_a_usage_object_are_not_reported() -> None:
    """NULL, and no evidence."""
    zeros = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
    accounted = account_payload(metadata={"usage_object": {}}, status="failure", **zeros)
    assert (accounted.usage.input_tokens, accounted.usage.total_tokens, accounted.usage_raw) == (None, None, None)


def test_sdks_token_properties_are_read_and_kept() -> None:
    """Nothing else of the event is evidence."""
    event = make_event(input_tokens="100", output_tokens=20, cache_reporting_exclusive=False, input=[{"role": "user"}])
    accounted = account_event(event)
    assert (accounted.usage.input_tokens, accounted.usage.output_tokens) == (100, 20)
    assert accounted.usage_raw == {
        "$ai_input_tokens": "100",
        "$ai_output_tokens": 20,
        "$ai_cache_reporting_exclusive": False,
    }


def test_sdks_event_without_counts_has_no_evidence() -> None:
    """A span."""
    assert account_event(make_event("$ai_span")).usage_raw is None


def test_a_customers_own_properties_are_no_usage() -> None:
    """An event's properties hold anything; only the names of counts are read."""
    own = {"input": 5, "usage": {"prompt_tokens": 9}, "prompt_tokens": 9}
    accounted = account_event(make_event()._replace(properties=own))
    assert (accounted.usage.input_tokens, accounted.usage_raw) == (None, None)
    span = {"gen_ai.usage.input_tokens": 4}
    accounted = account_event(make_event()._replace(properties=own | span))
    assert (accounted.usage.input_tokens, accounted.usage_raw) == (4, span)


def test_spans_attributes_are_kept_as_evidence() -> None:
    """OpenTelemetry's attributes among an event's properties can be read again."""
    event = make_event()
    properties = {**event.properties, "gen_ai.usage.input_tokens": 4, "gen_ai.system": "openai"}
    accounted = account_event(event._replace(properties=properties))
    assert (accounted.usage.input_tokens, accounted.usage_raw) == (4, {"gen_ai.usage.input_tokens": 4})
