"""Events are decoded but for their models' entries of the price map, which are written again as they came."""

import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posthog.llm_usage.unread_price_map import MARK, MAX_ENTRY_BYTES, MAX_PREFIXES, decode_events
from tests.captures import CAPTURES, list_bodies

ENTRIES: tuple[dict[str, Any], ...] = (
    {},
    {"key": "gpt-4o", "input_cost_per_token": 2.5e-06, "search": {"low": 0.03}},
    {"key": "gpt-4o", "note": 'a } in a text, and a "quoted" {'},
    {"key": "glühwürmchen", "modes": [{"a": 1}, {"b": []}]},
)
PLACES = ("model_map_information", "model_map_value", "metadata", "messages")
SEPARATORS = ((", ", ": "), (",", ":"))

values = st.recursive(
    st.sampled_from([*ENTRIES, None, 7, MARK, '"model_map_value": {}', "\\"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(PLACES), inner, max_size=3),
    max_leaves=12,
)


def decode_wholly(text: bytes) -> Any:
    """What is decoded, entries too."""
    return orjson.loads(orjson.dumps(decode_events(text)))


@pytest.mark.parametrize("name", CAPTURES)
def test_recorded_bodies_lose_nothing(name: str) -> None:
    """Byte for byte as LiteLLM sent them, when an entry is new and when it is known."""
    for body in [*list_bodies(name), *list_bodies(name)]:
        assert decode_wholly(body) == orjson.loads(body)


def test_an_entry_is_kept_as_text() -> None:
    """At the first time and later; what stands beside it is decoded."""
    entry = b'{"key":  "as it came"}'
    text = b'[{"id": "a", "model_map_information": {"model_map_key": "m", "model_map_value": %b}}]' % entry
    for _ in range(2):
        ((information,),) = [[event["model_map_information"] for event in decode_events(text)]]
        assert information["model_map_key"] == "m"
        assert isinstance(information["model_map_value"], orjson.Fragment)
        assert entry in orjson.dumps(information)


@given(events=values | st.lists(values), separators=st.sampled_from(SEPARATORS), is_ascii=st.booleans())
def test_nothing_is_missing(events: Any, separators: tuple[str, str], is_ascii: bool) -> None:
    """Wherever the same keys, values and texts stand."""
    text = json.dumps(events, separators=separators, ensure_ascii=is_ascii).encode()
    assert decode_wholly(text) == orjson.loads(text)


@given(events=st.lists(values, min_size=1), cut=st.integers(1, 200))
def test_broken_text_is_refused_as_a_whole_text_is(events: Any, cut: int) -> None:
    """The error tells the place in what was sent."""
    text = json.dumps(events).encode()[:-cut]
    with pytest.raises(orjson.JSONDecodeError) as expected:
        orjson.loads(text)
    with pytest.raises(orjson.JSONDecodeError) as refused:
        decode_events(text)
    assert (str(refused.value), refused.value.pos) == (str(expected.value), expected.value.pos)


def test_of_a_key_that_stands_twice_the_last_counts() -> None:
    """As JSON decoders have it."""
    text = b'{"model_map_information": {"model_map_value": {"a": 1}}, "model_map_information": {"model_map_key": "m"}}'
    assert decode_events(text) == {"model_map_information": {"model_map_key": "m"}}


def test_entries_that_begin_alike_are_told_apart() -> None:
    """As those of one model do that is deployed under several prices."""
    texts = [b'{"model_map_information": {"model_map_value": {"key": "' + b"x" * 200 + b'%d"}}}' % n for n in range(20)]
    for text in [*texts, *texts]:
        assert decode_wholly(text) == orjson.loads(text)


def test_more_entries_than_are_remembered() -> None:
    """Some are decoded, and all events are read."""
    calls = [{"id": n, "model_map_information": {"model_map_value": {"key": n}}} for n in range(2 * MAX_PREFIXES)]
    assert decode_wholly(json.dumps(calls).encode()) == calls


@pytest.mark.parametrize("entry", [b'{"a": NaN}', b'{"a": "\\ud800"}', b'{"a": ', b'{"a": "' + b"x" * MAX_ENTRY_BYTES])
def test_what_is_no_entry_is_left_to_the_decoder(entry: bytes) -> None:
    """Text that `orjson` refuses does not become readable by being passed over."""
    with pytest.raises(orjson.JSONDecodeError):
        decode_events(b'{"model_map_information": {"model_map_value": ' + entry + b"}}")


def test_a_large_entry_is_decoded() -> None:
    """It is not remembered."""
    event = {"model_map_information": {"model_map_value": {"key": "x" * MAX_ENTRY_BYTES}}}
    assert decode_events(json.dumps(event).encode()) == event


def test_what_a_client_says_is_decoded() -> None:
    """An object under the entry's key that stands elsewhere, however often it came."""
    event = {"metadata": {"requester_metadata": {"model_map_value": {"key": "mine"}}}}
    for _ in range(2):
        assert decode_events(json.dumps([event]).encode()) == [event]
