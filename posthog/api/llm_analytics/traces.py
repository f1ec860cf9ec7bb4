"""`GET …/traces/` and `GET …/traces/<trace_id>/`: traces page by page, and the tree of one."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from posthog.api.llm_analytics.event_groups import (
    GroupAnswer,
    GroupsAnswer,
    GroupsParameters,
    GroupsView,
    SumsAnswer,
)
from posthog.api.llm_analytics.generation_answers import GenerationAnswer
from posthog.api.rest.team_view import TeamView
from posthog.llm_analytics.queries.traces import MOST_EVENTS, list_trace_events
from posthog.llm_analytics.trace_tree import Node, build_tree, sum_calls


class TracesParameters(GroupsParameters):
    session_id = serializers.CharField(required=False, max_length=500, help_text="Only traces of this session.")


class TraceAnswer(GroupAnswer):
    """The calls of one trace."""

    trace_id = serializers.CharField()
    trace_name = serializers.CharField(allow_null=True)
    session_id = serializers.CharField(allow_null=True)


class TracesAnswer(GroupsAnswer):
    traces = TraceAnswer(many=True)


class NodeAnswer(serializers.Serializer[Any]):
    depth = serializers.IntegerField(help_text="0: a root. Nodes come depth first: what is below one follows it.")
    parent_uuid = serializers.UUIDField(allow_null=True)
    event = GenerationAnswer()
    sums = SumsAnswer()


class TraceDetailAnswer(serializers.Serializer[Any]):
    trace_id = serializers.CharField()
    sums = SumsAnswer()
    nodes = NodeAnswer(many=True)
    is_cut = serializers.BooleanField(help_text=f"true: it has more than {MOST_EVENTS:,} events; the rest is not here.")


class TracesView(GroupsView):
    query_serializer = TracesParameters

    @extend_schema(operation_id="list_traces", parameters=[TracesParameters], responses=TracesAnswer)
    def get(self, request: Request, team_id: int) -> Response:
        """Traces, the latest begun first. Sums are of their events in the range that fit the filters."""
        return Response(TracesAnswer(self.answer_page("trace_id", "traces")).data)


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
