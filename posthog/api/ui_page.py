"""The page of the LLM Analytics UI; its scripts draw the rest. Each of its addresses gets the same document."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

NOT_BUILT = "The pages of the UI are not built here: bin/start builds them.\n"


@require_safe
def start_page(_request: HttpRequest) -> HttpResponse:
    """The address without a path leads to the UI."""
    return redirect("ui")


@login_required
@never_cache
@ensure_csrf_cookie
@require_safe
def ui_page(_request: HttpRequest, path: str = "") -> HttpResponse:
    """`path` is the router's, in the browser. 503 where `frontend/dist` was never built."""
    try:
        document = (settings.UI_FOLDER / "index.html").read_bytes()
    except FileNotFoundError:
        return HttpResponse(NOT_BUILT, status=503, content_type="text/plain; charset=utf-8")
    return HttpResponse(document)
