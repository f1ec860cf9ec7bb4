"""Who reports: everything that can tell the application of a call, each with the name of its column in the table."""

from dataclasses import dataclass

from tests.e2e.parity.calls import Api, ParityCall

GATEWAY = "gateway"
"""The program of the three that one LiteLLM proxy runs."""
ALL_APIS: tuple[Api, ...] = ("openai_chat", "openai_responses", "openai_embeddings", "anthropic", "gemini")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """
    One source.

    Attributes:
        program: Of `clients/`, or the gateway.
        apis: Those that it reports.
    """

    name: str
    title: str
    program: str
    apis: tuple[Api, ...] = ALL_APIS

    def list_calls(self, calls: tuple[ParityCall, ...]) -> tuple[ParityCall, ...]:
        """Those that it makes."""
        return tuple(call for call in calls if call.api in self.apis)


SOURCES: tuple[Source, ...] = (
    Source(name="webhook", title="our webhook", program=GATEWAY),
    Source(name="callback", title="our callback", program=GATEWAY),
    Source(name="sdk", title="PostHog SDK", program="sdk_wrappers"),
    Source(
        name="langchain",
        title="LangChain handler",
        program="langchain_handler",
        apis=("openai_chat", "openai_responses", "anthropic", "gemini"),
    ),
    Source(name="otel", title="OpenTelemetry", program="otel_exporter"),
    Source(name="litellm", title="LiteLLM's own", program=GATEWAY),
)
