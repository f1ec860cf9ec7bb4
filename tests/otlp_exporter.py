"""
An application that uses OpenAI's client under a real OpenTelemetry instrumentation and exports what it traced:

    python -m tests.otlp_exporter INSTRUMENTATION ENDPOINT [TOKEN]

Each run is a process of its own, for an instrumentation patches the client for good. The calls go to the replayed
providers; the spans go out through the real OTLP exporter, protobuf and gzip.
"""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import ThreadingHTTPServer
from importlib import import_module
from threading import Thread
from typing import Any

from openai import OpenAI, RateLimitError
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from demo.replay_server import ReplayServer

INSTRUMENTORS: Mapping[str, str] = {
    "openai-v2": "opentelemetry.instrumentation.openai_v2",
    "openllmetry": "opentelemetry.instrumentation.openai",
    "openinference": "openinference.instrumentation.openai",
}
MESSAGES: list[Any] = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "What is a span?"}]
RESOURCE = {"service.name": "recorded", "user.id": "ada"}


@contextmanager
def serving(server: ThreadingHTTPServer) -> Iterator[str]:
    """Serve in a thread; yields the address."""
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def instrument(name: str, endpoint: str, token: str) -> TracerProvider:
    """Patch OpenAI's client in this process for good; its spans go to the endpoint, gzip and protobuf."""
    provider = TracerProvider(resource=Resource.create(RESOURCE))
    headers = {"Authorization": f"Bearer {token}"} if token else None
    exporter = OTLPSpanExporter(endpoint=endpoint, headers=headers, compression=Compression.Gzip)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    import_module(INSTRUMENTORS[name]).OpenAIInstrumentor().instrument(tracer_provider=provider)
    return provider


def make_calls(client: OpenAI, provider: TracerProvider) -> None:
    """A plain call, streams, reasoning, cache, the Responses API, embeddings, an error; all inside one workflow."""
    with provider.get_tracer("app").start_as_current_span("answer a question"):
        client.chat.completions.create(model="gpt-4o", messages=MESSAGES, temperature=0.5)
        client.chat.completions.create(model="gpt-5.6", messages=MESSAGES)
        options: Any = {"include_usage": True}
        for _ in client.chat.completions.create(
            model="o4-mini", messages=MESSAGES, stream=True, stream_options=options
        ):
            pass
        client.responses.create(model="o3", input="What is a span?")
        client.embeddings.create(model="text-embedding-3-small", input="span")
        with suppress(RateLimitError):
            client.chat.completions.create(model="gpt-5.4-nano", messages=MESSAGES)


def export_calls(instrumentation: str, endpoint: str, token: str = "") -> None:
    """Instrument this process, make the calls and wait until their spans are exported."""
    os.environ["OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"] = "true"
    with serving(ReplayServer()) as replay:
        provider = instrument(instrumentation, endpoint, token)
        make_calls(OpenAI(base_url=f"{replay}/openai/v1", api_key="replayed", max_retries=0), provider)
        provider.force_flush()  # a shutdown ends the exporter's wait for another try
        provider.shutdown()


if __name__ == "__main__":
    export_calls(*sys.argv[1:])
