"""The stream of a chunked body, as gunicorn decodes it: what it cannot read is the sender's fault, not ours."""

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
