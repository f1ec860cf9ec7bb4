"""Where a request comes from, as far as it can be believed."""

from django.conf import settings
from django.http import HttpRequest

LOOPBACK = frozenset({"127.0.0.1", "::1", ""})


def get_client_address(request: HttpRequest) -> str:
    """The peer's address; behind a trusted proxy the one that the proxy appended, which is the last."""
    peer = str(request.META.get("REMOTE_ADDR", ""))
    forwarded = request.headers.get("X-Forwarded-For", "")
    if settings.TRUST_PROXY_HEADERS and forwarded:
        return forwarded.rpartition(",")[2].strip()
    return peer


def is_from_this_machine(request: HttpRequest) -> bool:
    """True when a process of this machine asks, and not a proxy on behalf of someone else."""
    is_forwarded = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    return not is_forwarded and request.META.get("REMOTE_ADDR", "") in LOOPBACK
