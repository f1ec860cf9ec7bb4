"""
The canonical reading of one call's usage: what every provider's counts mean in our words.

All counts are tokens unless named otherwise. None: the provider did not report it. 0: it reported zero.
`input_tokens` includes cache reads and cache creation; `output_tokens` includes reasoning; each `*_tokens`
part is a subset of its whole, or the usage carries a flag that says it is not. Source: ACCOUNTING contract, section 1.
"""

from decimal import Decimal
from typing import NamedTuple

Figures = tuple[int | None, int | None, int | None, int | None, int | None, int | None]
"""Input, output, total, cache reads, cache creation, reasoning: what every report of a call names alike."""


class TokenUsage(NamedTuple):
    """
    One call's canonical counts, how they were read and what is suspicious about them.

    The first block is stored column by column in `ai_events`; the second only steers the price. Name the fields.
    """

    input_tokens: int | None = None
    output_tokens: int | None = None
    total_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    cache_creation_input_tokens: int | None = None
    cache_creation_5m_input_tokens: int | None = None
    cache_creation_30m_input_tokens: int | None = None
    cache_creation_1h_input_tokens: int | None = None
    cache_creation_12h_input_tokens: int | None = None
    reasoning_tokens: int | None = None
    text_input_tokens: int | None = None
    image_input_tokens: int | None = None
    audio_input_tokens: int | None = None
    video_input_tokens: int | None = None
    text_output_tokens: int | None = None
    image_output_tokens: int | None = None
    audio_output_tokens: int | None = None
    video_output_tokens: int | None = None
    web_search_count: int | None = None
    unexplained_tokens: int | None = None

    reading: str = "none"
    """How the counts were read, e.g. `input_inclusive+output_inclusive:total`; see `readings.arithmetic`."""
    flags: tuple[str, ...] = ()
    """Integrity flags, sorted, without repeats; names in ACCOUNTING section 5."""

    tool_prompt_tokens: int | None = None
    cache_read_audio_tokens: int | None = None
    cache_read_image_tokens: int | None = None
    billed_input_tokens: int | None = None
    """What the provider invoices where that differs from what was read (Cohere's billed_units)."""
    billed_output_tokens: int | None = None
    citation_tokens: int | None = None
    service_tier: str | None = None
    provider_cost_usd: Decimal | None = None
    """The provider's own charge for the call, where its usage carries one (OpenRouter, Perplexity, xAI)."""

    @property
    def figures(self) -> Figures:
        """What another report of the call is held against."""
        return (*self[:5], self.reasoning_tokens)


COUNT_COLUMNS: tuple[str, ...] = TokenUsage._fields[:20]
"""The names of the first block: every `Nullable(Int64)` column of `ai_events`, in table order."""
