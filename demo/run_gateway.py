"""
Run the demo gateway in the foreground until SIGTERM or Ctrl-C, for a terminal or a supervisor.

    POSTHOG_WEBHOOK_TOKEN=phg_… python -m demo.run_gateway --gateway-python .local/env/gateway/bin/python

Prints `ready URL` once calls are accepted. At the end it waits until the proxy has sent its events, then ends
both processes: 3 s as a rule, 25 s at most. Needs Python 3.11 and no package.
"""

import argparse
import os
import signal
import sys
import time
from pathlib import Path

from demo.gateway_commands import REPOSITORY, GatewaySettings
from demo.gateway_process import DemoGateway, GatewayFailed

TOKEN_VARIABLE = "POSTHOG_WEBHOOK_TOKEN"
CHECK_INTERVAL_S = 1.0


def read_settings(arguments: list[str]) -> GatewaySettings:
    """Read the command line; the token comes from the environment, where `ps` does not show it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gateway-python", type=Path, default=os.environ.get("GATEWAY_PYTHON"))
    parser.add_argument("--webhook-url", default="http://127.0.0.1:8000/api/llm_gateway/webhook")
    parser.add_argument("--gateway-port", type=int, default=4000)
    parser.add_argument("--replay-port", type=int, default=9400)
    parser.add_argument("--log-folder", type=Path, default=REPOSITORY / ".local" / "log")
    options = parser.parse_args(arguments)
    token = os.environ.get(TOKEN_VARIABLE, "")
    if not token or not options.gateway_python:
        parser.error(f"--gateway-python and the environment variable {TOKEN_VARIABLE} are needed")
    return GatewaySettings(
        python=Path(options.gateway_python),
        webhook_url=options.webhook_url,
        webhook_token=token,
        log_folder=options.log_folder,
        gateway_port=options.gateway_port,
        replay_port=options.replay_port,
    )


def run(settings: GatewaySettings) -> None:
    """Start, watch, and stop in order when a signal arrives."""
    gateway = DemoGateway(settings, on_progress=_print_line)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        gateway.start()
        _print_line(f"ready {gateway.base_url}")
        while True:
            time.sleep(CHECK_INTERVAL_S)
            gateway.check()
    except KeyboardInterrupt:
        _print_line("stopping")
    finally:
        for sent in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sent, signal.SIG_IGN)
        gateway.stop()


def main() -> int:
    settings = read_settings(sys.argv[1:])
    try:
        run(settings)
    except GatewayFailed as exc:
        sys.stderr.write(f"{exc}\n")
        return 1
    return 0


def _print_line(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
