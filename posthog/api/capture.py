"""
`POST /batch/`, `/capture/`, `/e/`, `/i/v0/e/`, `/i/v0/ai/batch/`: where PostHog's SDKs report, as to PostHog itself.

All five take the same; AI events go to the inbox, others are counted. The answers are PostHog's: 200 once the events
are committed, 400 and 401 for what cannot succeed, 429 and 503 for what should be sent again, with `Retry-After`.
posthog-python sends again after 408, 429, any 5xx and a broken connection, and honours `Retry-After` (7.91, read
2026-11). Web pages of any site may post here: a project token is no secret, and no cookie is looked at.
"""

import re
import time
from http import HTTPStatus

import structlog
from django.conf import settings
from django.db import Error as PostgresError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from posthog.api.body_rate import RateExceeded, count_request
from posthog.api.capture_body import read_capture_body
from posthog.api.capture_request import CaptureRequest, parse_capture_request
from posthog.api.problems import problem_response
from posthog.api.streamed_body import BodyRefused
from posthog.errors import InvalidBody, ProjectTokenUnknown
from posthog.llm_analytics.capture_intake import Intake, store_captured_events
from posthog.llm_analytics.project_tokens import find_team_of_token
from posthog.metrics import CAPTURE_REQUESTS, CAPTURED_EVENTS
from posthog.models import Team
from posthog.tasks.llm_gateway_ingestion import ring_doorbell

log = structlog.get_logger(__name__)

RETRY_AFTER_S = 5
HEADER_NAMES = re.compile(r"[\w\-, ]{0,1000}", re.ASCII)
PREFLIGHT_DAY_S = 86400


@csrf_exempt
def capture(request: HttpRequest) -> HttpResponse:
    """Read, authenticate, commit, answer; ring for the worker last."""
    answer = _answer_preflight(request) if request.method == "OPTIONS" else _answer(request)
    answer["Access-Control-Allow-Origin"] = "*"
    CAPTURE_REQUESTS.labels(name_door(request), str(answer.status_code)).inc()
    return answer


def name_door(request: HttpRequest) -> str:
    """The address without its slashes at the ends, e.g. `i/v0/e`."""
    return request.path_info.strip("/")


def _answer_preflight(request: HttpRequest) -> HttpResponse:
    asked = request.headers.get("Access-Control-Request-Headers", "")
    answer = HttpResponse(status=HTTPStatus.NO_CONTENT)
    answer["Access-Control-Allow-Methods"] = "POST, OPTIONS"
    answer["Access-Control-Allow-Headers"] = asked if HEADER_NAMES.fullmatch(asked) else "Content-Type"
    answer["Access-Control-Max-Age"] = str(PREFLIGHT_DAY_S)
    return answer


def _answer(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        message = f"method: expected POST, got {request.method}"
        answer: HttpResponse = problem_response(HTTPStatus.METHOD_NOT_ALLOWED, "method_not_allowed", message)
        answer["Allow"] = "POST, OPTIONS"
        return answer
    try:
        return _receive(request)
    except ProjectTokenUnknown as refused:
        return problem_response(HTTPStatus.UNAUTHORIZED, refused.code, str(refused))
    except BodyRefused as refused:
        return problem_response(refused.status, refused.code, str(refused))
    except InvalidBody as invalid:
        return problem_response(HTTPStatus.BAD_REQUEST, invalid.code, str(invalid))
    except UnreadablePostError:
        return problem_response(HTTPStatus.BAD_REQUEST, "body_truncated", "body: the connection broke off")
    except RateExceeded as exceeded:
        return _ask_again(HTTPStatus.TOO_MANY_REQUESTS, "rate_exceeded", str(exceeded), exceeded.retry_after_s)
    except PostgresError as error:
        log.error("capture_store_unavailable", error=type(error).__name__)
        message = "Postgres: the events could not be stored; send them again."
        return _ask_again(HTTPStatus.SERVICE_UNAVAILABLE, "store_unavailable", message, RETRY_AFTER_S)


def _ask_again(status: HTTPStatus, code: str, message: str, retry_after_s: int) -> HttpResponse:
    answer = problem_response(status, code, message)
    answer["Retry-After"] = str(retry_after_s)
    return answer


def _receive(request: HttpRequest) -> HttpResponse:
    body = read_capture_body(request)
    query = {name: str(request.GET[name]) for name in request.GET}
    captured = parse_capture_request(body, query=query, authorization=request.headers.get("Authorization", ""))
    team = find_team_of_token(captured.token)
    count_capture(team, now_s=time.time())
    _store(request, team, captured)
    if query.get("beacon") == "1":
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    return JsonResponse({"status": "Ok"})


def count_capture(team: Team, *, now_s: float) -> None:
    """
    Count one request with the team's project token, at unix time `now_s`.

    Raises:
        RateExceeded: It is one too many for this minute.
    """
    limit = settings.CAPTURE_MAX_REQUESTS_PER_MINUTE
    count_request(f"capture_requests:{team.pk}", limit, sender="project token", now_s=now_s)


def _store(request: HttpRequest, team: Team, captured: CaptureRequest) -> None:
    if not captured.events:
        raise InvalidBody("batch_empty", "batch: expected events, got none")
    if len(captured.events) > settings.LLM_GATEWAY_MAX_EVENTS_PER_BODY:
        limit = settings.LLM_GATEWAY_MAX_EVENTS_PER_BODY
        message = f"batch: expected at most {limit} events, got {len(captured.events)}"
        raise BodyRefused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_many_events", message)
    intake = store_captured_events(
        team,
        captured.events,
        received_at=timezone.now(),
        sent_at=captured.sent_at,
        user_agent=request.headers.get("User-Agent", ""),
    )
    report_intake(intake, door=name_door(request))


def report_intake(intake: Intake, *, door: str) -> None:
    """Count what came through a door, and tell the worker where something was stored."""
    CAPTURED_EVENTS.labels(door, "ai").inc(intake.stored)
    CAPTURED_EVENTS.labels(door, "other").inc(intake.others)
    if intake.batch_id is not None:
        log.info("captured_batch_stored", batch_id=str(intake.batch_id), events=intake.stored, others=intake.others)
        ring_doorbell()
