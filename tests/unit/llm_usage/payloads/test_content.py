"""Binary parts of what was said."""

from typing import Any

import pytest

from posthog.llm_usage.payloads.content import MAX_DEPTH, replace_binary

ENCODED = "QUJD" * 300
NOTE = "[binary, 900 bytes]"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(ENCODED, NOTE, id="text"),
        pytest.param(["a", ENCODED, None, 1], ["a", NOTE, None, 1], id="list"),
        pytest.param({"a": "b", "c": [{"d": ENCODED}], "e": 0.5}, {"a": "b", "c": [{"d": NOTE}], "e": 0.5}, id="deep"),
        pytest.param({"url": "data:image/png;base64,QUJD"}, {"url": "[image/png, 3 bytes]"}, id="data url"),
    ],
)
def test_binary_gives_way_to_a_note(value: Any, expected: Any) -> None:
    """Wherever it stands; its neighbours and their order stay."""
    assert repr(replace_binary(value)) == repr(expected)


def test_what_holds_binary_is_copied() -> None:
    """The payload itself is not changed: a rejected one is kept as it came."""
    sent = {"content": [{"data": ENCODED}], "other": ["x"]}
    replaced = replace_binary(sent)
    assert (sent["content"], replaced["other"] is sent["other"]) == ([{"data": ENCODED}], True)


@pytest.mark.parametrize("value", [{"a": ["data:", "data:text", {"b": "x" * 1023}]}, [], {}, "a b" * 900, 5, None])
def test_what_holds_no_binary_is_not_copied(value: Any) -> None:
    """Nearly every conversation."""
    assert replace_binary(value) is value


def test_what_is_nested_too_deep_gives_way_to_a_note() -> None:
    """However deep it is, it is not walked to its end."""
    nested: list[Any] = []
    for _ in range(MAX_DEPTH):
        nested = [nested]
    assert str(replace_binary(nested)).strip("[]'") == f"nested deeper than {MAX_DEPTH} levels"
