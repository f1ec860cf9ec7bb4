"""Starting the demo gateway: its environment, and what is said when it does not come up."""

import os
import signal
import socket
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from demo.gateway_commands import GatewaySettings, list_processes
from demo.gateway_process import DemoGateway, GatewayFailed


def make_settings(tmp_path: Path, script: str, *, ready_timeout_s: float = 30) -> GatewaySettings:
    """Settings whose interpreter is a shell script."""
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\n{script}\n")
    python.chmod(0o700)
    return GatewaySettings(
        python=python,
        webhook_url="http://127.0.0.1:8000/api/llm_gateway/webhook",
        webhook_token="phg_example",
        log_folder=tmp_path / "log",
        ready_timeout_s=ready_timeout_s,
    )


def test_early_end_is_told_with_the_log(tmp_path: Path) -> None:
    """A process that ends before it is ready: its exit code and its last words."""
    gateway = DemoGateway(make_settings(tmp_path, "echo no such module >&2; exit 3"))
    with pytest.raises(GatewayFailed, match=r"replay server ended with code 3; .*\n.*no such module"):
        gateway.start()
    assert gateway.pids == ()


def test_silent_process_is_given_up_and_ended(tmp_path: Path) -> None:
    """A process that never answers is ended when its time is over."""
    settings = make_settings(tmp_path, f"echo $$ > {tmp_path}/pid; exec sleep 60", ready_timeout_s=0.5)
    with pytest.raises(GatewayFailed, match="did not answer within"):
        DemoGateway(settings).start()
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


def test_taken_port_is_told(tmp_path: Path) -> None:
    """Somebody else's server on the port is never mistaken for ours."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        settings = replace(make_settings(tmp_path, "exit 1"), replay_port=port)
        with pytest.raises(GatewayFailed, match=f"port {port}, .*, is in use"):
            DemoGateway(settings).start()


def test_children_see_nothing_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Our stores and provider keys stay ours: LiteLLM would use them."""
    for name in ("DATABASE_URL", "REDIS_URL", "OPENAI_API_KEY", "SECRET_KEY"):
        monkeypatch.setenv(name, "ours")
    processes = list_processes(make_settings(tmp_path, "exit 1"))
    assert not [process.name for process in processes if "ours" in process.environment.values()]


def test_proxy_gets_webhook_and_replay_server(tmp_path: Path) -> None:
    """The proxy posts with the credential's token, and its providers are the replay server."""
    replay_server, proxy = list_processes(make_settings(tmp_path, "exit 1"))
    environment = proxy.environment
    assert environment["POSTHOG_WEBHOOK_AUTHORIZATION"] == "Bearer phg_example"
    assert environment["DEMO_OPENAI_URL"] == f"http://127.0.0.1:{replay_server.port}/openai/v1"


def test_process_that_ends_later_is_told(tmp_path: Path) -> None:
    """`check` names the process that ended after it had been ready."""
    find_port = 'while [ "$1" != --port ]; do shift; done'
    script = f'{find_port}; exec "{sys.executable}" -m demo.replay_server --port "$2"'
    gateway = DemoGateway(make_settings(tmp_path, script))
    gateway.start()
    try:
        gateway.check()
        os.kill(gateway.pids[0], signal.SIGKILL)
        os.waitid(os.P_PID, gateway.pids[0], os.WEXITED | os.WNOWAIT)
        with pytest.raises(GatewayFailed, match="replay server ended with code -9"):
            gateway.check()
    finally:
        gateway.stop(flush=False)
