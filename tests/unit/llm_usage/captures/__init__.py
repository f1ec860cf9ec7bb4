"""
What each recorded gateway body must become, worked out by hand from what the provider really said.

`EXPECTATIONS` names every file of `tests/fixtures/captures`, and for each the rows of its events in the order in
which the gateway posted them. The counts come from the capture's `provider_usage` (or, where it holds none, from the
bodies that the replay server and the proxy answered with), never from our own code's output.

A column that is not named is NULL: not reported. Where LiteLLM (1.109.1) changes or loses what the provider said, a
comment says so, and names the flag that must mark it. In general: `text_*_tokens` are LiteLLM's own arithmetic and
give no column; for Anthropic and Bedrock it writes `reasoning_tokens: 0` where there was no thinking, for embeddings
`completion_tokens: 0`; where a request fails before an answer it writes zeros that mean nothing was reported.
"""

from collections.abc import Mapping

from tests.unit.llm_usage.captures.anthropic import ANTHROPIC, BEDROCK
from tests.unit.llm_usage.captures.broken import BROKEN, FAILED
from tests.unit.llm_usage.captures.expected_event import ExpectedEvent
from tests.unit.llm_usage.captures.gemini import GEMINI
from tests.unit.llm_usage.captures.openai import OPENAI, OPENAI_MEDIA
from tests.unit.llm_usage.captures.openai_compatible import OPENAI_COMPATIBLE

EXPECTATIONS: Mapping[str, tuple[ExpectedEvent, ...]] = {
    **ANTHROPIC,
    **BEDROCK,
    **GEMINI,
    **OPENAI,
    **OPENAI_MEDIA,
    **OPENAI_COMPATIBLE,
    **BROKEN,
    **FAILED,
}
