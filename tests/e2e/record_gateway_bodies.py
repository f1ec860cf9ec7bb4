"""
Record what a LiteLLM proxy posts for each sample call, one file a call: fixtures of tests without a gateway.

    python -m tests.e2e.record_gateway_bodies --gateway-python .local/env/gateway/bin/python

Run it after each change of the LiteLLM version or of `demo/provider_bodies/`, and read the difference.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from demo.calls import CallResult, run_sample_calls
from demo.gateway_commands import REPOSITORY, GatewaySettings
from demo.gateway_process import DemoGateway
from demo.sample_calls import ESTIMATED_CALLS, SAMPLE_CALLS
from tests.e2e.webhook_sink import WebhookSink

FIXTURES = REPOSITORY / "tests" / "fixtures" / "gateway_bodies"
CALL_WITHOUT_END_USER = "call_with_unknown_key"
"""The one call whose payload cannot name it: its sender was turned away."""


def record(python: Path) -> list[dict[str, Any]]:
    """Run every call through a gateway of its own; return the payloads in the order of their posting."""
    with WebhookSink() as sink, tempfile.TemporaryDirectory() as log_folder:
        settings = GatewaySettings(
            python=python, webhook_url=sink.url, webhook_token="recorded", log_folder=Path(log_folder)
        )
        with DemoGateway(settings, on_progress=_print_line) as gateway:
            run_sample_calls(gateway.base_url, calls=SAMPLE_CALLS + ESTIMATED_CALLS, on_progress=_print_result)
        return sink.payloads


def name_payloads(payloads: Iterable[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Pair each payload with its call."""
    for payload in payloads:
        yield payload["end_user"] or CALL_WITHOUT_END_USER, payload


def remove_paths(text: str, python: Path) -> str:
    """Tracebacks in failures name the recording machine's folders."""
    environment = python.absolute().parent.parent
    return text.replace(str(environment), "/gateway").replace(str(REPOSITORY), "/repository")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gateway-python", type=Path, required=True)
    python = parser.parse_args().gateway_python
    FIXTURES.mkdir(parents=True, exist_ok=True)
    for name, payload in name_payloads(record(python)):
        text = remove_paths(json.dumps(payload, indent=1), python)
        (FIXTURES / f"{name}.json").write_text(f"{text}\n")


def _print_line(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def _print_result(result: CallResult) -> None:
    _print_line(f"{result.call.name}: {result.http_status}")


if __name__ == "__main__":
    main()
