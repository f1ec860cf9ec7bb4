"""
Model calls that only repeat another's: two instrumentations around one call each write a span of it.

LangChain's span of a chat model holds the OpenAI client's span of the same request; both name the same tokens. The
outer one is taken for a wrapper where a call inside it has the same answer, or where a call inside it, or all calls
inside it together, say exactly what it says. Where neither is so both count, for nothing proves that they are one.
Spans between the two may be anybody's (HTTP clients), but not another step of an agent: a call that a tool makes is a
call of its own.

Only spans of one export are compared. A wrapper ends right after what it wraps, so that they nearly always share one;
where they do not, those that name the same answer are linked once they are rows (`client_matching.py`).
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from posthog.llm_usage.normalize import normalize_usage
from posthog.llm_usage.payloads.otel.kinds import SpanKind, find_kind
from posthog.llm_usage.payloads.otel.names import find_answer_id
from posthog.llm_usage.payloads.otel.spans import Span

MAX_CLIMB = 100


class Counts(NamedTuple):
    input_tokens: int | None
    output_tokens: int | None


NO_COUNTS = Counts(None, None)

SpanKey = tuple[str, str]
"""Trace id and span id."""


def find_wrappers(spans: Iterable[Span]) -> set[SpanKey]:
    """The model calls of one request whose counts are those of calls inside them."""
    by_key = {(span.trace_id, span.span_id): span for span in spans}
    kinds = {key: find_kind(span) for key, span in by_key.items()}
    inner: dict[SpanKey, list[Span]] = {}
    for key, span in by_key.items():
        outer = _find_outer(span, by_key, kinds) if _is_call(kinds[key]) else None
        if outer is not None:
            inner.setdefault(outer, []).append(span)
    return {key for key, calls in inner.items() if _repeats(by_key[key], calls)}


def _is_call(kind: SpanKind | None) -> bool:
    return kind in ("generation", "embedding")


def _find_outer(span: Span, by_key: Mapping[SpanKey, Span], kinds: Mapping[SpanKey, SpanKind | None]) -> SpanKey | None:
    """The nearest span above that an AI application wrote, if it is a call of a model."""
    for above in _list_above(span, by_key):
        key = (above.trace_id, above.span_id)
        if kinds[key] is not None:
            return key if _is_call(kinds[key]) and _is_below_root(above, by_key) else None
    return None


def _list_above(span: Span, by_key: Mapping[SpanKey, Span]) -> Iterator[Span]:
    for _ in range(MAX_CLIMB):
        above = by_key.get((span.trace_id, span.parent_span_id))
        if above is None:
            return
        yield above
        span = above


def _is_below_root(span: Span, by_key: Mapping[SpanKey, Span]) -> bool:
    """Whether its parents come to an end: in a circle each would be the wrapper of the others, and none would count."""
    return sum(1 for _ in _list_above(span, by_key)) < MAX_CLIMB


def _count(span: Span) -> Counts:
    usage = normalize_usage(provider=None, api="posthog", model=None, usage=span.attributes)
    return Counts(usage.input_tokens, usage.output_tokens)


def _repeats(outer: Span, inner: list[Span]) -> bool:
    counted = {span.span_id: counts for span in inner if (counts := _count(span)) != NO_COUNTS}
    answers = {find_answer_id(span.attributes) for span in inner if span.span_id in counted} - {None}
    if find_answer_id(outer.attributes) in answers:
        return True
    said = list(counted.values())
    return bool(said) and _count(outer) in (NO_COUNTS, *said, _add(said))


def _add(counts: list[Counts]) -> Counts:
    return Counts(_add_known([one.input_tokens for one in counts]), _add_known([one.output_tokens for one in counts]))


def _add_known(counts: list[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if known else None
