"""`GET …/exports/?format=csv|json|parquet|focus&start=…&end=…`: a team's usage as a file, streamed."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from ee.exports.formats import FORMATS
from ee.exports.lines import ExportScope, read_lines
from posthog.api.rest.strict_serializer import StrictSerializer
from posthog.api.rest.team_view import TeamView

EARLIEST, LATEST = date(2015, 1, 1), date(2100, 1, 1)


class ExportParameters(StrictSerializer):
    """`format`, and days of the organization's report zone from `start` to before `end`."""

    format = serializers.ChoiceField(choices=list(FORMATS), default="csv")
    start = serializers.DateField(help_text="First day, of the organization's report zone.")
    end = serializers.DateField(help_text="The day after the last one.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        start, end = attrs["start"], attrs["end"]
        if not (EARLIEST <= start < LATEST and EARLIEST <= end <= LATEST):
            raise serializers.ValidationError({"start": "expected days from 2015 to 2099"})
        if end <= start:
            raise serializers.ValidationError({"end": "expected a day after start"})
        most = settings.LLM_ANALYTICS_MAX_RANGE_DAYS
        if end - start > timedelta(days=most):
            raise serializers.ValidationError({"end": f"expected at most {most} days after start"})
        return attrs


class AnyAccept(BaseContentNegotiation):
    """The parameter `format` says what is wanted; `Accept` has no say."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser:
        return next(iter(parsers))

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        renderer = next(iter(renderers))
        return renderer, renderer.media_type


class ExportView(TeamView):
    query_serializer = ExportParameters
    content_negotiation_class = AnyAccept

    @extend_schema(
        operation_id="export_usage",
        parameters=[ExportParameters],
        responses={
            (200, format_.media_type.partition(";")[0]): OpenApiResponse(OpenApiTypes.BINARY, description="The file.")
            for format_ in FORMATS.values()
        },
        description=(
            "A line for each day, model, provider, product, key, gateway and price source; or FOCUS 1.2 charges. "
            "Where the store fails while the file is under way, the connection breaks: a file that ends is whole."
        ),
    )
    def get(self, request: Request, team_id: int) -> StreamingHttpResponse:
        query = self.parse_query()
        start, end, chosen = query["start"], query["end"], FORMATS[query["format"]]
        scope = ExportScope(organization=self.team.organization, teams=[self.team], start=start, end=end)
        pieces = chosen.write(read_lines(scope, now=self.now), self.team.organization)
        name = f"llm-usage-team-{self.team.id}-{start.isoformat()}-{end.isoformat()}.{chosen.suffix}"
        return answer_file(pieces, name=name, media_type=chosen.media_type)


def answer_file(pieces: Iterator[bytes], *, name: str, media_type: str) -> StreamingHttpResponse:
    """A file to keep, as it is made."""
    answer = StreamingHttpResponse(_begin(pieces), content_type=media_type)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "private, no-store"
    return answer


def _begin(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Take the first piece before the answer begins: a store that is away is then a 503, not a broken file."""
    return _go_on(next(pieces, b""), pieces)


def _go_on(first: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """A generator, so that a visitor who leaves closes the store's connection, too."""
    yield first
    yield from pieces
