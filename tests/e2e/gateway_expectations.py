"""
What the sample calls must leave behind: worked out by hand from `demo/provider_bodies/`, not by our own code.

Each sum shows its terms as they stand in the provider's body. A column that is not named is NULL: not
reported. Where LiteLLM (1.108.7, measured) changes or loses what the provider said, a comment says so.

LiteLLM in general: OpenAI's audio zeros stay zeros; for Anthropic and Bedrock it writes `reasoning_tokens: 0`
where no thinking was reported, for embeddings `completion_tokens: 0`; a text part is its own arithmetic, so
no text column follows from it.

Prices in USD per million tokens, from the providers' price lists:

    gpt-4o-mini 0.15 in, 0.60 out            gpt-4o 2.50 in, 1.25 read, 10 out
    o3 2 in, 0.50 read, 8 out                o4-mini 1.10 in, 0.275 read, 4.40 out
    gpt-5.6 4 in, 0.40 read, 5 write, 20 out text-embedding-3-small 0.02 in
    claude-haiku-4-5 1 in, 0.10 read, 1.25 write 5m, 2 write 1h, 5 out
    claude-sonnet-4-5, -4-6 3 in, 0.30 read, 3.75 write 5m, 6 write 1h, 15 out
    claude-sonnet-5 2 in, 10 out, and 10 per 1000 searches
    claude-opus-4-8 5 in, 0.50 read, 6.25 write 5m, 10 write 1h, 25 out
    gemini-2.5-pro 1.25 in, 0.125 read, 10 out        gemini-2.5-flash 0.30 in, 2.50 out
    deepseek-chat, deepseek-reasoner 0.28 in, 0.028 read, 0.42 out
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from posthog.llm_usage.token_usage import COUNT_COLUMNS

Counts = Mapping[str, int | None]


def reported(**counts: int) -> Counts:
    """All count columns of a healthy event: those given, no unexplained tokens, every other NULL."""
    unknown = counts.keys() - set(COUNT_COLUMNS)
    if unknown:
        raise KeyError(f"no such count columns: {sorted(unknown)}")
    return dict.fromkeys(COUNT_COLUMNS) | {"unexplained_tokens": 0} | counts


NOTHING_REPORTED: Counts = dict.fromkeys(COUNT_COLUMNS)


def usd(micro_usd: str) -> Decimal:
    """Tokens times USD per million tokens is millionths of a dollar."""
    return Decimal(micro_usd) / 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedRow:
    """
    The row of one sample call, found by `end_user` = name.

    Attributes:
        team: The gateway's team; `setup_demo` maps it to one of ours.
        tokens: Every column of COUNT_COLUMNS.
        total_cost_usd: None: NULL, nothing was used.
        flags: Integrity flags that must be raised.
        tolerated_flags: May be raised too: the payload cannot prove the count.
    """

    name: str
    team: str
    provider: str
    model: str
    tokens: Counts
    total_cost_usd: Decimal | None
    event: str = "$ai_generation"
    call_kind: str = "inference"
    is_stream: bool = False
    is_error: bool = False
    flags: tuple[str, ...] = ()
    tolerated_flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedReject:
    """A sample call that becomes no row: no team of ours is behind its key."""

    name: str
    gateway_team: str | None
    reason_code: str


BEDROCK_CLAUDE = "anthropic.claude-sonnet-4-5-20250929-v1:0"

ALPHA_ROWS = (
    ExpectedRow(
        name="openai_chat_plain",
        team="team-alpha",
        provider="openai",
        model="gpt-4o-mini",
        tokens=reported(
            input_tokens=1013,
            output_tokens=211,
            total_tokens=1013 + 211,
            cache_read_input_tokens=0,
            reasoning_tokens=0,
            audio_input_tokens=0,
            audio_output_tokens=0,
        ),
        total_cost_usd=usd("278.55"),  # 1013 × 0.15 + 211 × 0.60
    ),
    ExpectedRow(
        name="openai_chat_cached",
        team="team-alpha",
        provider="openai",
        model="gpt-4o",
        tokens=reported(
            input_tokens=1511 + 2053,  # the body's 3564 includes the cached 2053
            output_tokens=307,
            total_tokens=3564 + 307,
            cache_read_input_tokens=2053,
            reasoning_tokens=0,
            audio_input_tokens=0,
            audio_output_tokens=0,
        ),
        total_cost_usd=usd("9413.75"),  # 1511 × 2.50 + 2053 × 1.25 + 307 × 10
    ),
    ExpectedRow(
        name="openai_chat_cached_stream",
        team="team-alpha",
        provider="openai",
        model="gpt-4o",
        is_stream=True,
        tokens=reported(
            input_tokens=1733 + 3061,
            output_tokens=401,
            total_tokens=4794 + 401,
            cache_read_input_tokens=3061,
            reasoning_tokens=0,
            audio_input_tokens=0,
            audio_output_tokens=0,
        ),
        total_cost_usd=usd("12168.75"),  # 1733 × 2.50 + 3061 × 1.25 + 401 × 10
    ),
    ExpectedRow(
        name="openai_chat_reasoning",
        team="team-alpha",
        provider="openai",
        model="o3",
        tokens=reported(
            input_tokens=907,
            output_tokens=503 + 1019,  # the body's 1522 includes the reasoning
            total_tokens=907 + 1522,
            cache_read_input_tokens=0,
            reasoning_tokens=1019,
            audio_input_tokens=0,
            audio_output_tokens=0,
        ),
        total_cost_usd=usd("13990"),  # 907 × 2 + 1522 × 8
    ),
    ExpectedRow(
        name="openai_chat_cache_write",
        team="team-alpha",
        provider="openai",
        model="gpt-5.6",
        tokens=reported(
            input_tokens=577 + 2539 + 1409,  # fresh, read, written: all inside the body's 4525
            output_tokens=313 + 641,
            total_tokens=4525 + 954,
            cache_read_input_tokens=2539,
            cache_creation_input_tokens=1409,
            reasoning_tokens=641,
            audio_input_tokens=0,
            audio_output_tokens=0,
        ),
        total_cost_usd=usd("29448.6"),  # 577 × 4 + 2539 × 0.40 + 1409 × 5 + 954 × 20
    ),
    ExpectedRow(
        name="openai_responses",
        team="team-alpha",
        provider="openai",
        model="o3",
        tokens=reported(
            input_tokens=1031 + 1787,
            output_tokens=263 + 887,
            total_tokens=2818 + 1150,
            cache_read_input_tokens=1787,
            cache_creation_input_tokens=0,
            reasoning_tokens=887,
        ),
        total_cost_usd=usd("12155.5"),  # 1031 × 2 + 1787 × 0.50 + 1150 × 8
    ),
    ExpectedRow(
        name="openai_embedding",
        team="team-alpha",
        provider="openai",
        model="text-embedding-3-small",
        event="$ai_embedding",
        tokens=reported(input_tokens=2311, output_tokens=0, total_tokens=2311),
        total_cost_usd=usd("46.22"),  # 2311 × 0.02
    ),
    ExpectedRow(
        name="anthropic_messages_web_search",
        team="team-alpha",
        provider="anthropic",
        model="claude-sonnet-5",
        tokens=reported(
            input_tokens=4133,
            output_tokens=457,
            total_tokens=4133 + 457,
            cache_read_input_tokens=0,
            cache_creation_input_tokens=0,
            cache_creation_5m_input_tokens=0,
            cache_creation_1h_input_tokens=0,
            reasoning_tokens=0,
            web_search_count=3,
        ),
        total_cost_usd=usd("42836"),  # 4133 × 2 + 457 × 10 + 3 searches × 10,000
    ),
    ExpectedRow(
        name="anthropic_pass_through",
        team="team-alpha",
        provider="anthropic",
        model="claude-sonnet-4-6",
        tokens=reported(
            input_tokens=151 + 6547 + 2551 + 1427,  # the body's 151 leaves the cache out
            output_tokens=827,
            total_tokens=10676 + 827,
            cache_read_input_tokens=6547,
            cache_creation_input_tokens=2551 + 1427,
            cache_creation_5m_input_tokens=2551,
            cache_creation_1h_input_tokens=1427,
            reasoning_tokens=0,
        ),
        total_cost_usd=usd("32950.35"),  # 151 × 3 + 6547 × 0.30 + 2551 × 3.75 + 1427 × 6 + 827 × 15
    ),
)

BETA_ROWS = (
    ExpectedRow(
        name="anthropic_chat_cache",
        team="team-beta",
        provider="anthropic",
        model="claude-haiku-4-5",
        tokens=reported(
            input_tokens=131 + 6029 + 2113 + 1153,
            output_tokens=811,
            total_tokens=9426 + 811,
            cache_read_input_tokens=6029,
            cache_creation_input_tokens=2113 + 1153,
            cache_creation_5m_input_tokens=2113,
            cache_creation_1h_input_tokens=1153,
            reasoning_tokens=0,
        ),
        total_cost_usd=usd("9736.15"),  # 131 × 1 + 6029 × 0.10 + 2113 × 1.25 + 1153 × 2 + 811 × 5
    ),
    ExpectedRow(
        name="anthropic_chat_cache_stream",
        team="team-beta",
        provider="anthropic",
        model="claude-haiku-4-5",
        is_stream=True,
        tokens=reported(
            input_tokens=137 + 6133 + 2221 + 1237,  # message_start; message_delta repeats it without the split
            output_tokens=821,  # message_delta is cumulative: message_start's 1 is in it
            total_tokens=9728 + 821,
            cache_read_input_tokens=6133,
            cache_creation_input_tokens=2221 + 1237,
            cache_creation_5m_input_tokens=2221,
            cache_creation_1h_input_tokens=1237,
            reasoning_tokens=0,
        ),
        total_cost_usd=usd("10105.55"),  # 137 × 1 + 6133 × 0.10 + 2221 × 1.25 + 1237 × 2 + 821 × 5
    ),
    ExpectedRow(
        name="anthropic_messages_thinking",
        team="team-beta",
        provider="anthropic",
        model="claude-opus-4-8",
        tokens=reported(
            input_tokens=139 + 6301 + 2333 + 1301,
            output_tokens=359 + 557,  # the body's 916 includes the thinking
            total_tokens=10074 + 916,
            cache_read_input_tokens=6301,
            cache_creation_input_tokens=2333 + 1301,
            cache_creation_5m_input_tokens=2333,
            cache_creation_1h_input_tokens=1301,
            reasoning_tokens=557,
        ),
        total_cost_usd=usd("54336.75"),  # 139 × 5 + 6301 × 0.50 + 2333 × 6.25 + 1301 × 10 + 916 × 25
        tolerated_flags=("reasoning_estimated",),
    ),
    ExpectedRow(
        name="anthropic_messages_thinking_stream",
        team="team-beta",
        provider="anthropic",
        model="claude-opus-4-8",
        is_stream=True,
        tokens=reported(
            input_tokens=149 + 6421 + 2447 + 1361,
            output_tokens=390 + 619,
            total_tokens=10378 + 1009,
            cache_read_input_tokens=6421,
            cache_creation_input_tokens=2447 + 1361,
            cache_creation_5m_input_tokens=2447,
            cache_creation_1h_input_tokens=1361,
            reasoning_tokens=619,
        ),
        total_cost_usd=usd("58084.25"),  # 149 × 5 + 6421 × 0.50 + 2447 × 6.25 + 1361 × 10 + 1009 × 25
        tolerated_flags=("reasoning_estimated",),
    ),
    ExpectedRow(
        name="anthropic_messages_web_search_stream",
        team="team-beta",
        provider="anthropic",
        model="claude-sonnet-5",
        is_stream=True,
        tokens=reported(
            input_tokens=5171,
            output_tokens=467,
            total_tokens=5171 + 467,
            cache_read_input_tokens=0,
            cache_creation_input_tokens=0,
            cache_creation_5m_input_tokens=0,
            cache_creation_1h_input_tokens=0,
            reasoning_tokens=0,
            web_search_count=5,
        ),
        total_cost_usd=usd("65012"),  # 5171 × 2 + 467 × 10 + 5 searches × 10,000
    ),
    ExpectedRow(
        name="bedrock_converse",
        team="team-beta",
        provider="bedrock",
        model=BEDROCK_CLAUDE,
        tokens=reported(
            input_tokens=157 + 6653 + 2657 + 1481,  # the body's 157 leaves the cache out
            output_tokens=829,
            total_tokens=10948 + 829,
            cache_read_input_tokens=6653,
            cache_creation_input_tokens=2657 + 1481,
            cache_creation_5m_input_tokens=2657,
            cache_creation_1h_input_tokens=1481,
            reasoning_tokens=0,
        ),
        total_cost_usd=usd("33751.65"),  # 157 × 3 + 6653 × 0.30 + 2657 × 3.75 + 1481 × 6 + 829 × 15
    ),
    ExpectedRow(
        name="bedrock_converse_stream",
        team="team-beta",
        provider="bedrock",
        model=BEDROCK_CLAUDE,
        is_stream=True,
        tokens=reported(
            input_tokens=163 + 6763 + 2767 + 1549,
            output_tokens=839,
            total_tokens=11242 + 839,
            cache_read_input_tokens=6763,
            cache_creation_input_tokens=2767 + 1549,
            cache_creation_5m_input_tokens=2767,
            cache_creation_1h_input_tokens=1549,
            reasoning_tokens=0,
        ),
        total_cost_usd=usd("34773.15"),  # 163 × 3 + 6763 × 0.30 + 2767 × 3.75 + 1549 × 6 + 839 × 15
    ),
    ExpectedRow(
        name="anthropic_messages_overloaded",
        team="team-beta",
        provider="anthropic",
        model="claude-opus-5",
        is_error=True,
        tokens=NOTHING_REPORTED,
        total_cost_usd=None,
    ),
)

GAMMA_ROWS = (
    ExpectedRow(
        name="openai_chat_reasoning_stream",
        team="team-gamma",
        provider="openai",
        model="o4-mini",
        is_stream=True,
        tokens=reported(
            input_tokens=809 + 601,
            output_tokens=419 + 1217,
            total_tokens=1410 + 1636,
            cache_read_input_tokens=601,
            reasoning_tokens=1217,
            audio_input_tokens=0,
            audio_output_tokens=0,
        ),
        total_cost_usd=usd("8253.575"),  # 809 × 1.10 + 601 × 0.275 + 1636 × 4.40
    ),
    ExpectedRow(
        name="openai_chat_cache_write_stream",
        team="team-gamma",
        provider="openai",
        model="gpt-5.6",
        is_stream=True,
        tokens=reported(
            input_tokens=683 + 3109 + 1601,
            output_tokens=349 + 733,
            total_tokens=5393 + 1082,
            cache_read_input_tokens=3109,
            cache_creation_input_tokens=1601,
            reasoning_tokens=733,
            audio_input_tokens=0,
            audio_output_tokens=0,
        ),
        total_cost_usd=usd("33620.6"),  # 683 × 4 + 3109 × 0.40 + 1601 × 5 + 1082 × 20
    ),
    ExpectedRow(
        name="openai_responses_stream",
        team="team-gamma",
        provider="openai",
        model="gpt-5.6",
        is_stream=True,
        # LiteLLM 1.108.7 drops the body's split of the write (30 m: 1103, 12 h: 1307), 1.109.1 keeps it.
        tokens=reported(
            input_tokens=727 + 2203 + 2410,
            output_tokens=293 + 941,
            total_tokens=5340 + 1234,
            cache_read_input_tokens=2203,
            cache_creation_input_tokens=1103 + 1307,
            reasoning_tokens=941,
        ),
        total_cost_usd=usd("40519.2"),  # 727 × 4 + 2203 × 0.40 + 2410 × 5 + 1234 × 20
    ),
    ExpectedRow(
        name="gemini_thoughts",
        team="team-gamma",
        provider="gemini",
        model="gemini-2.5-pro",
        tokens=reported(
            input_tokens=2081 + 593 + 433,  # text, image, audio; the cached 1283 are text inside it
            output_tokens=373 + 769,  # the body's candidates leave the thoughts out
            total_tokens=3107 + 1142,
            cache_read_input_tokens=1283,
            reasoning_tokens=769,
            image_input_tokens=593,
            audio_input_tokens=433,
        ),
        total_cost_usd=usd("13860.375"),  # 1824 × 1.25 + 1283 × 0.125 + 1142 × 10
    ),
    ExpectedRow(
        name="gemini_thoughts_stream",
        team="team-gamma",
        provider="gemini",
        model="gemini-2.5-pro",
        is_stream=True,
        tokens=reported(
            input_tokens=2243 + 613 + 443,
            output_tokens=379 + 787,  # the last chunk's: chunks are cumulative
            total_tokens=3299 + 1166,
            cache_read_input_tokens=1381,
            reasoning_tokens=787,
            image_input_tokens=613,
            audio_input_tokens=443,
        ),
        total_cost_usd=usd("14230.125"),  # 1918 × 1.25 + 1381 × 0.125 + 1166 × 10
    ),
    ExpectedRow(
        name="gemini_tool_use",
        team="team-gamma",
        provider="gemini",
        model="gemini-2.5-flash",
        tokens=reported(
            input_tokens=1097 + 239,  # the tools' prompt is outside the body's prompt count
            output_tokens=383 + 797,
            total_tokens=1336 + 1180,
            reasoning_tokens=797,
        ),
        total_cost_usd=usd("3350.8"),  # 1336 × 0.30 + 1180 × 2.50
    ),
    ExpectedRow(
        name="gemini_tool_use_stream",
        team="team-gamma",
        provider="gemini",
        model="gemini-2.5-flash",
        is_stream=True,
        tokens=reported(
            input_tokens=1109 + 241,
            output_tokens=389 + 823,
            total_tokens=1350 + 1212,
            reasoning_tokens=823,
        ),
        total_cost_usd=usd("3435"),  # 1350 × 0.30 + 1212 × 2.50
    ),
    ExpectedRow(
        name="deepseek_chat",
        team="team-gamma",
        provider="deepseek",
        model="deepseek-chat",
        tokens=reported(
            input_tokens=3203 + 1447,  # cache hits + misses
            output_tokens=863,
            total_tokens=4650 + 863,
            cache_read_input_tokens=3203,
        ),
        total_cost_usd=usd("857.304"),  # 1447 × 0.28 + 3203 × 0.028 + 863 × 0.42
    ),
    ExpectedRow(
        name="deepseek_reasoner_stream",
        team="team-gamma",
        provider="deepseek",
        model="deepseek-reasoner",
        is_stream=True,
        tokens=reported(
            input_tokens=3301 + 1453,
            output_tokens=409 + 953,
            total_tokens=4754 + 1362,
            cache_read_input_tokens=3301,
            reasoning_tokens=953,
        ),
        total_cost_usd=usd("1071.308"),  # 1453 × 0.28 + 3301 × 0.028 + 1362 × 0.42
    ),
    ExpectedRow(
        name="openai_chat_rate_limited",
        team="team-gamma",
        provider="openai",
        model="gpt-5.4-nano",
        is_error=True,
        tokens=NOTHING_REPORTED,
        total_cost_usd=None,
    ),
)

EXPECTED_ROWS = ALPHA_ROWS + BETA_ROWS + GAMMA_ROWS
"""One row for each answered or failed call of `SAMPLE_CALLS` whose team is mapped."""

EXPECTED_REJECTS = (
    ExpectedReject(name="call_without_team", gateway_team=None, reason_code="team_missing"),
    ExpectedReject(name="call_of_unmapped_team", gateway_team="team-omega", reason_code="team_unknown"),
    ExpectedReject(name="call_with_unknown_key", gateway_team=None, reason_code="team_missing"),
)

ESTIMATED_ROWS = (
    ExpectedRow(
        name="openai_chat_stream_without_usage",
        team="team-gamma",
        provider="openai",
        model="gpt-4.1-nano",
        is_stream=True,
        # The provider sent no usage: LiteLLM counted question and answer with its own tokenizer.
        tokens=reported(input_tokens=16, output_tokens=16, total_tokens=32, reasoning_tokens=0),
        total_cost_usd=usd("8"),  # 16 × 0.10 + 16 × 0.40
        flags=("usage_estimated",),
    ),
    ExpectedRow(
        name="anthropic_messages_thinking_estimated",
        team="team-gamma",
        provider="anthropic",
        model="claude-sonnet-4-6",
        is_stream=True,
        # The provider reported no thinking tokens. The 19 are LiteLLM's count of the visible thinking text.
        tokens=reported(
            input_tokens=167 + 6551 + 2579 + 1433,
            output_tokens=1021,
            total_tokens=10730 + 1021,
            cache_read_input_tokens=6551,
            cache_creation_input_tokens=2579 + 1433,
            cache_creation_5m_input_tokens=2579,
            cache_creation_1h_input_tokens=1433,
            reasoning_tokens=19,
        ),
        total_cost_usd=usd("36050.55"),  # 167 × 3 + 6551 × 0.30 + 2579 × 3.75 + 1433 × 6 + 1021 × 15
        flags=("reasoning_estimated",),
    ),
)
"""The rows of `ESTIMATED_CALLS`, which the sums below leave out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedTeamSums:
    """
    One team's figures over `SAMPLE_CALLS`, as the report must print them; NULL counts as nothing.

    Attributes:
        events: Rows by event name.
        tokens: Sums of the columns that are reported anywhere in the team.
    """

    events: Mapping[str, int]
    errors: int
    tokens: Mapping[str, int]
    total_cost_usd: Decimal


