"""`bin/manage price_usage`: events as JSON lines in, their costs as JSON lines out."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from posthog.llm_usage.pricing.costs import COST_COLUMNS
from posthog.management.commands.price_usage import answer_line

TOKENS = {"$ai_input_tokens": 1000, "$ai_output_tokens": 100}
PRICES = {"$ai_input_token_price": 1e-06, "$ai_output_token_price": 4e-06}


def answer(**event: Any) -> dict[str, Any]:
    return answer_line(json.dumps(event).encode(), number=1)


def test_answer_has_every_cost_column() -> None:
    """Null where not known; 1000 × 1 + 100 × 4 millionths."""
    assert answer(properties={"$ai_model": "mine", **TOKENS, **PRICES}) == {
        **dict.fromkeys(COST_COLUMNS),
        "input_cost_usd": 0.001,
        "output_cost_usd": 0.0004,
        "total_cost_usd": 0.0014,
        "cost_source": "custom",
        "cost_model": "mine",
        "own_total_cost_usd": 0.0014,
        "flags": (),
    }


def test_catalogues_price_names_its_entry() -> None:
    """The list price of a model that is listed, under the list's name."""
    answered = answer(properties={"$ai_model": "anthropic/claude-sonnet-4-5", "$ai_provider": "anthropic", **TOKENS})
    assert (answered["cost_source"], answered["cost_model"]) == ("catalogue", "claude-sonnet-4-5")
    assert answered["total_cost_usd"] == pytest.approx(answered["input_cost_usd"] + answered["output_cost_usd"])


def test_gateways_figure_stands_beside_ours() -> None:
    """The gateway's in the columns, ours apart, the difference flagged."""
    gateway = {"$ai_gateway_response_cost": 0.5}
    answered = answer(properties={"$ai_model": "mine", **TOKENS, **PRICES, **gateway})
    assert (answered["cost_source"], answered["total_cost_usd"]) == ("gateway", 0.5)
    assert (answered["own_total_cost_usd"], answered["flags"]) == (0.0014, ("cost_mismatch",))


def test_unknown_price_is_null() -> None:
    """Never 0."""
    answered = answer(properties={"$ai_model": "nobody-knows", **TOKENS})
    assert (answered["total_cost_usd"], answered["flags"]) == (None, ("unpriced_model",))


def test_timestamp_chooses_the_days_price() -> None:
    """A model whose price changed: an event of its first days costs what it cost then."""
    properties = {"$ai_model": "o3", "$ai_provider": "openai", **TOKENS}
    then, now = (answer(properties=properties, timestamp=day) for day in ("2025-05-01T00:00:00Z", None))
    assert then["total_cost_usd"] == pytest.approx(0.014)
    assert now["total_cost_usd"] < then["total_cost_usd"]


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (b"{", "line 3: body: expected JSON"),
        (b"[]", "line 3: properties: expected an object"),
        (b'{"properties": 7}', "line 3: properties: expected an object"),
        (b'{"properties": {"$ai_model": "\xff"}}', "line 3: body: expected UTF-8"),
    ],
)
def test_unreadable_line_answers_an_error(line: bytes, error: str) -> None:
    """That names the line and the rule."""
    assert answer_line(line, number=3)["error"].startswith(error)


def test_run_goes_on_after_an_unreadable_line() -> None:
    """One line out for each line in, in order; blank lines are none."""
    event = json.dumps({"properties": {"$ai_model": "mine", **TOKENS, **PRICES}}).encode()
    root = Path(__file__).parents[3]
    command = [sys.executable, "manage.py", "price_usage"]
    lines = b"\n".join([event, b"nonsense", b"", event])
    done = subprocess.run(command, input=lines, capture_output=True, check=True, cwd=root)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer.get("total_cost_usd", "error") for answer in answers] == [0.0014, "error", 0.0014]
