"""Make the calls with every source: one LiteLLM proxy for three of them, one program for each other."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from threading import Thread
from typing import Any

import httpx

from demo.gateway_commands import REPOSITORY, GatewaySettings
from demo.gateway_process import DemoGateway
from demo.replay_server import ReplayServer
from tests.e2e.parity.application import Application
from tests.e2e.parity.calls import CALLS, ParityCall
from tests.e2e.parity.sources import GATEWAY, SOURCES, Source
from tests.unit.llm_gateway.fakes import remove_marks

ENVIRONMENTS = REPOSITORY / ".local" / "env"
GATEWAY_PYTHON = Path(os.environ.get("GATEWAY_PYTHON", ENVIRONMENTS / "gateway" / "bin" / "python"))
CLIENTS_PYTHON = Path(os.environ.get("CLIENTS_PYTHON", ENVIRONMENTS / "clients" / "bin" / "python"))
CLIENTS = Path(__file__).with_name("clients")
CONFIG = Path(__file__).with_name("gateway.yaml")
TIMEOUT_S = 180.0
FLUSH_INTERVAL_S = 30
"""
Longer than all calls take: LiteLLM's own callback empties its queue after each request, and so drops what came while
the request was on its way.
"""
QUESTION = "When is high water in the harbour tomorrow?"
MESSAGES = [{"role": "user", "content": QUESTION}]
PARAMETERS = {"type": "object", "properties": {"harbour": {"type": "string"}}}
FIND_TIDE = {"name": "find_tide", "description": "Find the tide of a harbour.", "parameters": PARAMETERS}
PATHS = {
    "openai_chat": "/v1/chat/completions",
    "openai_responses": "/v1/responses",
    "openai_embeddings": "/v1/embeddings",
    "anthropic": "/v1/messages",
    "gemini": "/v1/chat/completions",
}


def make_all_calls(application: Application, folder: Path) -> None:
    """Every call with every source that can make it; all of them are rows at the end."""
    with running_gateway(application, folder) as base_url, httpx.Client(base_url=base_url, timeout=60) as http:
        for call in CALLS:
            call_gateway(http, call)
        application.wait_for_rows([source for source in SOURCES if source.program == GATEWAY])
    with replayed_providers() as providers:
        for source in SOURCES:
            if source.program != GATEWAY:
                run_client(source, application, providers, folder)


@contextmanager
def replayed_providers() -> Iterator[str]:
    """The replay server in a thread; yields its address."""
    with ReplayServer() as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@contextmanager
def running_gateway(application: Application, folder: Path) -> Iterator[str]:
    """The proxy with all three callbacks."""
    projects, spool = application.projects, folder / "spool"
    variables = {
        "POSTHOG_CALLBACK_HOST": application.url,
        "POSTHOG_CALLBACK_API_KEY": projects["callback"].token,
        "POSTHOG_CALLBACK_SPOOL_DIR": str(spool),
        "POSTHOG_API_URL": application.url,
        "POSTHOG_API_KEY": projects["litellm"].token,
        "DEFAULT_FLUSH_INTERVAL_SECONDS": str(FLUSH_INTERVAL_S),
    }
    settings = GatewaySettings(
        python=GATEWAY_PYTHON,
        webhook_url=f"{application.url}/api/llm_gateway/webhook",
        webhook_token=application.make_credential(projects["webhook"]),
        log_folder=folder,
        provider_variables=variables,
        config=CONFIG,
    )
    try:
        with DemoGateway(settings) as gateway:
            yield gateway.base_url
    finally:
        remove_marks(spool)


def call_gateway(http: httpx.Client, call: ParityCall) -> None:
    """
    One call, its answer read to the end.

    Raises:
        AssertionError: It was answered where it should be refused, or the other way round.
    """
    response = http.post(PATHS[call.api], json=build_request(call), headers={"Authorization": "Bearer sk-demo-alpha"})
    assert response.is_error == call.is_refused, (call.name, response.text[:500])


def build_request(call: ParityCall) -> dict[str, Any]:
    """As the providers' clients build it; the call's name stands for its end user."""
    if call.api == "openai_embeddings":
        return {"model": call.model, "user": call.name, "input": QUESTION}
    request: dict[str, Any] = {"model": call.model, "stream": call.is_stream}
    if call.api == "openai_responses":
        return request | {"user": call.name, "input": QUESTION}
    if call.api == "anthropic":
        request |= {"metadata": {"user_id": call.name}, "messages": MESSAGES, "max_tokens": 4096}
        return request | ({"tools": [{"name": "find_tide", "input_schema": PARAMETERS}]} if call.has_tool else {})
    request |= {"user": call.name, "messages": MESSAGES}
    if call.is_stream:
        request["stream_options"] = {"include_usage": True}
    return request | ({"tools": [{"type": "function", "function": FIND_TIDE}]} if call.has_tool else {})


def run_client(source: Source, application: Application, providers: str, folder: Path) -> None:
    """
    Run the source's program to its end.

    Raises:
        AssertionError: It failed; with what it said.
    """
    task = {
        "providers": providers,
        "host": application.url,
        "token": application.projects[source.name].token,
        "calls": [{**asdict(call), "counts": {}} for call in source.list_calls(CALLS)],
    }
    outcome = subprocess.run(
        [str(CLIENTS_PYTHON), str(CLIENTS / f"{source.program}.py")],
        input=json.dumps(task),
        env={name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
    )
    assert outcome.returncode == 0, outcome.stderr[-3000:]
