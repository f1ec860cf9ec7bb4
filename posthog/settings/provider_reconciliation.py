"""Providers' own books: the keys that may read them, where they are read, and when they disagree with ours."""

from decimal import Decimal, InvalidOperation
from urllib.parse import SplitResult

from posthog.settings.environment import TEXT, Rule, setting, split_url

API_URL: Rule[SplitResult] = split_url("http", "https", what="the address of a provider's API")


def _parse_percent(value: str) -> Decimal:
    try:
        percent = Decimal(value)
    except InvalidOperation:
        raise ValueError(repr(value[:20])) from None
    if not percent.is_finite() or not 0 <= percent <= 100:
        raise ValueError(str(percent))
    return percent


PERCENT: Rule[Decimal] = Rule("a percentage from 0 to 100", _parse_percent)

OPENAI_ADMIN_KEY = setting(
    "OPENAI_ADMIN_KEY",
    TEXT,
    default="",
    about="Admin key of the OpenAI organization, whose usage and costs `reconcile_provider` reads; set: daily.",
)
ANTHROPIC_ADMIN_KEY = setting(
    "ANTHROPIC_ADMIN_KEY",
    TEXT,
    default="",
    about="Admin API key of the Anthropic organization, whose usage and costs `reconcile_provider` reads; set: daily.",
)
OPENROUTER_MANAGEMENT_KEY = setting(
    "OPENROUTER_MANAGEMENT_KEY",
    TEXT,
    default="",
    about="Management key of the OpenRouter account, whose activity `reconcile_provider` reads; set: daily.",
)
OPENAI_ADMIN_URL: str = setting(
    "OPENAI_ADMIN_URL", API_URL, default="https://api.openai.com", about="Where OpenAI's books are read."
).geturl()
ANTHROPIC_ADMIN_URL: str = setting(
    "ANTHROPIC_ADMIN_URL", API_URL, default="https://api.anthropic.com", about="Where Anthropic's books are read."
).geturl()
OPENROUTER_ADMIN_URL: str = setting(
    "OPENROUTER_ADMIN_URL", API_URL, default="https://openrouter.ai", about="Where OpenRouter's books are read."
).geturl()
PROVIDER_RECONCILIATION_THRESHOLD = setting(
    "PROVIDER_RECONCILIATION_THRESHOLD",
    PERCENT,
    default="99.5",
    about="Agreement with a provider's books, in per cent of each kind of tokens and of the cost, under which they "
    "disagree.",
)
PROVIDER_RECONCILIATION_ORGANIZATION = setting(
    "PROVIDER_RECONCILIATION_ORGANIZATION",
    TEXT,
    default="",
    about="Organization whose calls the daily reconciliation compares; unset: the calls of all.",
)
