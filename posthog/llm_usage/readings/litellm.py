"""
LiteLLM's `usage_object`: every provider rewritten into OpenAI's shape, inclusive of cache and reasoning.

- Cache reads and writes stand at the top and in the details; the writes twice there. They mirror each other, and a
  zero at the top can mask a figure in the details: the largest is meant.
- `cached_tokens` at the top is Moonshot's, which LiteLLM itself does not read.
- Text counts have no stable meaning (uncached only, all text, or the whole prompt, by provider): nothing follows
  from them. Audio and image counts include their cached part.
- `cost` is the provider's own only where the provider is known to send one; on streams LiteLLM writes its own figure
  there.

Source: payloads of running LiteLLM proxies, 1.108.7 and 1.109.1; ACCOUNTING contract, section 6.
"""

from posthog.llm_usage.readings.family import Family
from posthog.llm_usage.readings.found import Words

COST_PROVIDERS = frozenset({"openrouter", "perplexity"})


def build_family(words: Words) -> Family:
    return Family("litellm", words, has_text_split=False)
