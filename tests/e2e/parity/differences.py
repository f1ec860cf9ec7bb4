"""
The differences that remain, each with its cause.

Where a source's row and the provider's answer disagree on a column, exactly one entry here names it; an entry that
names a cell where they agree is out of date. The README's table is made of these.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from tests.e2e.parity.calls import CALLS, ParityCall
from tests.e2e.parity.sources import SOURCES

Kind = Literal["missing", "added", "other"]
"""NULL where the provider reports a figure; a figure where it reports none; another figure."""


class Cell(NamedTuple):
    """One column of one source's row of one call."""

    source: str
    call: str
    column: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """
    Some cells and why they differ.

    Attributes:
        calls: Beginnings of their names; of these the calls count where the provider reports the column (`missing`,
            `other`), or does not (`added`).
        exact: Whether `calls` are whole names.
    """

    sources: tuple[str, ...]
    columns: tuple[str, ...]
    kind: Kind
    cause: str
    calls: tuple[str, ...] = ("",)
    exact: bool = False

    def list_cells(self) -> Iterator[Cell]:
        """Every cell that it explains."""
        for source in SOURCES:
            if source.name in self.sources:
                for call in source.list_calls(CALLS):
                    yield from (Cell(source.name, call.name, column) for column in self._list_columns(call))

    def _list_columns(self, call: ParityCall) -> Iterator[str]:
        is_meant = call.name in self.calls if self.exact else call.name.startswith(self.calls)
        for column in self.columns:
            if is_meant and (column in call.counts) == (self.kind != "added"):
                yield column


TTL_5M_1H = ("cache_creation_5m_input_tokens", "cache_creation_1h_input_tokens")
TTL_30M_12H = ("cache_creation_30m_input_tokens", "cache_creation_12h_input_tokens")
MODALITIES = tuple(
    f"{modality}_{side}_tokens" for modality in ("text", "image", "audio", "video") for side in ("input", "output")
)
TEXT = ("text_input_tokens", "text_output_tokens")
GATEWAYS = ("webhook", "callback")

DIFFERENCES: tuple[Difference, ...] = (
    Difference(
        sources=GATEWAYS,
        columns=TTL_30M_12H,
        kind="missing",
        cause="LiteLLM drops OpenAI's split of the cache writes; the sum of them stays",
    ),
    Difference(
        sources=GATEWAYS,
        columns=TEXT,
        kind="missing",
        cause="LiteLLM's text counts mean something else for each provider, so they are not read",
    ),
    Difference(
        sources=GATEWAYS,
        columns=("reasoning_tokens",),
        kind="added",
        calls=(
            "anthropic",
            "anthropic_stream",
            "anthropic_tool",
            "anthropic_web_search",
            "anthropic_web_search_stream",
        ),
        exact=True,
        cause="LiteLLM counts Anthropic's reasoning itself where Anthropic reports none, here to 0",
    ),
    Difference(
        sources=GATEWAYS,
        columns=("output_tokens",),
        kind="added",
        calls=("openai_embedding",),
        cause="LiteLLM's usage object of an embedding says 0 completion tokens",
    ),
    Difference(
        sources=("langchain",),
        columns=TTL_30M_12H,
        kind="missing",
        cause="the handler knows cache writes of 5 minutes and an hour alone",
    ),
    Difference(
        sources=("langchain",),
        columns=TTL_5M_1H,
        kind="missing",
        calls=("anthropic_stream", "anthropic_thinking_stream"),
        exact=True,
        cause="LangChain reads a stream's usage at its end, where Anthropic repeats it without these",
    ),
    Difference(
        sources=("langchain",),
        columns=TTL_5M_1H,
        kind="missing",
        calls=("anthropic_web_search",),
        cause="the handler sends the split where something was written",
    ),
    Difference(
        sources=("langchain",),
        columns=("web_search_count",),
        kind="missing",
        calls=("anthropic_web_search_stream",),
        cause="LangChain's streams drop Anthropic's searches",
    ),
    Difference(
        sources=("langchain",),
        columns=("cache_read_input_tokens",),
        kind="added",
        calls=("gemini_tool",),
        cause="LangChain says 0 where Gemini reports nothing",
    ),
    Difference(
        sources=("langchain",),
        columns=MODALITIES,
        kind="missing",
        cause="the handler sends no counts by modality",
    ),
    Difference(
        sources=("otel",),
        columns=(*TTL_5M_1H, *TTL_30M_12H, "web_search_count"),
        kind="missing",
        cause="the GenAI conventions have no name for it",
    ),
    Difference(
        sources=("otel",),
        columns=("cache_creation_input_tokens",),
        kind="missing",
        calls=("openai",),
        cause="the OpenAI instrumentation leaves cache writes out",
    ),
    Difference(
        sources=("otel",),
        columns=("reasoning_tokens",),
        kind="missing",
        calls=("openai_chat_stream", "openai_chat_cache_write_stream", "openai_chat_reasoning_stream"),
        exact=True,
        cause="the OpenAI instrumentation leaves it out of chat streams",
    ),
    Difference(
        sources=("otel",),
        columns=("reasoning_tokens",),
        kind="missing",
        calls=("anthropic",),
        cause="the Anthropic instrumentation leaves thinking tokens out",
    ),
    Difference(
        sources=("otel",),
        columns=("audio_input_tokens", "audio_output_tokens"),
        kind="missing",
        calls=("openai",),
        cause="the OpenAI instrumentation sends no counts by modality",
    ),
    Difference(
        sources=("otel",),
        columns=("output_tokens", "total_tokens"),
        kind="other",
        calls=("anthropic_stream", "anthropic_thinking_stream", "anthropic_web_search_stream"),
        exact=True,
        cause="the Anthropic instrumentation adds a stream's first count of output to its last, which includes it",
    ),
    Difference(
        sources=("otel",),
        columns=("input_tokens", "total_tokens", "text_input_tokens"),
        kind="other",
        calls=("gemini_tool",),
        cause="the Google instrumentation leaves the tools' prompt out, and sends no total",
    ),
    Difference(
        sources=("otel",),
        columns=("cache_read_input_tokens",),
        kind="added",
        calls=("openai_embedding",),
        cause="the OpenAI instrumentation says 0 of every answer that mentions no cache",
    ),
    Difference(
        sources=("litellm",),
        columns=(
            *("cache_read_input_tokens", "cache_creation_input_tokens", *TTL_5M_1H, *TTL_30M_12H),
            *("reasoning_tokens", "web_search_count", *MODALITIES),
        ),
        kind="missing",
        cause="LiteLLM's own callback sends input and output alone",
    ),
    Difference(
        sources=("litellm",),
        columns=("output_tokens",),
        kind="added",
        calls=("openai_embedding",),
        cause="LiteLLM's own callback takes a proxy's embedding for a generation of 0 tokens",
    ),
    Difference(
        sources=("litellm",),
        columns=("input_tokens", "output_tokens", "total_tokens", "unexplained_tokens"),
        kind="added",
        calls=("openai_chat_refused", "anthropic_refused"),
        cause="LiteLLM's own callback says 0 of a call that failed",
    ),
)


def find_kind(reported: int | None, measured: int | None) -> Kind | None:
    """How a row's figure differs from the provider's; None where it does not."""
    if reported == measured:
        return None
    if measured is None:
        return "missing"
    return "added" if reported is None else "other"


def list_explained() -> list[tuple[Cell, Difference]]:
    """Every explained cell; a cell that is there twice is explained twice."""
    return [(cell, difference) for difference in DIFFERENCES for cell in difference.list_cells()]
