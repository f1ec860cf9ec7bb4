"""`GET …/generations/` and `GET …/generations/<uuid>/`: calls page by page, and everything about one."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from posthog.api.llm_analytics.answers import CompletenessAnswer, SpanAnswer, tell_completeness
from posthog.api.llm_analytics.generation_answers import CONTENT_COLUMNS, GenerationAnswer, GenerationDetailAnswer
from posthog.api.llm_analytics.query_parameters import FilteredParameters, to_span_json
from posthog.api.rest.cursor import decode_cursor, encode_cursor, parse_moment, parse_number, parse_uuid
from posthog.api.rest.team_view import TeamView
from posthog.errors import InvalidEvent
from posthog.llm_analytics.queries.answer_completeness import list_reasons
from posthog.llm_analytics.queries.generations import ORDERS, GenerationsQuestion, list_generations
from posthog.llm_usage.explanation import explain_row
from posthog.models.custom_price import load_team_prices

ORDER_CHOICES = tuple(sign + name for name in ORDERS for sign in ("-", ""))
SEARCH_HELP = "A uuid, trace, session, span, generation or gateway call id in full, or its beginning and `*`."


class GenerationsParameters(FilteredParameters):
    search = serializers.CharField(required=False, max_length=500, help_text=SEARCH_HELP)
    order_by = serializers.ChoiceField(
        choices=ORDER_CHOICES, default="-timestamp", help_text="`-`: the largest first. Unknown values come last."
    )
    limit = serializers.IntegerField(min_value=1, max_value=500, default=50)
    cursor = serializers.CharField(required=False, max_length=2000, help_text="`next_cursor` of the page before.")


class GenerationsAnswer(serializers.Serializer[Any]):
    range = SpanAnswer()
    generations = GenerationAnswer(many=True)
    next_cursor = serializers.CharField(allow_null=True, help_text="null: this is the last page.")
    completeness = CompletenessAnswer()


class GenerationsView(TeamView):
    query_serializer = GenerationsParameters

    @extend_schema(operation_id="list_generations", parameters=[GenerationsParameters], responses=GenerationsAnswer)
    def get(self, request: Request, team_id: int) -> Response:
        """Calls, newest first. A call that arrives while pages are turned neither shifts nor repeats a line."""
        query = self.parse_query()
        shared = self._list_shared(query)
        question = GenerationsQuestion(
            span=query["span"],
            filters=query["filters"],
            search=query.get("search", ""),
            order_by=query["order_by"].removeprefix("-"),
            is_descending=query["order_by"].startswith("-"),
            after=_read_cursor(query, shared),
            limit=query["limit"] + 1,
        )
        rows = list_generations(self.scope, question)
        page = rows[: query["limit"]]
        answer = {
            "range": to_span_json(query["span"]),
            "generations": page,
            "next_cursor": _write_cursor(page[-1], question, shared) if len(rows) > len(page) else None,
            "completeness": tell_completeness(list_reasons(self.team, query["span"], now=self.now)),
        }
        return Response(GenerationsAnswer(answer).data)

    def _list_shared(self, query: Mapping[str, Any]) -> list[Any]:
        """What all pages have in common."""
        span, filters = query["span"], query["filters"]
        narrowed = [filters.labels, filters.is_error, filters.flags]
        return [self.team.id, span.start, span.end, narrowed, query.get("search"), query["order_by"]]


def _read_cursor(query: Mapping[str, Any], shared: Any) -> tuple[Any, str] | None:
    if "cursor" not in query:
        return None
    parse_value = parse_moment if query["order_by"].endswith("timestamp") else parse_number
    value, uuid = decode_cursor(query["cursor"], question=shared, parsers=[parse_value, parse_uuid])
    return value, uuid


def _write_cursor(row: Mapping[str, Any], question: GenerationsQuestion, shared: Any) -> str:
    return encode_cursor([row[question.order_by], str(row["uuid"])], question=shared)


class GenerationView(TeamView):
    @extend_schema(operation_id="get_generation", responses=GenerationDetailAnswer)
    def get(self, request: Request, team_id: int, uuid: UUID) -> Response:
        """One call: every column, its content, the usage as received, and where each figure comes from."""
        self.parse_query()
        row = self.scope.find_event(uuid)
        if row is None:
            raise NotFound("uuid: this team has no event of this uuid", "event_unknown")
        return Response(GenerationDetailAnswer(tell_generation(row)).data)


def tell_generation(row: Mapping[str, Any]) -> dict[str, Any]:
    """A stored row with its evidence parsed and explained."""
    explanation, fault = None, None
    try:
        explanation = explain_row(row, team_prices=load_team_prices(row["team_id"])).to_json()
    except InvalidEvent as error:
        fault = str(error)
    return {
        **row,
        "usage_raw": _parse(row["usage_raw"]),
        "properties": _parse(row["properties"]),
        "content": {name: row[name] for name in CONTENT_COLUMNS},
        "explanation": explanation,
        "explanation_fault": fault,
    }


def _parse(text: str | None) -> Any:
    """Stored JSON; text that somebody broke stays text."""
    try:
        return None if text is None else orjson.loads(text)
    except orjson.JSONDecodeError:
        return text
