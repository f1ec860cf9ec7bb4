"""A trace as an application with PostHog's SDK reports it: spans and calls in a session, of a team of its own."""

import json
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.e2e.started_stack import StartedStack

TRACE_ID = "harbour/plan 1"
"""With characters that an address must write otherwise."""
SESSION_ID = "harbour-session"


def send_nested_trace(stack: StartedStack) -> int:
    """Create a team and send it the trace; its id, once every event is stored."""
    team_id = int(stack.manage("create_team", "Harbour"))
    token = stack.manage("show_project_token", "--team", str(team_id)).strip()
    events = make_events(datetime.now(UTC) - timedelta(minutes=5))
    body = json.dumps({"api_key": token, "batch": events}).encode()
    request = urllib.request.Request(f"{stack.url}/batch/", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 200
    stack.manage("wait_for_inbox")
    return team_id


def make_events(begun: datetime) -> list[dict[str, Any]]:
    """
    A trace of 4 s: a span of 3 s with a call of 2 s in it, then two calls of 1 and 0.5 s.

    Prices of gpt-4o-mini in USD per million: 0.15 in, 0.075 read from the cache, 0.60 out; `tide-model-1` has none.
    """
    later = begun + timedelta(seconds=3)
    return [
        _make("$ai_trace", begun, 4, "plan", None, {"$ai_span_name": "Plan the tide"}),
        _make("$ai_span", begun, 3, "look-up", "plan", {"$ai_span_name": "Look up"}),
        _make("$ai_generation", begun, 2, "first", "look-up", _say("gpt-4o-mini", 1000, 200)),
        _make("$ai_generation", later, 1, "second", "plan", _say("gpt-4o-mini", 3000, 50, cached=2000)),
        _make("$ai_generation", later, 0.5, "third", "plan", _say("tide-model-1", 10, 5)),
    ]


def _say(model: str, read: int, written: int, *, cached: int = 0) -> dict[str, Any]:
    tool = {"type": "function", "function": {"name": "tide_table", "arguments": '{"port": "Harbour"}'}}
    return {
        "$ai_provider": "openai",
        "$ai_model": model,
        "$ai_input_tokens": read,
        "$ai_output_tokens": written,
        "$ai_cache_read_input_tokens": cached,
        "$ai_input": [{"role": "user", "content": "When is high water?"}],
        "$ai_output_choices": [{"role": "assistant", "content": "At a quarter past six.", "tool_calls": [tool]}],
    }


def _make(
    event: str, begun: datetime, seconds: float, span: str, parent: str | None, more: dict[str, Any]
) -> dict[str, Any]:
    """SDKs capture an event when it is over."""
    properties = {
        "$lib": "posthog-python",
        "$ai_trace_id": TRACE_ID,
        "$ai_session_id": SESSION_ID,
        "$ai_span_id": span,
        "$ai_parent_id": parent,
        "$ai_latency": seconds,
        **more,
    }
    ended = begun + timedelta(seconds=seconds)
    return {"event": event, "distinct_id": "pilot", "timestamp": ended.isoformat(), "properties": properties}
