"""Large events lose words, never numbers."""

import json
from typing import Any

import pytest

from posthog.llm_gateway.callbacks.size_limit import DROPPED, encode_within

NUMBERS = {"$ai_input_tokens": 9, "$ai_total_cost_usd": 0.5}


def encode(max_bytes: int, **content: str) -> dict[str, Any]:
    properties = NUMBERS | {f"$ai_{name}": text for name, text in content.items()}
    event: dict[str, Any] = json.loads(encode_within({"properties": properties}, max_bytes=max_bytes))["properties"]
    assert event.items() >= NUMBERS.items()
    return event


@pytest.mark.parametrize(
    ("max_bytes", "dropped"),
    [
        pytest.param(10_000, None, id="fits"),
        pytest.param(1_500, ["$ai_output_choices"], id="answer-first"),
        pytest.param(500, ["$ai_output_choices", "$ai_input"], id="then-the-question"),
        pytest.param(10, ["$ai_output_choices", "$ai_input", "$ai_tools"], id="then-other-texts"),
    ],
)
def test_content_goes_in_order(max_bytes: int, dropped: list[str] | None) -> None:
    """The answer, then the question, then other texts; the event says which."""
    properties = encode(max_bytes, input="i" * 1000, output_choices="o" * 1000, tools="t" * 100)
    assert properties.get(DROPPED) == dropped
    assert not set(dropped or ()) & set(properties)


def test_question_alone_can_be_too_large() -> None:
    """An event without an answer loses the question."""
    assert encode(500, input="i" * 1000)[DROPPED] == ["$ai_input"]


def test_names_as_long_as_books_are_cut() -> None:
    """A client may name its end user as it likes; the numbers still arrive."""
    properties = NUMBERS | {"$ai_end_user": "u" * 5000, "$ai_model": "gpt-4o", "$ai_input": "i" * 10}
    event = {"distinct_id": "u" * 5000, "properties": properties}
    encoded = encode_within(event, max_bytes=1000)
    sent: dict[str, Any] = json.loads(encoded)
    assert len(encoded) <= 1000
    assert sent["distinct_id"] == sent["properties"]["$ai_end_user"] == "u" * 200
    assert sent["properties"].items() >= (NUMBERS | {"$ai_model": "gpt-4o"}).items()
    assert sent["properties"][DROPPED] == ["$ai_input", "$ai_end_user"]
