"""`GET …/generations/export/`: the calls of a range that fit the filters as CSV, newest first, streamed."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC
from decimal import Decimal
from typing import Any

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from ee.api.exports import AnyAccept, answer_file
from ee.exports.csv_text import write_csv
from ee.exports.formats import FORMATS, join_pieces
from posthog.api.llm_analytics.generations import SEARCH_HELP
from posthog.api.llm_analytics.query_parameters import FilteredParameters
from posthog.api.rest.team_view import TeamView
from posthog.llm_analytics.queries.generations import LISTED_COLUMNS, GenerationsQuestion, list_generations
from posthog.llm_analytics.queries.team_scope import TeamScope

PAGE_ROWS = 2_000
"""Rows of one read: the store is never held up by a slow visitor, and memory stays that of a page."""
BOOLEANS = ("is_error", "is_stream")


class GenerationExportParameters(FilteredParameters):
    search = serializers.CharField(required=False, max_length=500, help_text=SEARCH_HELP)


class GenerationExportView(TeamView):
    query_serializer = GenerationExportParameters
    content_negotiation_class = AnyAccept

    @extend_schema(
        operation_id="export_generations",
        parameters=[GenerationExportParameters],
        responses={(200, "text/csv"): OpenApiResponse(OpenApiTypes.BINARY, description="The file.")},
        description=(
            "A line for each call, with the columns of the list; an empty cell: nobody reported it. "
            "Where the store fails while the file is under way, the connection breaks: a file that ends is whole."
        ),
    )
    def get(self, request: Request, team_id: int) -> StreamingHttpResponse:
        query = self.parse_query()
        span = query["span"]
        question = GenerationsQuestion(
            span=span, filters=query["filters"], search=query.get("search", ""), limit=PAGE_ROWS
        )
        lines = ([to_cell(name, row[name]) for name in LISTED_COLUMNS] for row in read_all(self.scope, question))
        first, end = (moment.astimezone(span.zone).date().isoformat() for moment in (span.start, span.end))
        return answer_file(
            join_pieces(write_csv(LISTED_COLUMNS, lines)),
            name=f"llm-generations-team-{self.team.id}-{first}-{end}.csv",
            media_type=FORMATS["csv"].media_type,
        )


def read_all(scope: TeamScope, question: GenerationsQuestion) -> Iterator[Mapping[str, Any]]:
    """Every call, page after page; one that arrives meanwhile neither shifts nor repeats a line."""
    while True:
        page = list_generations(scope, question)
        yield from page
        if len(page) < question.limit:
            return
        after = page[-1]["timestamp"].replace(tzinfo=UTC), str(page[-1]["uuid"])
        question = replace(question, after=after)


def to_cell(name: str, value: Any) -> Any:
    """As `write_csv` takes it: moments in UTC, floats without an exponent, flags apart by spaces."""
    if name == "integrity_flags":
        return " ".join(value)
    if value is None:
        return None
    if name in BOOLEANS:
        return bool(value)
    if isinstance(value, float):
        return Decimal(str(value))
    return value.replace(tzinfo=UTC) if name in ("timestamp", "ingested_at") else value
