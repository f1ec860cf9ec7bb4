"""
Calls that the gateway reported, and a client as well: the gateway's row counts, the client's is kept as a
`client_report`, a call kind that no sum takes, and names the gateway's row (`$ai_reported_by`).

Which is which says `client_matching.py`, from the rows alone. So it makes no difference who reports first: whoever
comes second finds the other's row. A client's row that is stored already is written again, with a later `ingested_at`.

Two drains may store both sides of a call at one moment, and neither finds the other's row before its INSERT. So
everything is looked at once more after it: whichever INSERT is the later, its drain sees both rows. What a team
without clients' events pays for that is one question to Postgres (`ClientReportHour`): a drain with clients' events
notes their hours there before it looks, and a drain with gateways' events asks after its INSERT.

Outer spans of a call whose inner span came in another export are linked to that one in the same way.

An event whose place in the table depends on its delivery may be stored in two (a clock's correction that crosses an
hour, no timestamp at all): the older is put out here, too.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from posthog.llm_analytics.ai_event_store import insert_rows
from posthog.llm_analytics.changed_hours import announce_changes, find_hours, mark_changed
from posthog.llm_analytics.client_matching import Place, Report, match_reports
from posthog.llm_analytics.client_report_rows import (
    apply_link,
    describe_row,
    find_place,
    is_call,
    is_clients_call,
    put_out_row,
    rewrite_row,
)
from posthog.llm_analytics.client_report_store import (
    find_gateways_uuids,
    find_places,
    load_reports,
    load_rows,
    may_meet,
    note_hours,
)
from posthog.llm_analytics.superseding import name_rows
from posthog.llm_usage.identity import derive_event_uuid
from posthog.llm_usage.rows import Row


@dataclass(frozen=True, slots=True)
class Linked:
    """
    What an INSERT should hold.

    Attributes:
        rows: The rows it was meant to hold, clients' reports among them marked as what they are.
        rewritten: New versions of rows that are stored already, or that another delivery's row replaces.
        known: Where all rows lie that were looked at; empty where there was nothing to look at.
    """

    rows: list[Row]
    rewritten: list[Row]
    known: frozenset[Place]


def link_client_reports(rows: Sequence[Row], *, now: datetime) -> Linked:
    """
    Link what is about to be stored, with one another and with what is stored.

    Args:
        rows: Of `ai_events`, of any sources and teams.
        now: Aware UTC.
    Raises:
        ClickHouseError: The store could not be read.
    """
    rows = _keep_off_gateways(rows)
    note_hours(row for row in rows if is_clients_call(row))
    calls = [row for row in rows if is_call(row)]
    if not may_meet(calls):
        return Linked(list(rows), [], frozenset())
    stored = load_reports(calls)
    if not stored and not any(is_clients_call(row) for row in calls):
        return Linked(list(rows), [], frozenset(map(find_place, calls)))
    fresh = {find_place(row): row for row in rows if is_call(row)}
    fresh = {place: row for place, row in fresh.items() if _is_newest(row, stored.get(place))}
    reports = stored | {place: describe_row(row) for place, row in fresh.items()}
    links, replaced = _decide(reports.values())
    linked = [apply_link(row, links.get(find_place(row))) if is_clients_call(row) else row for row in rows]
    changed = [place for place, link in links.items() if place not in fresh and reports[place].linked_to != link]
    rewritten = [rewrite_row(row, links[find_place(row)], now=now) for row in load_rows(changed)]
    put_out = [
        *load_rows([place for place in replaced if place not in fresh]),
        *(fresh[p] for p in replaced if p in fresh),
    ]
    known = {*stored, *(find_place(row) for row in rows if is_call(row))}
    return Linked(linked, [*rewritten, *(put_out_row(row, now=now) for row in put_out)], frozenset(known))


def relink_stored(rows: Sequence[Row], *, now: datetime, known: Collection[Place] = ()) -> int:
    """
    Look once more at rows that were just stored; returns how many had to be written again.

    Args:
        known: What the rows were linked with; where nothing else is found they are linked as they should be.
    Raises:
        ClickHouseError: The store could not be read or written; do it again.
    """
    calls = [row for row in rows if is_call(row)]
    if not may_meet(calls):
        return 0
    if known and find_places(calls).issubset(known):
        return 0
    reports = load_reports(calls)
    links, replaced = _decide(reports.values())
    changed = [place for place, link in links.items() if reports[place].linked_to != link]
    again = [rewrite_row(row, links[find_place(row)], now=now) for row in load_rows(changed)]
    again += [put_out_row(row, now=now) for row in load_rows(replaced)]
    if again:
        hours = find_hours(again)
        announce_changes(hours, now=now)
        insert_rows(again, deduplication_token=f"relink{now.isoformat()}{name_rows(again)}")
        mark_changed(hours, now=now)
    return len(again)


def _decide(reports: Collection[Report]) -> tuple[dict[Place, UUID | None], list[Place]]:
    """The link of each client's report, and the places that a newer delivery of the same event replaces."""
    newest: dict[tuple[int, UUID], Report] = {}
    for report in sorted(reports, key=lambda report: (report.ingested_at, report.place)):
        newest[report.place.team_id, report.place.uuid] = report
    standing = {report.place for report in newest.values()}
    links = match_reports(report for report in reports if report.place in standing)
    return links, [report.place for report in reports if report.place not in standing and not report.is_gateways]


def _is_newest(row: Row, stored: Report | None) -> bool:
    return stored is None or bool(stored.ingested_at <= row["ingested_at"])


def _keep_off_gateways(rows: Sequence[Row]) -> list[Row]:
    """
    A client that sends the uuid of a gateway's row does not replace that row: its own gets another uuid. So does a
    span or a rejected call, for under that uuid it would take the gateway's call out of every sum.
    """
    theirs = find_gateways_uuids(rows)
    return [
        row | {"uuid": derive_event_uuid(row["team_id"], "captured", str(row["uuid"]))}
        if row["gateway"] is None and (row["team_id"], row["uuid"]) in theirs
        else row
        for row in rows
    ]
