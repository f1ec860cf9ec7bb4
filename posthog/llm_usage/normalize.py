"""
Any provider's usage → `TokenUsage`. Pure; never raises, whatever it is given.

1. The shape of the object decides the family (`readings.shapes`), and with it what each key means.
2. The possible readings are tested against the reported total (`readings.arithmetic`).
3. Counts become inclusive (`readings.canonical`): input with cache and tools' prompt, output with reasoning.

`trace_reading` goes the same way and keeps every step.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from posthog.llm_usage.payloads.fields import OBJECT
from posthog.llm_usage.readings import otel, posthog_sdk, shapes
from posthog.llm_usage.readings.arithmetic import choose_reading
from posthog.llm_usage.readings.canonical import build_figures, build_usage
from posthog.llm_usage.readings.complete import complete
from posthog.llm_usage.readings.counted import Counted, build_parts
from posthog.llm_usage.readings.family import Call, Family
from posthog.llm_usage.readings.found import Found, collect
from posthog.llm_usage.readings.streams import fold
from posthog.llm_usage.readings.trace import ReadingTrace, trace_choice
from posthog.llm_usage.token_usage import Figures, TokenUsage

RULES_VERSION = "2"
"""Version of the rules that read usage; stored with every row. Raise it when a count can come out differently."""

Usage = Mapping[Any, Any] | Sequence[Any] | None

NOT_REPORTED = TokenUsage()

REALTIME_DONE = "response.done"
"""The event that ends a response of OpenAI's Realtime API; a session has many."""


def normalize_usage(*, provider: str | None, api: str | None, model: str | None, usage: Usage) -> TokenUsage:
    """
    Read one call's usage.

    Args:
        provider: By any name; decides only what the counts themselves leave open. `model` likewise.
        api: A hint. `litellm`: chat counts are the gateway's rewriting. `posthog`: properties of an event, of which
            only the ones that name usage are read. `…realtime…`: the chunks are whole responses.
        usage: The usage object, the body or event around it, OpenTelemetry attributes, `$ai_*` properties; or a list
            of what a stream's chunks said.
    Returns:
        Counts, reading and flags; `reading` is `none` where nothing was reported.
    """
    counted = _count(provider, api, model, usage)
    read = NOT_REPORTED if counted is None else build_usage(counted)
    raw = _find_raw_usage(usage, counted)
    if raw is None:
        return read
    counted = _count(provider, None, model, raw)
    return read if counted is None else posthog_sdk.fill_from_raw(read, build_usage(counted))


def read_figures(*, provider: str | None, api: str | None, model: str | None, usage: Usage) -> Figures:
    """What `normalize_usage` says of the counts that every witness names, and no more: half the work."""
    counted = _count(provider, api, model, usage)
    if counted is None or counted.family is posthog_sdk.FAMILY:
        return normalize_usage(provider=provider, api=api, model=model, usage=usage).figures
    return build_figures(counted)


def trace_reading(*, provider: str | None, api: str | None, model: str | None, usage: Usage) -> ReadingTrace | None:
    """
    How `normalize_usage` came to its reading: each candidate with its equation, and why one was chosen.

    Returns:
        None where nothing was reported.
    """
    counted = _count(provider, api, model, usage)
    if counted is None:
        counted = _count(provider, None, model, _find_raw_usage(usage, counted))
    return None if counted is None else trace_choice(counted)


def _find_raw_usage(usage: object, counted: Counted | None) -> Mapping[Any, Any] | None:
    """The provider's own object that an SDK sent along with its properties."""
    if counted is not None and counted.family is not posthog_sdk.FAMILY:
        return None
    raw = usage.get(posthog_sdk.RAW_USAGE) if isinstance(usage, OBJECT) else None
    return raw if isinstance(raw, OBJECT) else None


def _count(provider: object, api: object, model: object, usage: object) -> Counted | None:
    """Everything up to the choice of the reading; None where the usage says nothing at all."""
    if not usage:
        return None
    api_name = _to_name(api)
    if isinstance(usage, otel.LIST):
        usage = otel.read_attributes(usage) or usage
    if isinstance(usage, OBJECT):
        is_event = api_name == "posthog" and (posthog_sdk.is_event(usage) or otel.is_otel(usage))
        source, family = (usage, _find_event_family(usage)) if is_event else shapes.find_source(usage, api_name)
        found = Found()
        collect(source, family.words, found)
    elif isinstance(usage, otel.LIST):
        source, family, found = _read_chunks(usage, api_name)
    else:
        return None
    call = Call(_to_name(provider), _to_name(model), source)
    complete(found, family, call)
    if not found.counts and not found.flags and found.cost_usd is None:
        return None
    convention, parts = family.convention(call), build_parts(found.counts)
    return Counted(family, call, found, parts, convention, choose_reading(parts, convention))


def _to_name(value: object) -> str:
    return value.strip().lower() if isinstance(value, str) else ""


def _find_event_family(properties: Mapping[Any, Any]) -> Family:
    return otel.FAMILY if otel.is_otel(properties) and not posthog_sdk.is_sdk(properties) else posthog_sdk.FAMILY


def _read_chunks(chunks: Sequence[Any], api: str) -> tuple[Mapping[Any, Any], Family, Found]:
    """Read each chunk in the family that all of them together show, then fold them."""
    unwrapped = [(chunk.get("type"), shapes.unwrap(chunk)) for chunk in chunks if isinstance(chunk, Mapping)]
    counted = [(event, usage) for event, usage in unwrapped if shapes.find_family(usage) is not None]
    together: dict[Any, Any] = {}
    read = []
    for _event, usage in counted:
        together |= {key: value for key, value in usage.items() if value is not None}
    family = shapes.find_family(together, api) or shapes.PLAIN
    for _event, usage in counted:
        found = Found()
        collect(usage, family.words, found)
        read.append(found)
    is_realtime = "realtime" in api or {event for event, _usage in counted if isinstance(event, str)} == {REALTIME_DONE}
    is_session = is_realtime and family is shapes.RESPONSES
    return together, family, fold(read, is_cumulative=family.is_cumulative, is_session=is_session)
