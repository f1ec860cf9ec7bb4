"""
What a token of each kind costs in one call: `Rates`, and how missing ones follow from those that are stated.

Missing cache rates: Claude reads 0.1×, writes 1.25×, writes for an hour 2× the prompt rate; others read 0.5×, write 1×;
assumed. Where one write rate is given, it holds for every lifetime (Claude's hour apart). Media without a rate of
their own are charged like text.

Source: ACCOUNTING contract, section 4.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from posthog.llm_usage.pricing.costs import EXACT

RateSet = dict[str, Decimal]

OUTPUT_SIDE = frozenset({"output", "reasoning", "output_audio", "output_image", "output_video"})
INPUT_SIDE = frozenset(
    {
        *("input", "cache_read", "cache_write", "cache_write_30m", "cache_write_1h", "cache_write_12h", "citation"),
        *("input_audio", "input_image", "input_video", "cache_read_audio", "cache_read_image"),
    }
)

TOKEN_RATES = INPUT_SIDE | OUTPUT_SIDE
CACHE_RATES = ("cache_read", "cache_write", "cache_write_1h")

CLAUDE_READ, CLAUDE_WRITE, CLAUDE_WRITE_1H = Decimal("0.1"), Decimal("1.25"), Decimal(2)
OTHERS_READ = Decimal("0.5")


UNCACHED: Mapping[str, str] = {
    **dict.fromkeys(("cache_read", "cache_write", "cache_write_30m", "cache_write_1h", "cache_write_12h"), "input"),
    "cache_read_audio": "input_audio",
    "cache_read_image": "input_image",
}
"""What the tokens of a cached cell would have been charged as."""


CACHE_CREATION = ("cache_creation_cost_usd",)
PARTS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("cache_write", "cache_write_30m", "cache_write_1h", "cache_write_12h"), CACHE_CREATION),
    "cache_read": ("cache_read_cost_usd",),
    "cache_read_audio": ("cache_read_cost_usd", "audio_cost_usd"),
    "cache_read_image": ("cache_read_cost_usd", "image_cost_usd"),
    **dict.fromkeys(("input_audio", "output_audio"), ("audio_cost_usd",)),
    **dict.fromkeys(("input_image", "output_image", "input_images", "output_images"), ("image_cost_usd",)),
    **dict.fromkeys(("input_video", "output_video"), ("video_cost_usd",)),
}
"""The columns that a rate's amounts are a part of, beside the side that they are summed into."""


class Charge(NamedTuple):
    """
    What one token of a cell costs, or one of whatever it is the cell of.

    Attributes:
        parts: The columns that it is a part of, beside its side's.
        saving_usd: What it would have cost uncached, minus what it does; None where it did not go through the cache.
    """

    rate_usd: Decimal
    parts: tuple[str, ...] = ()
    is_assumed: bool = False
    saving_usd: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """
    US dollars per token, per call or per unit, as they hold for one call; None: not known.

    `assumed` names the rates that no price list states for this call; `is_assumed` doubts all of them.
    """

    input: Decimal | None = None
    output: Decimal | None = None
    cache_read: Decimal | None = None
    cache_write: Decimal | None = None
    cache_write_30m: Decimal | None = None
    cache_write_1h: Decimal | None = None
    cache_write_12h: Decimal | None = None
    reasoning: Decimal | None = None
    input_audio: Decimal | None = None
    input_image: Decimal | None = None
    input_video: Decimal | None = None
    cache_read_audio: Decimal | None = None
    cache_read_image: Decimal | None = None
    output_audio: Decimal | None = None
    output_image: Decimal | None = None
    output_video: Decimal | None = None
    citation: Decimal | None = None
    request: Decimal | None = None
    web_search: Mapping[str, Decimal] = field(default_factory=dict)
    is_search_per_call: bool = False
    units: Mapping[str, Decimal] = field(default_factory=dict)
    assumed: frozenset[str] = frozenset()
    is_assumed: bool = False
    charges: Mapping[str, Charge] = field(init=False, repr=False, compare=False)
    """All rates but searches again, with what billing a cell needs: rates are used far more often than made."""

    def __post_init__(self) -> None:
        charges = {name: self._build_charge(name) for name in TOKEN_RATES if getattr(self, name) is not None}
        charges |= {name: Charge(rate, PARTS.get(name, ())) for name, rate in self.units.items()}
        if self.request is not None:
            charges["request"] = Charge(self.request)
        object.__setattr__(self, "charges", charges)

    def _build_charge(self, name: str) -> Charge:
        rate: Decimal = getattr(self, name)
        uncached: Decimal | None = getattr(self, UNCACHED[name]) if name in UNCACHED else None
        return Charge(
            rate_usd=rate,
            parts=PARTS.get(name, ()),
            is_assumed=name in self.assumed,
            saving_usd=None if uncached is None else EXACT.subtract(uncached, rate),
        )


RATE_NAMES = TOKEN_RATES | {"request"}
"""Every rate that is one number."""


def is_claude(model: str) -> bool:
    """Whether the model's cache is priced as Anthropic prices it, wherever it is hosted."""
    return "claude" in model.lower()


def add_missing_rates(rates: RateSet, assumed: set[str], *, is_claude: bool) -> None:
    """Supply what follows from the stated rates: the cache rates, and each cell that is charged like another."""
    if "output" not in rates and "output_image" in rates:
        rates["output"] = rates["output_image"]  # an image model writes nothing but images
    if "input" in rates:
        for name, factor in _list_default_factors(rates, is_claude=is_claude):
            rates[name] = EXACT.multiply(rates["input"], factor)
            if rates["input"]:
                assumed.add(name)
    for name, like in CHARGED_LIKE.items():
        if name not in rates and like in rates:
            rates[name] = rates[like]
            if like in assumed:
                assumed.add(name)


CHARGED_LIKE: Mapping[str, str] = {
    "cache_write_30m": "cache_write",
    "cache_write_1h": "cache_write",
    "cache_write_12h": "cache_write_1h",
    "cache_read_audio": "cache_read",
    "cache_read_image": "cache_read",
    "input_audio": "input",
    "input_image": "input",
    "input_video": "input",
    "output_audio": "output",
    "output_image": "output",
    "output_video": "output",
}
"""A cell without a rate of its own → the cell whose rate it takes, in this order."""


def _list_default_factors(rates: RateSet, *, is_claude: bool) -> list[tuple[str, Decimal]]:
    """The contract's factors of the prompt rate for the cache rates that nobody states."""
    defaults = [
        ("cache_read", CLAUDE_READ if is_claude else OTHERS_READ),
        ("cache_write", CLAUDE_WRITE if is_claude else Decimal(1)),
    ]
    if is_claude:
        defaults.append(("cache_write_1h", CLAUDE_WRITE_1H))
    return [(name, factor) for name, factor in defaults if name not in rates]
