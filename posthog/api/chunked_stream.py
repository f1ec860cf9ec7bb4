"""The stream of a chunked body, as gunicorn decodes it: what it cannot read is the sender's fault, not ours."""

from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest
from gunicorn.http.errors import ParseException

from posthog.api.streamed_body import BodyRefused, Readable


class ChunkedStream:
    """Reads to the last chunk; without it a body is cut short, however much of it arrived."""

    def __init__(self, stream: Readable) -> None:
        self._stream = stream

    def read(self, size: int, /) -> bytes:
        """
        Raises:
            BodyRefused: 400: the chunks break off, or are no chunks.
        """
        try:
            return self._stream.read(size)
        except (OSError, ParseException):
            raise BodyRefused(400, "body_truncated", "body: expected chunks and a last one, they break off") from None


def open_body(request: HttpRequest) -> tuple[Readable, int | None]:
    """
    The stream of a request's body and its announced size; None where it comes in chunks.

    Django's own stream ends at Content-Length, which a chunked body does not have.
    """
    announced = request.META.get("CONTENT_LENGTH") or ""
    content_length = int(announced) if announced.isdecimal() else None
    is_chunked = "chunked" in request.headers.get("Transfer-Encoding", "").lower()
    if isinstance(request, WSGIRequest) and is_chunked and content_length is None:
        return ChunkedStream(request.environ["wsgi.input"]), None
    return request, content_length
