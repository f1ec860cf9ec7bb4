"""
One rule by which a model's names are the same model, for both sides: a provider's books name the dated snapshot that
answered (`gpt-4o-2024-08-06`), a gateway the alias that was asked for (`gpt-4o`).

Lower case; without the provider before a slash; without `-latest`; without a date at the end. So all snapshots of an
alias are compared together. A fine-tune (`ft:…`) keeps its whole name. OpenRouter's vendor (`openai/gpt-4.1`) and its
variant (`:free`) belong to the name.
"""

from posthog.llm_usage.pricing.names import find_provider, strip_date

LONGEST_NAME = 500
"""What clients write is cut to it."""


def pool_model(provider: str, model: str) -> str:
    """
    The name that both sides share.

    Args:
        provider: The catalogue's name of it, e.g. `openai`.
    """
    name = model.replace("\x00", "").strip().lower()[:LONGEST_NAME]
    prefix, slash, rest = name.partition("/")
    if slash and find_provider(prefix) == provider:
        name = rest
    if name.startswith("ft:"):
        return name
    base, colon, variant = name.partition(":")
    base = base.removesuffix("-latest")
    return f"{strip_date(base) or base}{colon}{variant}"
