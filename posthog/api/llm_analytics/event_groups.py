"""The base of `traces/` and `sessions/`: what events share an id, summed, page by page."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rest_framework import serializers

from posthog.api.llm_analytics.answers import CompletenessAnswer, Fields, SpanAnswer, tell_completeness
from posthog.api.llm_analytics.query_parameters import FilteredParameters, to_span_json
from posthog.api.rest.cursor import decode_cursor, encode_cursor, parse_moment, parse_text
from posthog.api.rest.fields import AmountField
from posthog.api.rest.team_view import TeamView
from posthog.llm_analytics.queries.answer_completeness import list_reasons
from posthog.llm_analytics.queries.traces import GroupKey, TracesQuestion, list_traces
from posthog.llm_analytics.trace_tree import SUMMED_COSTS, SUMMED_TOKENS


class GroupsParameters(FilteredParameters):
    """The range, every filter, and the page."""

    limit = serializers.IntegerField(min_value=1, max_value=500, default=50)
    cursor = serializers.CharField(required=False, max_length=2000, help_text="`next_cursor` of the page before.")


class SumsAnswer(serializers.Serializer[Any]):
    """Sums over the calls of a trace or session, or of a part of it."""

    calls = serializers.IntegerField()
    failed_calls = serializers.IntegerField()
    unpriced_calls = serializers.IntegerField(help_text="More than 0: costs are lower bounds.")

    def get_fields(self) -> Fields:
        tokens = {name: serializers.IntegerField(allow_null=True) for name in SUMMED_TOKENS}
        return super().get_fields() | tokens | {name: AmountField(allow_null=True) for name in SUMMED_COSTS}


class GroupAnswer(serializers.Serializer[Any]):
    """What every line has."""

    distinct_id = serializers.CharField()
    started_at = serializers.DateTimeField()
    last_event_at = serializers.DateTimeField()
    events = serializers.IntegerField()
    models = serializers.ListField(child=serializers.CharField())
    sums = SumsAnswer()


class GroupsAnswer(serializers.Serializer[Any]):
    """What every page has beside its lines."""

    range = SpanAnswer()
    next_cursor = serializers.CharField(allow_null=True, help_text="null: this is the last page.")
    completeness = CompletenessAnswer()


class GroupsView(TeamView):
    """A list of groups of events, the latest begun first."""

    query_serializer = GroupsParameters

    def answer_page(self, key: GroupKey, name: str) -> dict[str, Any]:
        """The page that was asked for, its lines under `name`."""
        query = self.parse_query()
        span = query["span"]
        shared = _list_shared(self.team.id, key, query)
        question = TracesQuestion(
            span=span,
            filters=query["filters"],
            key=key,
            session_id=query.get("session_id", ""),
            after=_read_cursor(query, shared),
            limit=query["limit"] + 1,
        )
        rows = list_traces(self.scope, question)
        page = rows[: query["limit"]]
        last = [page[-1]["started_at"], page[-1][key]] if len(rows) > len(page) else None
        return {
            "range": to_span_json(span),
            name: [row | {"sums": row} for row in page],
            "next_cursor": encode_cursor(last, question=shared) if last else None,
            "completeness": tell_completeness(list_reasons(self.team, span, now=self.now)),
        }


def _list_shared(team_id: int, key: GroupKey, query: Mapping[str, Any]) -> list[Any]:
    """What all pages have in common."""
    span, filters = query["span"], query["filters"]
    narrowed = [filters.labels, filters.is_error, filters.flags, query.get("session_id")]
    return [team_id, key, span.start, span.end, narrowed]


def _read_cursor(query: Mapping[str, Any], shared: Any) -> tuple[datetime, str] | None:
    if "cursor" not in query:
        return None
    started_at, name = decode_cursor(query["cursor"], question=shared, parsers=[parse_moment, parse_text])
    return started_at, name
