"""The callback's event, read as any SDK's event, is the webhook's row."""

import json
from datetime import datetime
from uuid import UUID

import pytest

from posthog.llm_usage.accounting import AccountedEvent, account_event
from posthog.llm_usage.ai_event import AiEvent
from posthog.llm_usage.payloads.litellm import build_ai_event
from posthog.llm_usage.pricing.costs import COST_COLUMNS
from posthog.llm_usage.token_usage import COUNT_COLUMNS
from tests.unit.llm_gateway.callbacks.calls import Payload, build_event, list_captured_payloads

PAYLOADS = list_captured_payloads()
DIFFERENT_SPLITS = {
    # Paid by the second: the gateway books one sum, and the webhook's row splits it by our own price a second. The
    # seconds stand in LiteLLM's usage object alone; no property of an SDK's event says them. The total is the same.
    "openai_transcription_whisper-0": {"input_cost_usd"},
    # The gateway books one sum, and the webhook's row splits it by our own figure, which needs the size of the
    # searches' context; that stands in LiteLLM's usage object alone. The total is the same.
    "perplexity_nonstream-0": {"input_cost_usd", "output_cost_usd", "web_search_cost_usd"},
}
"""The columns that differ, with the cause."""


def account_callback(payload: Payload) -> AccountedEvent:
    """What the server reads from the event after its way over the wire."""
    sent = json.loads(json.dumps(build_event(payload)))
    return account_event(
        AiEvent(
            uuid=UUID(sent["uuid"]),
            event=sent["event"],
            timestamp=datetime.fromisoformat(sent["timestamp"]),
            team_id=1,
            distinct_id=sent["distinct_id"],
            properties=sent["properties"],
        )
    )


@pytest.mark.parametrize("name", PAYLOADS)
def test_token_columns_equal_the_webhooks(name: str) -> None:
    """Every count, NULL and 0 apart; there is no difference to explain."""
    webhook, callback = account_event(build_ai_event(PAYLOADS[name], team_id=1)), account_callback(PAYLOADS[name])
    counts = {column: getattr(callback.usage, column) for column in COUNT_COLUMNS}
    assert counts == {column: getattr(webhook.usage, column) for column in COUNT_COLUMNS}


@pytest.mark.parametrize("name", PAYLOADS)
def test_costs_equal_the_webhooks(name: str) -> None:
    """Every cost column but the named ones."""
    webhook, callback = account_event(build_ai_event(PAYLOADS[name], team_id=1)), account_callback(PAYLOADS[name])
    differing = {column for column in COST_COLUMNS if getattr(callback.costs, column) != getattr(webhook.costs, column)}
    assert differing == DIFFERENT_SPLITS.get(name, set())
