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
from django.core.handlers.wsgi import WSGIRequest
from django.db import Error as PostgresError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from posthog.api.body_rate import RateExceeded, count_body
from posthog.api.chunked_stream import ChunkedStream
from posthog.api.problems import problem_response
from posthog.api.request_signature import open_signed_stream
from posthog.api.streamed_body import BodyLimits, BodyRefused, Readable, StreamedBody, read_streamed_body
from posthog.errors import CredentialClosed, CredentialUnknown, InvalidBody, InvalidEvent
from posthog.llm_analytics.credentials import authenticate_gateway
from posthog.llm_analytics.inbox import IncomingBody, store_body
from posthog.llm_analytics.private_bodies import choose_rewrite
from posthog.llm_usage.envelope import parse_body
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
    events = _count_events(body)
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
    announced = request.META.get("CONTENT_LENGTH") or ""
    content_length = int(announced) if announced.isdecimal() else None
    limits = BodyLimits(
        sent_bytes=settings.LLM_GATEWAY_MAX_BODY_BYTES,
        decoded_bytes=settings.LLM_GATEWAY_MAX_DECOMPRESSED_BYTES,
        kept_bytes=settings.LLM_GATEWAY_PARSE_AT_DOOR_BYTES,
    )
    encoding = request.headers.get("Content-Encoding", "").strip().lower()
    stream = _open_stream(request, is_announced=content_length is not None)
    signed = open_signed_stream(stream, request.headers, credential, now=timezone.now())
    body = read_streamed_body(
        signed or stream,
        content_length=content_length,
        encoding=encoding,
        limits=limits,
        rewrite=choose_rewrite(credential),
    )
    if signed is not None:
        signed.require_match()
    return body


def _open_stream(request: HttpRequest, *, is_announced: bool) -> Readable:
    """Django's own stream ends at Content-Length, which a chunked body does not have."""
    is_chunked = "chunked" in request.headers.get("Transfer-Encoding", "").lower()
    if isinstance(request, WSGIRequest) and is_chunked and not is_announced:
        return ChunkedStream(request.environ["wsgi.input"])
    return request


def _count_events(body: StreamedBody) -> int | None:
    """
    How many events the body holds; None where it is too large to parse before the answer.

    Raises:
        InvalidBody: Nothing in it can be read.
        BodyRefused: 413: more than LLM_GATEWAY_MAX_EVENTS_PER_BODY.
    """
    if body.body_bytes == 0:
        raise InvalidBody("body_empty", "body: expected JSON, got nothing")
    if body.decoded is None:
        return None
    elements = parse_body(body.decoded)
    if len(elements) > settings.LLM_GATEWAY_MAX_EVENTS_PER_BODY:
        message = f"body: expected at most {settings.LLM_GATEWAY_MAX_EVENTS_PER_BODY} events, got {len(elements)}"
        raise BodyRefused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_many_events", message)
    unreadable = sum(isinstance(element, InvalidEvent) for element in elements)
    if unreadable:
        log.warning("webhook_unreadable_elements", unreadable=unreadable, elements=len(elements))
    return len(elements)
