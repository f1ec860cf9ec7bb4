"""One way of writing usage down: its words, and where its parts lie when no total says so."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from posthog.llm_usage.readings.arithmetic import INCLUSIVE, Reading
from posthog.llm_usage.readings.found import Words


class Call(NamedTuple):
    """
    What is known of the call beside its usage.

    Attributes:
        provider: Lower case; '' where unknown. `model` likewise.
        usage: The object that is read, for the few conventions that stand in it.
    """

    provider: str
    model: str
    usage: Mapping[Any, Any]


Convention = Callable[[Call], Reading]
"""The reading that holds where the total does not decide."""


def expect_inclusive(_call: Call) -> Reading:
    """Cache inside the input, reasoning inside the output, a tool's prompt inside the input."""
    return INCLUSIVE


class Family(NamedTuple):
    """
    Attributes:
        name: For explanations.
        words: What its keys mean.
        is_cumulative: Each chunk of a stream repeats what the earlier ones said; None: the counts themselves tell.
        has_text_split: Its text counts mean what they say.
    """

    name: str
    words: Words
    convention: Convention = expect_inclusive
    is_cumulative: bool | None = None
    has_text_split: bool = True
