"""A body in chunks → the JSON text of its elements."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posthog.errors import InvalidBody
from posthog.llm_usage.elements import split_elements

TEXTS = st.text(st.sampled_from('ab"\\[]{},: \né'), max_size=6)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=12,
)
OBJECTS = st.dictionaries(TEXTS, VALUES, min_size=1, max_size=3)
CHUNK_BYTES = st.integers(1, 9)


def cut(body: bytes, chunk_bytes: int) -> Iterator[bytes]:
    return (body[start : start + chunk_bytes] for start in range(0, len(body), chunk_bytes))


def split(body: bytes, chunk_bytes: int = 1) -> list[Any]:
    return [json.loads(element) for element in split_elements(cut(body, chunk_bytes))]


@given(elements=st.lists(VALUES, max_size=5), chunk_bytes=CHUNK_BYTES, indent=st.sampled_from([None, 1]))
def test_array_is_cut_between_its_elements(elements: list[Any], chunk_bytes: int, indent: int | None) -> None:
    """Brackets, commas and quotes inside strings are no borders, wherever a chunk ends."""
    assert split(json.dumps(elements, indent=indent).encode(), chunk_bytes) == elements


@given(objects=st.lists(OBJECTS, min_size=1, max_size=4), chunk_bytes=CHUNK_BYTES)
def test_each_line_is_an_element(objects: list[Any], chunk_bytes: int) -> None:
    """With a byte order mark and blank lines, too."""
    lines = "\r\n\n".join(json.dumps(line) for line in objects)
    assert split(b"\xef\xbb\xbf \n" + lines.encode(), chunk_bytes) == objects


@given(value=OBJECTS, chunk_bytes=CHUNK_BYTES)
def test_one_object_over_many_lines_is_one_element(value: dict[str, Any], chunk_bytes: int) -> None:
    """Pretty-printed JSON is no list of lines."""
    assert split(json.dumps(value, indent=2).encode(), chunk_bytes) == [value]


def test_broken_element_costs_itself() -> None:
    """What is no JSON inside its brackets has neighbours that are."""
    body = b'[{"a": 1}, {"b": tru}, {"c": "\xff"}, {"d": 4}]'
    assert list(split_elements([body])) == [b'{"a": 1}', b'{"b": tru}', b'{"c": "\xff"}', b'{"d": 4}']


def test_broken_first_line_costs_itself() -> None:
    """The second line begins an object: the first was meant to be one, too."""
    assert list(split_elements([b'{"a": [\n{"b": 2}\n{"c": 3}'])) == [b'{"a": [', b'{"b": 2}', b'{"c": 3}']


@pytest.mark.parametrize(
    ("body", "whole", "code"),
    [
        pytest.param(b'[{"a": 1}, {"b": ', 1, "body_cut_short", id="inside-an-element"),
        pytest.param(b'[{"a": 1}, {"b": 2},', 2, "body_cut_short", id="between-elements"),
        pytest.param(b'[{"a": 1}, {"b": "', 1, "body_cut_short", id="inside-a-string"),
        pytest.param(b'[{"a": 1}}, {"b": 2}]', 0, "body_not_json", id="wrong-bracket"),
        pytest.param(b'[{"a": 1}] {"b": 2}', 1, "body_not_json", id="more-after-the-end"),
        pytest.param(b" \n", 0, "body_empty", id="blank"),
        pytest.param(b"\xef\xbb\xbf", 0, "body_empty", id="byte-order-mark-alone"),
    ],
)
def test_what_was_whole_comes_before_the_error(body: bytes, whole: int, code: str) -> None:
    """A body that breaks off gives its elements first, and then says why there are no more."""
    elements = split_elements(cut(body, 1))
    for _ in range(whole):
        assert json.loads(next(elements))
    with pytest.raises(InvalidBody) as broken:
        next(elements)
    assert broken.value.code == code


def test_commas_without_end_are_not_followed() -> None:
    """A few too many cost nothing; of a gzip bomb of commas no more is read than of any other body that is no JSON."""
    assert list(split_elements([b"[1" + b"," * 900 + b"2]"])) == [b"1", b"2"]
    chunks = iter([b"[1,", b"," * 2000, b"never read"])
    elements = split_elements(chunks)
    assert next(elements) == b"1"
    with pytest.raises(InvalidBody, match="between commas"):
        next(elements)
    assert next(chunks) == b"never read"


def test_deep_nesting_is_followed_without_recursion() -> None:
    """A million brackets cost a counter, not a stack."""
    deep = b"[" * 1_000_000 + b"]" * 1_000_000
    assert [len(element) for element in split_elements([b"[1, " + deep + b", 2]"])] == [1, 2_000_000, 1]
