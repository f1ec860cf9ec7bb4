"""How deep JSON is nested, without decoding it."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from posthog.llm_usage.nesting import is_nested_deeper

VALUES = st.recursive(
    st.none() | st.integers() | st.text(alphabet='ab"\\[]{}\n,:é'),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(alphabet='a"\\[{', max_size=3), inner, max_size=3)
    ),
    max_leaves=20,
)


def measure_depth(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(map(measure_depth, inner), default=0)


@given(value=VALUES, is_ascii=st.booleans(), levels=st.integers(0, 8))
def test_depth_is_that_of_the_decoded_value(value: Any, *, is_ascii: bool, levels: int) -> None:
    """Brackets, quotes and backslashes inside strings change nothing."""
    text = json.dumps(value, ensure_ascii=is_ascii).encode()
    assert is_nested_deeper(text, levels) == (measure_depth(value) > levels)
