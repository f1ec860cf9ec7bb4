"""Error answers in one shape: problem details. Source: RFC 9457, with `code` and `errors` as extension members."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.defaults import bad_request, page_not_found, permission_denied, server_error

API_PATH = "/api/"


def problem_response(
    status: int, code: str, detail: str, *, errors: Sequence[Mapping[str, str]] | None = None
) -> JsonResponse:
    """
    Build an error answer.

    Args:
        code: Stable, snake_case, for programs.
        detail: One sentence for people; names what is wrong, repeats no content.
        errors: Where several things are wrong, each: `parameter`, `detail`, `code`.
    """
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": int(status),
        "detail": detail,
        "code": code,
    }
    if errors is not None:
        body["errors"] = list(errors)
    return JsonResponse(body, status=status, content_type="application/problem+json")


def answer_bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's own refusals: a program that calls the API by a host name we do not know is told the setting."""
    if not request.path_info.startswith(API_PATH):
        return bad_request(request, exception)
    if isinstance(exception, DisallowedHost):
        return problem_response(400, "host_not_allowed", "Host: not a name that ALLOWED_HOSTS lists")
    return problem_response(400, "bad_request", f"request: refused, {type(exception).__name__}")


def answer_forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403 outside of any view."""
    if not request.path_info.startswith(API_PATH):
        return permission_denied(request, exception)
    return problem_response(403, "permission_denied", "request: not allowed")


def answer_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404 of an address that there is not."""
    if not request.path_info.startswith(API_PATH):
        return page_not_found(request, exception)
    hint = "" if request.path_info.endswith("/") else "; the paths of the query API end in /"
    return problem_response(404, "path_unknown", f"path: there is nothing at this address{hint}")


def answer_server_error(request: HttpRequest) -> HttpResponse:
    """500: a fault of ours; the log has the traceback."""
    if not request.path_info.startswith(API_PATH):
        return server_error(request)
    return problem_response(500, "internal_error", "request: failed by a fault of the server, which is in its log")
