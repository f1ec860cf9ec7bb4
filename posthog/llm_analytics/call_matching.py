"""
Which event of ours is which call of the gateway's books. Pure.

No single id tells (ACCOUNTING contract, section 6): the books' `request_id` is the response's id, or the call's, with
a suffix of its own for cache hits; calls that were tried again share the call id; a client can set it. So the surest
pairs are made first, each call and each event in one pair only:

1. the same response id and the same call id;
2. the same response id;
3. the same call id and the same outcome, the nearest start first;
4. the same moment, model and counts, where nothing else fits either of them. Such a pair is marked as likely.

Two different call ids are two calls, and so are two different response ids of successes, whatever else is the same.

Measured (LiteLLM 1.108.7, 30 calls of 6 providers): `request_id` equals the payload's `id` but for the suffix of
cache hits, and the call ids are equal; a failure starts 3 to 4 ms earlier in the books.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

LIKELY_WITHIN = timedelta(milliseconds=2)
"""The books round moments to milliseconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """
    What tells a call, in the gateway's books or in ours.

    Attributes:
        response_id: Without what LiteLLM puts after it; '' where unknown, as with the call id.
        started_at: Aware UTC.
        input_tokens, output_tokens: None where nobody reported them, or zero: the books do not tell these apart.
    """

    response_id: str
    call_id: str
    is_failure: bool
    is_cache_hit: bool
    started_at: datetime
    model: str = ""
    input_tokens: int | None = None
    output_tokens: int | None = None


L = TypeVar("L", bound=Call)
S = TypeVar("S", bound=Call)
Key = Callable[[Call], Hashable | None]


@dataclass(frozen=True, slots=True)
class Pair(Generic[L, S]):
    """`is_likely`: by likeness, not by an id."""

    logged: L
    stored: S
    is_likely: bool = False


@dataclass(frozen=True, slots=True)
class Matches(Generic[L, S]):
    """Every call and every event given, once."""

    pairs: list[Pair[L, S]]
    only_logged: list[L]
    only_stored: list[S]


def match_calls(logged: Iterable[L], stored: Iterable[S], *, is_likeness_enough: bool = True) -> Matches[L, S]:
    """Pair what is the same call."""
    left, right = list(logged), list(stored)
    pairs: list[Pair[L, S]] = []
    for key in (_both_ids, _response_id, _call_id):
        pairs += _pair_by(key, left, right)
        left, right = _without(left, (p.logged for p in pairs)), _without(right, (p.stored for p in pairs))
    if is_likeness_enough:
        pairs += _pair_likely(left, right)
        left, right = _without(left, (p.logged for p in pairs)), _without(right, (p.stored for p in pairs))
    return Matches(pairs, left, right)


C = TypeVar("C", bound=Call)


def _without(calls: Sequence[C], gone: Iterable[Call]) -> list[C]:
    ids = {id(call) for call in gone}
    return [call for call in calls if id(call) not in ids]


def _both_ids(call: Call) -> Hashable | None:
    return (call.response_id, call.call_id, call.is_cache_hit) if call.response_id and call.call_id else None


def _response_id(call: Call) -> Hashable | None:
    return (call.response_id, call.is_cache_hit) if call.response_id else None


def _call_id(call: Call) -> Hashable | None:
    return (call.call_id, call.is_failure, call.is_cache_hit) if call.call_id else None


def _pair_by(key: Key, logged: Sequence[L], stored: Sequence[S]) -> Iterator[Pair[L, S]]:
    by_key: dict[Hashable, list[S]] = defaultdict(list)
    for event in sorted(stored, key=lambda event: event.started_at):
        if (found := key(event)) is not None:
            by_key[found].append(event)
    for call in sorted(logged, key=lambda call: call.started_at):
        candidates = by_key.get(key(call))
        if candidates and (chosen := _find_nearest(call, candidates)) is not None:
            candidates.remove(chosen)
            yield Pair(call, chosen)


def _find_nearest(call: Call, candidates: Sequence[S]) -> S | None:
    """The one that began nearest; of the same outcome if there is one."""
    fitting = [event for event in candidates if not _contradict(call, event)]
    same_outcome = [event for event in fitting if event.is_failure == call.is_failure]
    return min(same_outcome or fitting, key=lambda event: abs(event.started_at - call.started_at), default=None)


def _contradict(call: Call, event: Call) -> bool:
    if call.call_id and event.call_id and call.call_id != event.call_id:
        return True
    is_success = not (call.is_failure or event.is_failure)
    return bool(is_success and call.response_id and event.response_id and call.response_id != event.response_id)


def _pair_likely(logged: Sequence[L], stored: Sequence[S]) -> Iterator[Pair[L, S]]:
    """Pairs in which each is the only one that is like the other."""
    calls, events = _group_alike(logged), _group_alike(stored)
    for looks, alike in calls.items():
        for call in alike:
            near = _list_near(call, events.get(looks, ()))
            if len(near) == 1 and len(_list_near(near[0], alike)) == 1:
                yield Pair(call, near[0], is_likely=True)


def _group_alike(calls: Iterable[C]) -> dict[Hashable, list[C]]:
    """By outcome, model and counts, each group by its start."""
    groups: dict[Hashable, list[C]] = defaultdict(list)
    for call in sorted(calls, key=lambda call: call.started_at):
        looks = (call.is_failure, call.is_cache_hit, call.model, call.input_tokens or 0, call.output_tokens or 0)
        groups[looks].append(call)
    return groups


def _list_near(call: Call, others: Sequence[C]) -> list[C]:
    first = bisect_left(others, call.started_at - LIKELY_WITHIN, key=lambda other: other.started_at)
    last = bisect_right(others, call.started_at + LIKELY_WITHIN, key=lambda other: other.started_at)
    return [other for other in others[first:last] if not _contradict(call, other)]
