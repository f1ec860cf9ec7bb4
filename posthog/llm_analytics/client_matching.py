"""
Which client's report is which call of the gateway's. Pure.

A client that calls a model through the gateway may report the call itself: by an SDK's wrapper, by OpenTelemetry, by
the gateway's own PostHog callback. The gateway's report is the one that counts; the others are recognized here:

1. by the answer: the client's id of it is the gateway's. Any number of clients may report one answer.
2. by the gateway's call id (`x-litellm-call-id`), with the same outcome. Tries of one request share that id, and a
   client can set it, so calls may: of one reporter only one report is taken for a call, the nearest first, and two
   different answers are never one call.

Both only where the models agree, as far as they are named, and the two were at work within minutes of each other.

Two instrumentations around one call each write a span of it, and the two may come in different exports, where neither
door could tell (`payloads.otel.wrappers` does within one). Of spans of one trace that name the same answer, the outer
ones are taken for the innermost within their time, which counts.
The result follows from the reports alone, not from the order in which they came.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from posthog.llm_usage.payloads.captured import parse_uuid
from posthog.llm_usage.payloads.otel.properties import LIBRARY

APART = timedelta(minutes=10)
"""By how much a client's clock, corrected, may differ from the gateway's; wrappers name the end of a call."""
VERSION = re.compile(r"[-@:](\d{8}|\d{4}-\d{2}-\d{2}|latest)$")
READ = "read"
INFERENCE = "inference"


class Place(NamedTuple):
    """Where a row lies in the table's order; one place is one row."""

    team_id: int
    hour: datetime
    trace_id: str
    uuid: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """
    One report of a call, a gateway's or a client's.

    Attributes:
        reporter: What reported it, e.g. `posthog-python`; '' where it does not say.
        response_id: Of the provider's answer, without what LiteLLM puts after it; '' where unknown, as all ids.
        span_id: A client's own id of the call, which may be the answer's.
        call_kind: As first reported, whatever became of it since.
        models: Every name that the report gives the model.
        is_failure: As the report says.
        latency: Of the call, zero where unknown.
        linked_to: The row that this report is taken for by now, a gateway's or an inner span's; None: it counts.
    """

    place: Place
    is_gateways: bool
    reporter: str
    response_id: str
    span_id: str
    call_id: str
    call_kind: str
    models: frozenset[str]
    is_failure: bool
    started_at: datetime
    latency: timedelta
    ingested_at: datetime
    linked_to: UUID | None

    @property
    def ids(self) -> set[str]:
        """Everything that the report of another source may name it by."""
        return {self.response_id, self.span_id, self.call_id} - {""}


def match_reports(reports: Iterable[Report]) -> dict[Place, UUID | None]:
    """Find for each client's report the row of the same call that counts in its place; None: it counts itself."""
    ordered = sorted(reports, key=lambda report: (report.started_at, report.place.uuid))
    clients = [report for report in ordered if not report.is_gateways]
    gateways = [report for report in ordered if report.is_gateways]
    links = _match_by_answer(clients, gateways)
    taken = {(client.reporter, links[client.place]) for client in clients if client.place in links}
    links |= _match_by_call_id([client for client in clients if client.place not in links], gateways, taken)
    links |= _match_nested([client for client in clients if client.place not in links])
    return {client.place: links.get(client.place) for client in clients}


def name_model(*names: str | None) -> frozenset[str]:
    """Names of a model that compare: without the provider before them and the version behind, in lower case."""
    return frozenset(VERSION.sub("", name.lower().rpartition("/")[2]) for name in names if name)


def _match_by_answer(clients: Sequence[Report], gateways: Sequence[Report]) -> dict[Place, UUID]:
    by_response = _group(gateways, "response_id")
    links: dict[Place, UUID] = {}
    for client in clients:
        ids = [(client.place.team_id, each) for each in (client.response_id, client.span_id) if each]
        fitting = [g for key in ids for g in by_response.get(key, ()) if _is_compatible(client, g)]
        same_outcome = [g for g in fitting if g.is_failure == client.is_failure]
        nearest = min(same_outcome or fitting, key=lambda g: _rank(client, g), default=None)
        if nearest is not None:
            links[client.place] = nearest.place.uuid
    return links


