"""The columns of the usage table and what each means, in the words of the accounting contract."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """
    Attributes:
        key: Names the column in addresses and styles.
        definition: One or two sentences that a reader can check an invoice with.
        is_detail: Shown as a list below the row's figures, for lists of any length.
    """

    key: str
    label: str
    definition: str
    is_number: bool = True
    is_detail: bool = False


COLUMNS: tuple[Column, ...] = (
    Column(
        "events",
        "Events",
        "Stored events of the day (UTC) by type, each counted once however often it was delivered. "
        "Rejected: delivered on the day, but not countable; each is kept with its reason.",
        is_number=False,
    ),
    Column(
        "calls",
        "Calls",
        "Calls that a model provider worked on, failed ones included. Answers that the gateway took from "
        "its own cache reached no provider: they are named apart and no token below is theirs.",
    ),
    Column(
        "input",
        "Input",
        "Every token the models read: fresh, read from the provider's prompt cache and written to it.",
    ),
    Column("cache_read", "Cache read", "The part of Input that the provider served from its prompt cache."),
    Column("cache_creation", "Cache creation", "The part of Input that the provider wrote to its prompt cache."),
    Column("output", "Output", "Every token the models wrote and the provider bills: visible and reasoning."),
    Column("reasoning", "Reasoning", "The part of Output spent on thinking."),
    Column(
        "total",
        "Total",
        "The provider's own total where it reports one, else Input + Output.",
    ),
    Column(
        "cost",
        "Cost",
        "US dollars for everything above: the gateway's own figure where it gave one, else the price "
        "catalogue's. Unpriced calls have no known price: their cost is not in the sum.",
    ),
    Column(
        "saved",
        "Saved",
        "What the tokens of the provider's prompt cache would have cost uncached, minus what they did "
        "cost; negative where writing cost more than reading saved. The gateway's own cache is a second "
        "figure, never added to the first.",
    ),
    Column(
        "models",
        "Models",
        "Calls and cost of each model, the one with the most tokens first.",
        is_number=False,
        is_detail=True,
    ),
    Column(
        "providers",
        "Providers",
        "Calls and cost of each provider, the one with the most tokens first.",
        is_number=False,
        is_detail=True,
    ),
    Column(
        "flags",
        "Flags",
        "Doubts about single figures, counted by rule: a total that does not add up, a price assumed, a "
        "count estimated. An unflagged figure is exact.",
        is_number=False,
        is_detail=True,
    ),
)
FIGURE_COLUMNS = tuple(column for column in COLUMNS if not column.is_detail)
DETAIL_COLUMNS = tuple(column for column in COLUMNS if column.is_detail)
