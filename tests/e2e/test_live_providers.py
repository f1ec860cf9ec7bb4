"""
The same way against the real providers: `bin/test -m live tests/e2e`, for each whose key is in the environment.

Costs a few hundredths of a cent a provider. What is compared: the usage that the client got back with its
answer, and the row that the gateway's report became.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

import httpx2
import pytest
from openai.types import CompletionUsage

from demo.calls import make_clients
from demo.gateway.team_keys import KEY_BY_TEAM
from demo.gateway_commands import GatewaySettings
from demo.gateway_process import DemoGateway
from demo.sample_calls import Clients
from tests.e2e.demo_run import DemoRun, find_row, read_rows
from tests.e2e.started_stack import ROOT, Row

pytestmark = pytest.mark.live

QUESTION = "Name the capital of France. Answer with one word."
MAX_TOKENS = 64
TIMEOUT_S = 60


@dataclass(frozen=True, slots=True)
class SeenUsage:
    """The counts of one answer as its caller saw them; `input_tokens` includes the cache."""

    input_tokens: int
    output_tokens: int
    cache_read_input_tokens: int


def send_chat(clients: Clients, model: str, name: str) -> SeenUsage:
    answer = clients.openai.chat.completions.create(
        model=model, messages=[{"role": "user", "content": QUESTION}], user=name, max_tokens=MAX_TOKENS
    )
    return read_openai_usage(answer.usage)


def stream_chat(clients: Clients, model: str, name: str) -> SeenUsage:
    chunks = clients.openai.chat.completions.create(
        model=model,
        messages=[{"role": "user", "content": QUESTION}],
        user=name,
        max_tokens=MAX_TOKENS,
        stream=True,
        stream_options={"include_usage": True},
    )
    return read_openai_usage([chunk.usage for chunk in chunks if chunk.usage][-1])


def read_openai_usage(usage: CompletionUsage | None) -> SeenUsage:
    assert usage is not None
    details = usage.prompt_tokens_details
    cached = details.cached_tokens if details else None
    return SeenUsage(usage.prompt_tokens, usage.completion_tokens, cached or 0)


def send_message(clients: Clients, model: str, name: str) -> SeenUsage:
    """Anthropic's own API: its input tokens leave the cache out."""
    usage = clients.anthropic.messages.create(
        model=model,
        max_tokens=MAX_TOKENS,
        messages=[{"role": "user", "content": QUESTION}],
        metadata={"user_id": name},
    ).usage
    read, written = usage.cache_read_input_tokens or 0, usage.cache_creation_input_tokens or 0
    return SeenUsage(usage.input_tokens + read + written, usage.output_tokens, read)


Send = Callable[[Clients, str, str], SeenUsage]


@dataclass(frozen=True, slots=True)
class Provider:
    """One provider; its key and URL come from the variables that its own client reads."""

    name: str
    model: str
    default_url: str
    sends: tuple[Send, ...] = (send_chat, stream_chat)

    @property
    def key_variable(self) -> str:
        return f"{self.name.upper()}_API_KEY"

    def list_variables(self) -> dict[str, str]:
        """What `demo/gateway/config.yaml` reads, for the real provider."""
        prefix = f"DEMO_{self.name.upper()}"
        url = os.environ.get(f"{self.name.upper()}_BASE_URL") or self.default_url
        return {f"{prefix}_URL": url, f"{prefix}_KEY": os.environ[self.key_variable]}


PROVIDERS = (
    Provider("openai", "gpt-4o-mini", "https://api.openai.com/v1"),
    Provider("anthropic", "claude-haiku-4-5", "https://api.anthropic.com", (send_chat, stream_chat, send_message)),
    Provider("gemini", "gemini-2.5-flash", "https://generativelanguage.googleapis.com/v1beta"),
    Provider("deepseek", "deepseek-chat", "https://api.deepseek.com"),
)
AVAILABLE = tuple(provider for provider in PROVIDERS if os.environ.get(provider.key_variable))
CASES = [
    pytest.param(provider, send, id=f"{provider.name}-{send.__name__}")
    for provider in AVAILABLE or PROVIDERS
    for send in provider.sends
]
"""Without any key all of them, to fail: who asks for the live tests must be told."""


@pytest.fixture(scope="package")
def provider_variables() -> dict[str, str]:
    """URLs and keys of the real providers for the gateway."""
    wanted = ", ".join(provider.key_variable for provider in PROVIDERS)
    assert AVAILABLE, f"the live tests call real providers: set at least one of {wanted}"
    return {name: value for provider in AVAILABLE for name, value in provider.list_variables().items()}


@pytest.fixture(scope="package")
def live_gateway_url(
    provider_variables: dict[str, str], demo_run: DemoRun, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A gateway before the real providers that reports to the demo's stack."""
    stack = demo_run.stack
    token = stack.manage("create_gateway_credential", "--gateway", "Demo gateway", "--label", "live").strip()
    settings = GatewaySettings(
        python=ROOT / ".local" / "env" / "gateway" / "bin" / "python",
        webhook_url=f"{stack.url}/api/llm_gateway/webhook",
        webhook_token=token,
        log_folder=tmp_path_factory.mktemp("live"),
        provider_variables=provider_variables,
    )
    with DemoGateway(settings) as gateway:
        yield gateway.base_url


@pytest.mark.parametrize(("provider", "send"), CASES)
def test_row_equals_the_usage_in_the_answer(
    live_gateway_url: str, demo_run: DemoRun, provider: Provider, send: Send
) -> None:
    """The counts that the caller saw are the counts in the row; the call has a price."""
    name, started_at = f"live-{uuid4().hex}", datetime.now(UTC)
    with httpx2.Client(timeout=TIMEOUT_S) as http:
        seen = send(make_clients(live_gateway_url, KEY_BY_TEAM["team-alpha"], http), provider.model, name)
    row = wait_for_row(demo_run, name, started_at)
    assert (row["input_tokens"], row["output_tokens"]) == (seen.input_tokens, seen.output_tokens)
    assert (row["cache_read_input_tokens"] or 0) == seen.cache_read_input_tokens
    assert row["unexplained_tokens"] == 0
    assert row["total_cost_usd"] > 0


def wait_for_row(demo_run: DemoRun, name: str, since: datetime) -> Row:
    options = ["--since", since.isoformat(), "--count", "1"]
    demo_run.stack.manage("wait_for_gateway_events", "--gateway", "Demo gateway", *options)
    return find_row(read_rows(demo_run.stack), name)
