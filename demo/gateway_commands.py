"""What the demo gateway consists of: commands, environments and ports of its two processes."""

import os
import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

REPOSITORY = Path(__file__).parent.parent
CONFIG = REPOSITORY / "demo" / "gateway" / "config.yaml"

FLUSH_INTERVAL_S = 1
REPLAYED_KEY = "sk-replayed"
"""No secret: the replay server looks at no key."""

INHERITED_VARIABLES = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SSL_CERT_FILE", "LD_LIBRARY_PATH")
"""All that the children see of our environment: LiteLLM would use any DATABASE_URL or REDIS_URL it finds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewaySettings:
    """
    How to run the gateway.

    Attributes:
        python: Interpreter of the gateway environment (requirements-gateway.txt).
        webhook_url: Where LiteLLM posts its events, the full URL.
        webhook_token: The gateway credential's token.
        log_folder: Receives `replay.log` and `gateway.log`, rewritten at each start.
        gateway_port, replay_port: 0 takes a free port.
        provider_variables: URLs and keys that `gateway/config.yaml` reads, over those of the replay server.
        config: LiteLLM's, where it is not the demo's.
        ready_timeout_s: For each process; the proxy takes 5 to 11 s on two idle cores.
    """

    python: Path
    webhook_url: str
    webhook_token: str
    log_folder: Path
    gateway_port: int = 0
    replay_port: int = 0
    ready_timeout_s: float = 180.0
    provider_variables: Mapping[str, str] = field(default_factory=dict)
    config: Path = CONFIG


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayProcess:
    """What it takes to start one of the two processes, and how to see that it is ready."""

    name: str
    argv: tuple[str, ...]
    environment: Mapping[str, str]
    port: int
    ready_path: str
    log_file: Path


def list_processes(settings: GatewaySettings) -> tuple[GatewayProcess, ...]:
    """The processes in starting order, their ports decided; for callers with a supervisor of their own."""
    replay_port = settings.replay_port or find_free_port()
    gateway_port = settings.gateway_port or find_free_port()
    return (
        _describe_replay_server(settings, replay_port),
        _describe_proxy(settings, replay_port, gateway_port),
    )


def _describe_replay_server(settings: GatewaySettings, port: int) -> GatewayProcess:
    return GatewayProcess(
        name="replay server",
        argv=(str(settings.python), "-m", "demo.replay_server", "--port", str(port)),
        environment=_list_environment(),
        port=port,
        ready_path="/ready",
        log_file=settings.log_folder / "replay.log",
    )


def _describe_proxy(settings: GatewaySettings, replay_port: int, port: int) -> GatewayProcess:
    options = ("--host", "127.0.0.1", "--port", str(port), "--telemetry", "False")
    replay_url = f"http://127.0.0.1:{replay_port}"
    return GatewayProcess(
        name="LiteLLM proxy",
        argv=(str(settings.python), "-m", "litellm.proxy.proxy_cli", "--config", str(settings.config), *options),
        environment=_list_environment()
        | _list_proxy_variables(settings)
        | list_replayed_providers(replay_url)
        | dict(settings.provider_variables),
        port=port,
        ready_path="/health/liveliness",
        log_file=settings.log_folder / "gateway.log",
    )


def _list_environment() -> dict[str, str]:
    inherited = {name: os.environ[name] for name in INHERITED_VARIABLES if name in os.environ}
    return inherited | {
        "PYTHONPATH": str(REPOSITORY),
        "PYTHONUNBUFFERED": "1",
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
    }


def _list_proxy_variables(settings: GatewaySettings) -> dict[str, str]:
    """Where events go, a master key for this run, and the switches that keep LiteLLM off the network."""
    offline = (
        "MODEL_COST_MAP",
        "ANTHROPIC_BETA_HEADERS",
        "BLOG_POSTS",
        "POLICY_TEMPLATES",
        "AUTOROUTER_PRESETS",
    )
    return {
        "POSTHOG_WEBHOOK_URL": settings.webhook_url,
        "POSTHOG_WEBHOOK_AUTHORIZATION": f"Bearer {settings.webhook_token}",
        "LITELLM_MASTER_KEY": f"sk-{secrets.token_hex(32)}",
        "DEFAULT_FLUSH_INTERVAL_SECONDS": str(FLUSH_INTERVAL_S),
    } | {f"LITELLM_LOCAL_{name}": "True" for name in offline}


def list_replayed_providers(replay_url: str) -> dict[str, str]:
    """Each provider's base URL at the replay server and a key, under the names that `gateway/config.yaml` reads."""
    return {
        "DEMO_OPENAI_URL": f"{replay_url}/openai/v1",
        "DEMO_ANTHROPIC_URL": f"{replay_url}/anthropic",
        "DEMO_GEMINI_URL": f"{replay_url}/gemini/v1beta",
        "DEMO_DEEPSEEK_URL": f"{replay_url}/deepseek",
        "DEMO_BEDROCK_URL": f"{replay_url}/bedrock",
        "DEMO_OPENAI_KEY": REPLAYED_KEY,
        "DEMO_ANTHROPIC_KEY": REPLAYED_KEY,
        "DEMO_GEMINI_KEY": REPLAYED_KEY,
        "DEMO_DEEPSEEK_KEY": REPLAYED_KEY,
        # What LiteLLM's pass-through route reads.
        "ANTHROPIC_API_BASE": f"{replay_url}/anthropic",
        "ANTHROPIC_API_KEY": REPLAYED_KEY,
    }


def find_free_port() -> int:
    """A port that the kernel just had free."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
