"""
`GET /api/llm_gateway/quota?team=…&api_key_alias=…`: may a gateway let a call pass?

For gateways, with their credential's token, to be polled. It fails open: where Postgres, Redis or ClickHouse is away
the answer is a 200 that allows everything and says that nothing is known. Mistakes of the one who asks are told.
"""

from http import HTTPStatus

import structlog
from django.db import Error as PostgresError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from redis.exceptions import RedisError

from ee.api.quota_answers import answer_quota, answer_unknown
from ee.budgets.outage import Outage
from ee.budgets.quota import find_quota
from ee.budgets.quota_team import find_quota_team
from posthog.api.problems import problem_response
from posthog.clickhouse.client import ClickHouseError, ServerException
from posthog.errors import CredentialClosed, CredentialUnknown, InvalidEvent
from posthog.llm_analytics.credentials import authenticate_gateway

log = structlog.get_logger(__name__)

PARAMETERS = ("team", "api_key_alias")
LONGEST_VALUE = 500
STORE_ERRORS = (PostgresError, RedisError, ClickHouseError, OSError)

OUTAGE = Outage()


def llm_gateway_quota(request: HttpRequest) -> HttpResponse:
    if request.method not in ("GET", "HEAD"):
        return _refuse_method(request)
    if OUTAGE.is_recent:
        return answer_unknown(now=timezone.now())
    try:
        return _answer(request)
    except CredentialUnknown as refused:
        return problem_response(HTTPStatus.UNAUTHORIZED, refused.code, str(refused))
    except CredentialClosed as refused:
        return problem_response(HTTPStatus.FORBIDDEN, refused.code, str(refused))
    except STORE_ERRORS as error:
        log.warning("quota_unknown", error=type(error).__name__)
        # A server that answered, if only with an error, holds up nobody else.
        if not isinstance(error, ServerException):
            OUTAGE.note()
        return answer_unknown(now=timezone.now())


def _answer(request: HttpRequest) -> HttpResponse:
    credential = authenticate_gateway(request.headers.get("Authorization", ""))
    if fault := _find_fault(request):
        return problem_response(HTTPStatus.BAD_REQUEST, "parameter_invalid", fault)
    try:
        team = find_quota_team(credential, request.GET.get("team") or None)
    except InvalidEvent:
        # One answer for a team that is nobody's and one that is somebody else's.
        rule = "team: expected an id that this credential's gateway has mapped to a team it may ask for"
        return problem_response(HTTPStatus.NOT_FOUND, "team_unknown", rule)
    now = timezone.now()
    quota = find_quota(team, api_key_alias=request.GET.get("api_key_alias") or None, now=now)
    return answer_quota(request, quota, now=now)


def _find_fault(request: HttpRequest) -> str:
    """What is wrong with the parameters; '': nothing."""
    for name in request.GET:
        if name not in PARAMETERS:
            return f"{name[:80]!r}: is no parameter of this resource; it takes: {', '.join(PARAMETERS)}"
        values = request.GET.getlist(name)
        if len(values) > 1:
            return f"{name}: given more than once"
        if len(values[0]) > LONGEST_VALUE or "\x00" in values[0]:
            return f"{name}: expected at most {LONGEST_VALUE} characters, none of them NUL"
    return ""


def _refuse_method(request: HttpRequest) -> HttpResponse:
    message = f"method: expected GET, got {request.method}"
    answer = problem_response(HTTPStatus.METHOD_NOT_ALLOWED, "method_not_allowed", message)
    answer["Allow"] = "GET, HEAD"
    return answer
