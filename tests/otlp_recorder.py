"""
Records what real OpenTelemetry instrumentations of OpenAI's client export, for `tests/fixtures/otlp/`.

    python -m tests.otlp_recorder INSTRUMENTATION FOLDER

A listener keeps the bodies of the exporter's requests as they came, but for the stack traces: they name this machine's
folders.
"""

import gzip
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.otlp_exporter import export_calls, serving


class Listener(ThreadingHTTPServer):
    """Takes OTLP bodies and keeps them, decompressed."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), ListenerHandler)
        self.bodies: list[bytes] = []


class ListenerHandler(BaseHTTPRequestHandler):
    server: Listener

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.bodies.append(gzip.decompress(body))
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def drop_stack_traces(body: bytes) -> bytes:
    """The same request, with a note in place of each stack trace."""
    request = ExportTraceServiceRequest.FromString(body)
    spans = (span for group in request.resource_spans for scope in group.scope_spans for span in scope.spans)
    for attribute in (attribute for span in spans for event in span.events for attribute in event.attributes):
        if attribute.key == "exception.stacktrace":
            attribute.value.string_value = "Traceback (most recent call last): …"
    return request.SerializeToString()


def main() -> None:
    name, folder = sys.argv[1], Path(sys.argv[2])
    listener = Listener()
    with serving(listener) as collector:
        export_calls(name, f"{collector}/v1/traces")
    for number, body in enumerate(listener.bodies):
        (folder / f"{name}{number or ''}.pb").write_bytes(drop_stack_traces(body))


if __name__ == "__main__":
    main()
