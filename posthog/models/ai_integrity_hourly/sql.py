"""
The rollup of what the checks look at: sums of each series' successful generations, hour by hour.

A cell is of a team's calls to one model through one gateway, streamed or not. It counts all rows, as every rollup does
to know an hour that lost some to retention; its other figures are of those that are tallied.
"""

from posthog.llm_integrity.expectations import RATIOS, Ratio
from posthog.llm_usage.token_usage import COUNT_COLUMNS
from posthog.models.ai_usage_hourly.grain import ROWS, Dimension, Figure, Grain

IS_TALLIED = "e.event = '$ai_generation' AND e.call_kind = 'inference' AND e.is_error = 0"
USED_TOKENS = (
    "if(isNull(e.total_tokens) AND isNull(e.input_tokens) AND isNull(e.output_tokens), NULL, "
    "ifNull(e.total_tokens, ifNull(e.input_tokens, 0) + ifNull(e.output_tokens, 0)))"
)
"""NULL: nobody reported what the call used."""
HAS_USED_TOKENS = f"ifNull({USED_TOKENS}, 0) > 0"
IS_UNPRICED = "has(e.integrity_flags, 'unpriced_model')"
QUOTIENTS = "Decimal(38, 24)"
"""Decimal sums do not depend on the order of the rows: what is stored can be compared with what its rows sum up to."""
MOST = 1000
"""A quotient beyond it says that a count is wrong, not by how much: it is taken for so much, which fits the type."""


def _sum_quotients(name: str, ratio: Ratio) -> tuple[Figure, ...]:
    """What `Quotients` is made of: how many, their sum, the sum of their squares; of none they are 0."""
    divisor = USED_TOKENS if ratio.whole == "total_tokens" else f"e.{ratio.whole}"
    has_part = f"ifNull(e.{ratio.part}, 0) > 0" if ratio.is_where_any else f"isNotNull(e.{ratio.part})"
    condition = f"{IS_TALLIED} AND {has_part} AND ifNull({divisor}, 0) > 0"
    quotient = f"ifNull(if({condition}, greatest(-{MOST}, least(e.{ratio.part} / {divisor}, {MOST})), 0), 0)"
    return (
        Figure(f"{name}_calls", ROWS, f"countIf({condition})"),
        Figure(f"{name}_total", QUOTIENTS, f"sum(toDecimal128({quotient}, 24))"),
        Figure(f"{name}_squares", QUOTIENTS, f"sum(toDecimal128(pow({quotient}, 2), 24))"),
    )


INTEGRITY = Grain(
    "ai_integrity_hourly",
    (
        Dimension("gateway", "ifNull(e.gateway, '')"),
        Dimension("provider", "ifNull(e.provider, '')"),
        Dimension("model", "ifNull(e.model, '')"),
        Dimension("is_stream", "e.is_stream", "Nullable(UInt8)"),
    ),
    (
        Figure("rows", ROWS, "count()"),
        Figure("calls", ROWS, f"countIf({IS_TALLIED})"),
        *(Figure(f"{name}_reported", ROWS, f"countIf({IS_TALLIED} AND isNotNull(e.{name}))") for name in COUNT_COLUMNS),
        *(figure for name, ratio in RATIOS.items() for figure in _sum_quotients(name, ratio)),
        Figure(
            "costless_calls",
            ROWS,
            f"countIf({IS_TALLIED} AND isNull(e.total_cost_usd) AND {HAS_USED_TOKENS} AND NOT {IS_UNPRICED})",
        ),
        Figure("unpriced_calls", ROWS, f"countIf({IS_TALLIED} AND {IS_UNPRICED})"),
    ),
    has_halves=False,
    flags_of_rows=(
        f"sumMapIf(e.integrity_flags, arrayWithConstant(length(e.integrity_flags), toUInt64(1)), {IS_TALLIED})"
    ),
)
