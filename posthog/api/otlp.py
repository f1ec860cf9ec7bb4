"""
`POST /i/v0/ai/otel`: where OpenTelemetry exporters send traces; `/v1/traces` behind it is the same door.

Spans of AI applications become events and go to the inbox; the answer 200 means that they are committed. Other spans
are counted and not stored: an application may export everything it traces. What should come again (Postgres away) is a
503, too many requests a minute a 429: exporters repeat both, all else is final for them.
"""

import time
from dataclasses import replace
from http import HTTPStatus

import structlog
from django.db import Error as PostgresError
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from posthog.api.body_rate import RateExceeded
from posthog.api.capture import count_capture, name_door, report_intake
from posthog.api.capture_body import read_decoded_body
from posthog.api.capture_request import TOKEN_KEYS, read_bearer
from posthog.api.otlp_answers import answer_failure, answer_success
from posthog.api.streamed_body import BodyRefused
from posthog.errors import InvalidBody, InvalidEvent, ProjectTokenUnknown
from posthog.llm_analytics.capture_intake import store_captured_events
from posthog.llm_analytics.project_tokens import find_team_of_token
from posthog.llm_usage.payloads.otel.decoding import Encoding, decode_spans
from posthog.llm_usage.payloads.otel.events import build_events
from posthog.llm_usage.payloads.otel.message_count import TooManyMessages
from posthog.llm_usage.payloads.otel.spans import Span
from posthog.metrics import CAPTURE_REQUESTS, CAPTURED_EVENTS
from posthog.models import Team

log = structlog.get_logger(__name__)

ENCODINGS: dict[str, Encoding] = {
    "application/x-protobuf": "protobuf",
    "application/protobuf": "protobuf",
    "application/json": "json",
}
RETRY_AFTER_S = 2
"""
An exporter gives up after 10 s in all, and at once where it would have to wait longer than what is left of them (Python
1.45, `OTEL_EXPORTER_OTLP_TIMEOUT`): after 5 s it would come again once, like this four times.
"""


@csrf_exempt
def otlp_traces(request: HttpRequest) -> HttpResponse:
    """Authenticate, decode, commit, answer; ring for the worker last."""
    answer = _answer(request, ENCODINGS.get((request.content_type or "").lower()))
    CAPTURE_REQUESTS.labels(name_door(request), str(answer.status_code)).inc()
    return answer


def _answer(request: HttpRequest, encoding: Encoding | None) -> HttpResponse:
    language = encoding or "json"
    if request.method != "POST":
        message = f"method: expected POST, got {request.method}"
        return answer_failure(language, HTTPStatus.METHOD_NOT_ALLOWED, message, headers={"Allow": "POST"})
    try:
        return _receive(request, encoding)
    except ProjectTokenUnknown as refused:
        return answer_failure(language, HTTPStatus.UNAUTHORIZED, str(refused))
    except BodyRefused as refused:
        return answer_failure(language, refused.status, str(refused))
    except TooManyMessages as refused:
        return answer_failure(language, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, str(refused))
    except InvalidBody as invalid:
        return answer_failure(language, HTTPStatus.BAD_REQUEST, str(invalid))
    except UnreadablePostError:
        return answer_failure(language, HTTPStatus.BAD_REQUEST, "body: the connection broke off")
    except RateExceeded as exceeded:
        headers = {"Retry-After": str(exceeded.retry_after_s)}
        return answer_failure(language, HTTPStatus.TOO_MANY_REQUESTS, str(exceeded), headers=headers)
    except PostgresError as error:
        log.error("otlp_store_unavailable", error=type(error).__name__)
        message = "Postgres: the spans could not be stored; send them again."
        headers = {"Retry-After": str(RETRY_AFTER_S)}
        return answer_failure(language, HTTPStatus.SERVICE_UNAVAILABLE, message, headers=headers)


def _receive(request: HttpRequest, encoding: Encoding | None) -> HttpResponse:
    team = find_team_of_token(_find_token(request))
    count_capture(team, now_s=time.time())
    if encoding is None:
        message = f"Content-Type: expected one of {', '.join(ENCODINGS)}, got {(request.content_type or '')[:60]!r}"
        raise BodyRefused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "content_type_unknown", message)
    decoded = decode_spans(read_decoded_body(request), encoding=encoding)
    _store(request, team, [span for span in decoded if isinstance(span, Span)])
    rejected = [span for span in decoded if isinstance(span, InvalidEvent)]
    CAPTURED_EVENTS.labels(name_door(request), "rejected").inc(len(rejected))
    return answer_success(encoding, rejected=len(rejected), reason=str(rejected[0]) if rejected else "")


def _find_token(request: HttpRequest) -> str:
    """As a bearer token, or in the query for exporters that cannot set headers; '' where there is none."""
    in_query = (request.GET.get(key, "") for key in TOKEN_KEYS)
    return read_bearer(request.headers.get("Authorization", "").strip()) or next(filter(None, in_query), "").strip()


def _store(request: HttpRequest, team: Team, spans: list[Span]) -> None:
    events = build_events(spans, team_id=team.id)
    user_agent = request.headers.get("User-Agent", "")
    intake = store_captured_events(team, events, received_at=timezone.now(), user_agent=user_agent)
    report_intake(replace(intake, others=len(spans) - len(events)), door=name_door(request))