EXPECTED_TEAM_SUMS: Mapping[str, ExpectedTeamSums] = {
    "team-alpha": ExpectedTeamSums(
        events={"$ai_generation": 8, "$ai_embedding": 1},
        errors=0,
        tokens={
            "input_tokens": 34741,
            "output_tokens": 5829,
            "total_tokens": 40570,
            "cache_read_input_tokens": 15987,
            "cache_creation_input_tokens": 5387,
            "cache_creation_5m_input_tokens": 2551,
            "cache_creation_1h_input_tokens": 1427,
            "reasoning_tokens": 2547,
            "audio_input_tokens": 0,
            "audio_output_tokens": 0,
            "web_search_count": 3,
            "unexplained_tokens": 0,
        },
        total_cost_usd=Decimal("0.15328772"),
    ),
    "team-beta": ExpectedTeamSums(
        events={"$ai_generation": 8},
        errors=1,
        tokens={
            "input_tokens": 66967,
            "output_tokens": 5692,
            "total_tokens": 72659,
            "cache_read_input_tokens": 38300,
            "cache_creation_input_tokens": 22620,
            "cache_creation_5m_input_tokens": 14538,
            "cache_creation_1h_input_tokens": 8082,
            "reasoning_tokens": 1176,
            "web_search_count": 5,
            "unexplained_tokens": 0,
        },
        total_cost_usd=Decimal("0.2657995"),
    ),
    "team-gamma": ExpectedTeamSums(
        events={"$ai_generation": 10},
        errors=1,
        tokens={
            "input_tokens": 30639,
            "output_tokens": 10877,
            "total_tokens": 41516,
            "cache_read_input_tokens": 15081,
            "cache_creation_input_tokens": 4011,
            "reasoning_tokens": 7020,
            "audio_input_tokens": 876,
            "audio_output_tokens": 0,
            "image_input_tokens": 1206,
            "unexplained_tokens": 0,
        },
        total_cost_usd=Decimal("0.119198287"),
    ),
}
