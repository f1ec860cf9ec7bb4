"""Error answers in one shape: problem details. Source: RFC 9457, with `code` as its extension member."""

from http import HTTPStatus

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.defaults import bad_request


def problem_response(status: int, code: str, detail: str) -> JsonResponse:
    """
    Build an error answer.

    Args:
        code: Stable, snake_case, for programs.
        detail: One sentence for people; names what is wrong, repeats no content.
    """
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": int(status),
        "detail": detail,
        "code": code,
    }
    return JsonResponse(body, status=status, content_type="application/problem+json")


def answer_bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's own refusals: a program that calls the API by a host name we do not know is told the setting."""
    if not request.path_info.startswith("/api/"):
        return bad_request(request, exception)
    if isinstance(exception, DisallowedHost):
        return problem_response(400, "host_not_allowed", "Host: not a name that ALLOWED_HOSTS lists")
    return problem_response(400, "bad_request", f"request: refused, {type(exception).__name__}")
