"""Reading a usage in a test: a table of bodies, each with the counts that it must give."""

from typing import Any

from posthog.llm_usage.normalize import Usage, normalize_usage
from posthog.llm_usage.token_usage import TokenUsage


def read(usage: Usage, *, provider: str | None = None, api: str | None = None, model: str | None = None) -> TokenUsage:
    return normalize_usage(provider=provider, api=api, model=model, usage=usage)


def list_counts(usage: TokenUsage) -> dict[str, Any]:
    """The counts that are reported, by short names; a healthy `unexplained_tokens` of 0 goes without saying."""
    return {
        name.removesuffix("_tokens").removesuffix("_count"): count
        for name, count in zip(usage._fields[:20], usage[:20], strict=True)
        if count is not None and (name, count) != ("unexplained_tokens", 0)
    }
