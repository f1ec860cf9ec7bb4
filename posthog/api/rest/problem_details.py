"""Every error of a REST view as a problem document: the parameter, the rule, a stable code."""

from collections.abc import Iterator, Mapping
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import Http404, HttpResponse
from rest_framework import exceptions

from posthog.api.problems import problem_response
from posthog.clickhouse.client import ClickHouseError
from posthog.errors import QueryTooExpensive

log = structlog.get_logger(__name__)

RETRY_AFTER_S = 5

CODES: Mapping[type[exceptions.APIException], str] = {
    exceptions.ParseError: "body_malformed",
    exceptions.NotAuthenticated: "not_authenticated",
    exceptions.PermissionDenied: "permission_denied",
    exceptions.NotFound: "not_found",
    exceptions.MethodNotAllowed: "method_not_allowed",
    exceptions.NotAcceptable: "not_acceptable",
    exceptions.UnsupportedMediaType: "media_type_unsupported",
}
"""Codes of those exceptions that carry none of ours."""


def answer_exception(exception: Exception, context: Mapping[str, Any]) -> HttpResponse | None:
    """
    Answer an exception of a view; None: it is a fault of ours, and Django answers 500.

    503: a store is away, the same question may be asked again. 422: the question costs too much.
    """
    if isinstance(exception, Http404):
        exception = exceptions.NotFound()
    if isinstance(exception, PermissionDenied):
        exception = exceptions.PermissionDenied()
    if isinstance(exception, exceptions.ValidationError):
        return _answer_invalid(exception)
    if isinstance(exception, exceptions.APIException):
        return _answer_api_exception(exception)
    if isinstance(exception, QueryTooExpensive):
        return problem_response(422, "query_too_expensive", str(exception))
    if isinstance(exception, ClickHouseError | OperationalError):
        log.error("api_store_unavailable", error=type(exception).__name__)
        return _answer_store_away()
    return None


def _answer_invalid(exception: exceptions.ValidationError) -> HttpResponse:
    errors = list(_list_faults(exception.detail, ""))
    detail = "; ".join(f"{error['parameter']}: {error['detail']}" for error in errors)
    return problem_response(400, "parameter_invalid", detail, errors=errors)


def _list_faults(detail: Any, parameter: str) -> Iterator[dict[str, str]]:
    """Flatten DRF's nested messages; the name of a nested field is dotted."""
    if isinstance(detail, Mapping):
        for name, nested in detail.items():
            own = "" if name == "non_field_errors" else str(name)
            yield from _list_faults(nested, ".".join(filter(None, (parameter, own))))
    elif isinstance(detail, list | tuple):
        for nested in detail:
            yield from _list_faults(nested, parameter)
    else:
        code = getattr(detail, "code", "invalid")
        yield {"parameter": parameter or "body", "detail": str(detail), "code": str(code)}


def _answer_api_exception(exception: exceptions.APIException) -> HttpResponse:
    own_code = exception.get_codes()
    is_default = own_code == exception.default_code
    code = CODES.get(type(exception), "request_refused") if is_default else str(own_code)
    answer = problem_response(exception.status_code, code, str(exception.detail))
    if header := getattr(exception, "auth_header", None):
        answer.headers["WWW-Authenticate"] = header
    return answer


def _answer_store_away() -> HttpResponse:
    answer = problem_response(503, "store_unavailable", "The usage store does not answer right now; nothing was read")
    answer.headers["Retry-After"] = str(RETRY_AFTER_S)
    return answer
