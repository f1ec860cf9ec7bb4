"""
`bin/start`: set everything up and run it until Ctrl-C.

What is slow runs side by side: environments install together, stores start together, and with --demo the
gateway starts while the stores migrate.
"""

import argparse
import os
import shlex
from pathlib import Path

from stack.demo import Demo
from stack.env_file import read_env_file
from stack.errors import StackError
from stack.instance import Instance
from stack.layout import Layout, instance_folder
from stack.locks import Holder, Lock
from stack.progress import Board, write_line
from stack.sample_calls import SampleCalls
from stack.session import supervision
from stack.system import require_linux

INTERRUPTED = 130


def parse_arguments(arguments: list[str]) -> argparse.Namespace:
    """The options of bin/start."""
    parser = argparse.ArgumentParser(prog="bin/start", description="Set everything up and run it until Ctrl-C.")
    parser.add_argument(
        "--demo",
        action="store_true",
        help="send sample calls through a real LiteLLM proxy and print the usage report",
    )
    parser.add_argument("--exit-after-report", action="store_true", help="with --demo: stop once the report is printed")
    options = parser.parse_args(arguments)
    if options.exit_after_report and not options.demo:
        parser.error("--exit-after-report goes with --demo")
    return options


def run(arguments: list[str], *, root: Path) -> int:
    """Start the stack, or say where it runs already."""
    options = parse_arguments(arguments)
    require_linux()
    layout = Layout(root, instance_folder(root, os.environ))
    lock = Lock(layout.lock_file)
    running = lock.acquire_after_commands(shlex.join(["bin/start", *arguments]), is_stack=True)
    if running is not None:
        return join_running(running, layout, options)
    try:
        return run_stack(layout, lock, options)
    finally:
        layout.addresses_file.unlink(missing_ok=True)
        lock.release()


def run_stack(layout: Layout, lock: Lock, options: argparse.Namespace) -> int:
    """Run until Ctrl-C, or until the demo's report is printed."""
    is_ready = False
    try:
        with supervision(layout) as supervisor:
            instance = Instance(layout, supervisor, with_demo=options.demo)
            demo = start_instance(instance, with_demo=options.demo)
            command = "bin/start --demo" if options.demo else "bin/start"
            lock.describe(Holder(os.getpid(), command, is_stack=True, url=instance.url, is_ready=True))
            is_ready = True
            show_addresses(instance)
            if demo is not None:
                demo.run()
            if options.exit_after_report:
                return 0
            write_line("Ctrl-C stops everything.")
            supervisor.run()
    except KeyboardInterrupt:
        write_line("✓ stopped")
    return 0 if is_ready else INTERRUPTED


def start_instance(instance: Instance, *, with_demo: bool) -> Demo | None:
    """Bring everything up; the gateway, which takes longest, starts as soon as its environment is there."""
    installation = instance.install()
    demo = Demo(instance) if with_demo else None
    if demo is not None and installation is None:
        demo.start_gateway()
    instance.start_stores()
    if demo is not None and installation is not None:
        instance.board.wait(installation)
        demo.start_gateway()
    instance.start_application()
    return demo


def show_addresses(instance: Instance) -> None:
    """Tell where to go next."""
    write_line("")
    write_line(f"  LLM Analytics  {instance.url}")
    if "GATEWAY_URL" in instance.addresses:
        write_line(f"  LiteLLM proxy  {instance.addresses['GATEWAY_URL']}")
    for line in instance.welcome.splitlines():
        write_line(f"  {line}")
    write_line(f"  logs           {instance.layout.shown(instance.layout.log('web').parent)}")
    write_line("")


def join_running(running: Holder, layout: Layout, options: argparse.Namespace) -> int:
    """Another bin/start has this folder: say where it is; with --demo send the sample calls to its gateway."""
    if not running.is_ready:
        write_line(f"{running.command} (process {running.pid}) is starting in this folder; it prints the URL there.")
        return 0
    write_line(f"✓ running already (process {running.pid}): {running.url}")
    if not options.demo:
        return 0
    addresses = read_env_file(layout.addresses_file)
    if "GATEWAY_URL" not in addresses:
        raise StackError(
            f"It was started without the demo: stop process {running.pid} (Ctrl-C there), then run bin/start --demo."
        )
    joined = Layout(layout.root, layout.instance / "joined")
    with supervision(joined) as supervisor:
        SampleCalls(joined, addresses, supervisor, Board()).run()
    return 0