def _match_by_call_id(
    clients: Sequence[Report], gateways: Sequence[Report], taken: set[tuple[str, UUID]]
) -> dict[Place, UUID]:
    pairs = sorted(_list_call_pairs(clients, gateways), key=lambda pair: (_rank(*pair), pair[0].place.uuid))
    links: dict[Place, UUID] = {}
    for client, gateway in pairs:
        key = (client.reporter, gateway.place.uuid)
        if client.place not in links and key not in taken:
            links[client.place] = gateway.place.uuid
            taken.add(key)
    return links


def _match_nested(clients: Sequence[Report]) -> dict[Place, UUID]:
    spans: dict[tuple[int, str, str, bool], list[Report]] = defaultdict(list)
    for client in clients:
        if client.reporter == LIBRARY and client.response_id and client.call_kind == INFERENCE:
            spans[client.place.team_id, client.place.trace_id, client.response_id, client.is_failure].append(client)
    links: dict[Place, UUID] = {}
    for same in spans.values():
        for outer in same:
            inner = [span for span in same if _is_inside(span, outer) and _is_compatible(span, outer)]
            if inner:
                links[outer.place] = max(inner, key=_depth).place.uuid
    return links


def _is_inside(inner: Report, outer: Report) -> bool:
    """In time; of two that began and ended as one, one is inside the other, whichever."""
    ends_within = inner.started_at + inner.latency <= outer.started_at + outer.latency
    return outer.started_at <= inner.started_at and ends_within and _depth(outer) < _depth(inner)


def _depth(span: Report) -> tuple[datetime, timedelta, UUID]:
    return span.started_at, -span.latency, span.place.uuid


def _list_call_pairs(clients: Sequence[Report], gateways: Sequence[Report]) -> Iterator[tuple[Report, Report]]:
    by_call = _group(gateways, "call_id")
    for client in clients:
        for gateway in by_call.get((client.place.team_id, client.call_id), ()) if client.call_id else ():
            is_same_outcome = client.is_failure == gateway.is_failure
            if is_same_outcome and _is_compatible(client, gateway) and not _is_other_answer(client, gateway):
                yield client, gateway


def _group(gateways: Iterable[Report], name: str) -> Mapping[tuple[int, str], list[Report]]:
    groups: dict[tuple[int, str], list[Report]] = defaultdict(list)
    for gateway in gateways:
        groups[gateway.place.team_id, getattr(gateway, name)].append(gateway)
    return groups


def _is_compatible(client: Report, gateway: Report) -> bool:
    is_known = client.models and gateway.models
    is_one_kind = (client.call_kind == READ) == (gateway.call_kind == READ)
    return (
        is_one_kind and not (is_known and client.models.isdisjoint(gateway.models)) and _gap(client, gateway) <= APART
    )


def _is_other_answer(client: Report, gateway: Report) -> bool:
    """Two answers' ids that differ; a bare uuid is an id that the client made itself, and says nothing."""
    is_answers = bool(client.response_id) and parse_uuid(client.response_id) is None
    return bool(is_answers and gateway.response_id and client.response_id != gateway.response_id)


def _gap(client: Report, gateway: Report) -> timedelta:
    """The time between the two; zero where they overlap. A client's moment may be its call's start or its end."""
    first, last = client.started_at - client.latency, client.started_at + client.latency
    return max(first - (gateway.started_at + gateway.latency), gateway.started_at - last, timedelta())


def _rank(client: Report, gateway: Report) -> tuple[timedelta, UUID]:
    ended_at = gateway.started_at + gateway.latency
    distance = min(abs(client.started_at - gateway.started_at), abs(client.started_at - ended_at))
    return distance, gateway.place.uuid
