"""Calls of ours that are exactly, more or less what the fixtures of the providers' books say of 2026-04-01."""

from datetime import UTC, date, datetime
from typing import Any

from posthog.models import Team
from tests.integration.usage_report.report_events import store_call

DAY, NEXT_DAY = date(2026, 4, 1), date(2026, 4, 2)
DAYS = ("--start", "2026-04-01", "--end", "2026-04-03")
NOW = datetime(2026, 4, 20, 12, tzinfo=UTC)

WRITES = {"ephemeral_5m_input_tokens": 500, "ephemeral_1h_input_tokens": 1000}
CLAUDE: dict[str, Any] = {
    "model": "anthropic/claude-sonnet-4-5",
    "custom_llm_provider": "anthropic",
    "response_cost": 1.2345,
}
CLAUDE_USAGE: dict[str, Any] = {
    "prompt_tokens": 3200,
    "completion_tokens": 700,
    "total_tokens": 3900,
    "cache_read_input_tokens": 200,
    "cache_creation_input_tokens": 1500,
    "prompt_tokens_details": {
        "cached_tokens": 200,
        "cache_creation_tokens": 1500,
        "cache_creation_token_details": WRITES,
    },
}


def store_claude(team: Team, number: int = 1, at: str = "2026-04-01T12:00:00Z", **fields: Any) -> None:
    """One call that is all that Anthropic's books have of that day; calls of one number are one call."""
    counts = {"prompt_tokens": 3200, "completion_tokens": 700, "total_tokens": 3900}
    ids = {"id": f"msg-{number}", "litellm_call_id": f"gateway-{number}"}
    usage = {**CLAUDE_USAGE, **fields.pop("usage", {})}
    store_call(team, at, metadata={"usage_object": usage}, **{**CLAUDE, **counts, **ids, **fields})
