"""
Cohere's usage: `tokens` is what was read and written, `billed_units` what is invoiced; the two differ.

Where only `billed_units` are reported (embeddings), they are the counts too. `search_units` and `images` are not
tokens.

Source: Cohere API reference, `Usage`, `ApiMeta`.
"""

from typing import Any

from posthog.llm_usage.readings.found import IGNORED, Found, Words


def skip(_value: Any, _found: Found) -> None:
    """By the same key, Text Generation Inference's list of the tokens themselves."""


TOKENS = Words(input_tokens="input", output_tokens="output")
TOKENS.read_list = skip

WORDS = Words(
    tokens=TOKENS,
    billed_units=Words(
        input_tokens="billed_input",
        output_tokens="billed_output",
        image_tokens="image_input",
        search_units=IGNORED,
        classifications=IGNORED,
        images=IGNORED,
    ),
    cached_tokens="cache_read",
    api_version=IGNORED,
    warnings=IGNORED,
)


def count_billed(found: Found) -> None:
    """Take what is invoiced for what was read and written, where nothing else is said."""
    counts = found.counts
    if "input" not in counts and "output" not in counts:
        for side in ("input", "output"):
            if f"billed_{side}" in counts:
                found.derive(side, counts[f"billed_{side}"], "as invoiced; nothing else is reported")
