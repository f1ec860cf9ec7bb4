"""
`POST /api/llm_gateway/webhook`: where a LiteLLM gateway reports its calls.

The body goes to the inbox as it came; the answer 202 means that it is committed. A gateway asks again only
after 5xx, so what should come again (Postgres away, too many bodies a minute) is a 503, never a 429 that it
would take as final.
"""

import time
from http import HTTPStatus

import structlog
from django.conf import settings
from django.db import Error as PostgresError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from posthog.api.body_rate import RateExceeded, count_body
from posthog.api.chunked_stream import open_body
from posthog.api.event_count import count_events
from posthog.api.problems import problem_response
from posthog.api.request_signature import open_signed_stream
from posthog.api.streamed_body import BodyLimits, BodyRefused, StreamedBody, read_streamed_body
from posthog.errors import CredentialClosed, CredentialUnknown, InvalidBody, TooManyEvents
from posthog.llm_analytics.credentials import authenticate_gateway
from posthog.llm_analytics.inbox import IncomingBody, store_body
from posthog.llm_analytics.private_bodies import choose_rewrite
from posthog.metrics import BODIES_RECEIVED, BODY_BYTES_RECEIVED
from posthog.models import GatewayCredential
from posthog.tasks.llm_gateway_ingestion import ring_doorbell

log = structlog.get_logger(__name__)

CONTENT_TYPES = frozenset(
    {"", "application/json", "application/x-ndjson", "application/ndjson", "application/jsonl", "text/json"}
)
RETRY_AFTER_S = 5


@csrf_exempt
def llm_gateway_webhook(request: HttpRequest) -> HttpResponse:
    """Authenticate, read, commit, answer; ring for the worker last."""
    answer = _answer(request)
    BODIES_RECEIVED.labels(str(answer.status_code)).inc()
    return answer


def _answer(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _refuse_method(request)
    try:
        return _receive(request)
    except CredentialUnknown as refused:
        return problem_response(HTTPStatus.UNAUTHORIZED, refused.code, str(refused))
    except CredentialClosed as refused:
        return problem_response(HTTPStatus.FORBIDDEN, refused.code, str(refused))
    except BodyRefused as refused:
        return problem_response(refused.status, refused.code, str(refused))
    except TooManyEvents as refused:
        return problem_response(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, refused.code, str(refused))
    except InvalidBody as invalid:
        return problem_response(HTTPStatus.BAD_REQUEST, invalid.code, str(invalid))
    except UnreadablePostError:
        return problem_response(HTTPStatus.BAD_REQUEST, "body_truncated", "body: the connection broke off")
    except RateExceeded as exceeded:
        return _ask_again("rate_exceeded", str(exceeded), exceeded.retry_after_s)
    except PostgresError as error:
        log.error("webhook_store_unavailable", error=type(error).__name__)
        message = "Postgres: the body could not be stored; send it again."
        return _ask_again("store_unavailable", message, RETRY_AFTER_S)


def _refuse_method(request: HttpRequest) -> HttpResponse:
    message = f"method: expected POST, got {request.method}"
    answer = problem_response(HTTPStatus.METHOD_NOT_ALLOWED, "method_not_allowed", message)
    answer["Allow"] = "POST"
    return answer


def _ask_again(code: str, message: str, retry_after_s: int) -> HttpResponse:
    answer = problem_response(HTTPStatus.SERVICE_UNAVAILABLE, code, message)
    answer["Retry-After"] = str(retry_after_s)
    return answer


def _receive(request: HttpRequest) -> HttpResponse:
    credential = authenticate_gateway(request.headers.get("Authorization", ""))
    count_body(credential, now_s=time.time())
    _check_content_type(request)
    body = _read(request, credential)
    events = count_events(body)
    if events == 0:
        return JsonResponse({"batch_id": None, "events": 0}, status=HTTPStatus.ACCEPTED)
    incoming = IncomingBody(
        compressed=body.compressed,
        body_bytes=body.body_bytes,
        content_type=request.content_type or "",
        user_agent=request.headers.get("User-Agent", ""),
    )
    batch_id = store_body(incoming, credential=credential, received_at=timezone.now())
    BODY_BYTES_RECEIVED.inc(body.body_bytes)
    log.info("webhook_batch_stored", batch_id=str(batch_id), events=events, body_bytes=body.body_bytes)
    ring_doorbell()
    return JsonResponse({"batch_id": str(batch_id), "events": events}, status=HTTPStatus.ACCEPTED)


def _check_content_type(request: HttpRequest) -> None:
    """
    Raises:
        BodyRefused: 415: neither JSON nor lines of JSON, or a charset other than UTF-8.
    """
    content_type = (request.content_type or "").lower()
    if content_type not in CONTENT_TYPES:
        message = f"Content-Type: expected application/json or application/x-ndjson, got {content_type[:60]!r}"
        raise BodyRefused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "content_type_unknown", message)
    charset = (request.content_params or {}).get("charset", "utf-8").lower()
    if charset not in ("utf-8", "utf8", "us-ascii"):
        message = f"Content-Type: expected charset utf-8, got {charset[:40]!r}"
        raise BodyRefused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "charset_unknown", message)


def _read(request: HttpRequest, credential: GatewayCredential) -> StreamedBody:
    stream, content_length = open_body(request)
    limits = BodyLimits(
        sent_bytes=settings.LLM_GATEWAY_MAX_BODY_BYTES,
        decoded_bytes=settings.LLM_GATEWAY_MAX_DECOMPRESSED_BYTES,
        kept_bytes=settings.LLM_GATEWAY_PARSE_AT_DOOR_BYTES,
        counted_braces=settings.LLM_GATEWAY_MAX_EVENTS_PER_BODY,
    )
    encoding = request.headers.get("Content-Encoding", "").strip().lower()
    signed = open_signed_stream(stream, request.headers, credential, now=timezone.now())
    body = read_streamed_body(
        signed or stream,
        content_length=content_length,
        encoding=encoding,
        limits=limits,
        rewrite=choose_rewrite(credential, max_events=settings.LLM_GATEWAY_MAX_EVENTS_PER_BODY),
    )
    if signed is not None:
        signed.require_match()
    return body
