"""`GET …/traces/` and `GET …/traces/<trace_id>/`: traces page by page, and the tree of one."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from posthog.api.llm_analytics.answers import CompletenessAnswer, Fields, SpanAnswer, tell_completeness
from posthog.api.llm_analytics.generation_answers import GenerationAnswer
from posthog.api.llm_analytics.query_parameters import FilteredParameters, to_span_json
from posthog.api.rest.cursor import decode_cursor, encode_cursor, parse_moment, parse_text
from posthog.api.rest.fields import AmountField
from posthog.api.rest.team_view import TeamView
from posthog.llm_analytics.queries.answer_completeness import list_reasons
from posthog.llm_analytics.queries.traces import (
    MOST_EVENTS,
    TracesQuestion,
    list_trace_events,
    list_traces,
)
from posthog.llm_analytics.trace_tree import SUMMED_COSTS, SUMMED_TOKENS, Node, build_tree, sum_calls


class TracesParameters(FilteredParameters):
    session_id = serializers.CharField(required=False, max_length=500, help_text="Only traces of this session.")
    limit = serializers.IntegerField(min_value=1, max_value=500, default=50)
    cursor = serializers.CharField(required=False, max_length=2000, help_text="`next_cursor` of the page before.")


class TraceSumsAnswer(serializers.Serializer[Any]):
    """Sums over the calls of a trace, or of a part of it."""

    calls = serializers.IntegerField()
    failed_calls = serializers.IntegerField()
    unpriced_calls = serializers.IntegerField(help_text="More than 0: costs are lower bounds.")

    def get_fields(self) -> Fields:
        tokens = {name: serializers.IntegerField(allow_null=True) for name in SUMMED_TOKENS}
        return super().get_fields() | tokens | {name: AmountField(allow_null=True) for name in SUMMED_COSTS}


class TraceAnswer(serializers.Serializer[Any]):
    trace_id = serializers.CharField()
    trace_name = serializers.CharField(allow_null=True)
    session_id = serializers.CharField(allow_null=True)
    distinct_id = serializers.CharField()
    started_at = serializers.DateTimeField()
    last_event_at = serializers.DateTimeField()
    events = serializers.IntegerField()
    models = serializers.ListField(child=serializers.CharField())
    sums = TraceSumsAnswer()


class TracesAnswer(serializers.Serializer[Any]):
    range = SpanAnswer()
    traces = TraceAnswer(many=True)
    next_cursor = serializers.CharField(allow_null=True, help_text="null: this is the last page.")
    completeness = CompletenessAnswer()


class NodeAnswer(serializers.Serializer[Any]):
    depth = serializers.IntegerField(help_text="0: a root. Nodes come depth first: what is below one follows it.")
    parent_uuid = serializers.UUIDField(allow_null=True)
    event = GenerationAnswer()
    sums = TraceSumsAnswer()


class TraceDetailAnswer(serializers.Serializer[Any]):
    trace_id = serializers.CharField()
    sums = TraceSumsAnswer()
    nodes = NodeAnswer(many=True)
    is_cut = serializers.BooleanField(help_text=f"true: it has more than {MOST_EVENTS:,} events; the rest is not here.")


class TracesView(TeamView):
    query_serializer = TracesParameters

    @extend_schema(operation_id="list_traces", parameters=[TracesParameters], responses=TracesAnswer)
    def get(self, request: Request, team_id: int) -> Response:
        """Traces, the latest begun first. Sums are of their events in the range that fit the filters."""
        query = self.parse_query()
        span, filters = query["span"], query["filters"]
        narrowed = [filters.labels, filters.is_error, filters.flags, query.get("session_id")]
        shared = [self.team.id, span.start, span.end, narrowed]
        question = TracesQuestion(
            span=span,
            filters=filters,
            session_id=query.get("session_id", ""),
            after=_read_cursor(query, shared),
            limit=query["limit"] + 1,
        )
        rows = list_traces(self.scope, question)
        page = rows[: query["limit"]]
        last = [page[-1]["started_at"], page[-1]["trace_id"]] if len(rows) > len(page) else None
        answer = {
            "range": to_span_json(span),
            "traces": [row | {"sums": row} for row in page],
            "next_cursor": encode_cursor(last, question=shared) if last else None,
            "completeness": tell_completeness(list_reasons(self.team, span, now=self.now)),
        }
        return Response(TracesAnswer(answer).data)


def _read_cursor(query: Mapping[str, Any], shared: Any) -> tuple[datetime, str] | None:
    if "cursor" not in query:
        return None
    started_at, trace_id = decode_cursor(query["cursor"], question=shared, parsers=[parse_moment, parse_text])
    return started_at, trace_id


class TraceView(TeamView):
    @extend_schema(operation_id="get_trace", responses=TraceDetailAnswer)
    def get(self, request: Request, team_id: int, trace_id: str) -> Response:
        """The tree of a trace, whenever its events were; each node with the sums of what is at and below it."""
        self.parse_query()
        events = list_trace_events(self.scope, trace_id)
        if not events:
            raise NotFound("trace_id: this team has no event of this trace", "trace_unknown")
        shown = events[:MOST_EVENTS]
        answer = {
            "trace_id": trace_id,
            "sums": sum_calls(shown),
            "nodes": [_tell_node(node) for node in build_tree(shown)],
            "is_cut": len(events) > len(shown),
        }
        return Response(TraceDetailAnswer(answer).data)


def _tell_node(node: Node) -> dict[str, Any]:
    return {"depth": node.depth, "parent_uuid": node.parent, "event": node.event, "sums": node.sums}
