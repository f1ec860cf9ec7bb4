"""`bin/bench [NAME…] [--json]`: run the benchmarks beside servers of their own; see benchmarks/runner.py."""

import os
from pathlib import Path

from stack.commands.test import exclusive_servers
from stack.environments import GATEWAY
from stack.foreground import run_in_foreground
from stack.layout import Layout, instance_folder
from stack.system import require_linux


def run(arguments: list[str], *, root: Path) -> int:
    """The runner's exit code."""
    require_linux()
    layout = Layout(root, instance_folder(root, os.environ) / "bench")
    with exclusive_servers(layout, [GATEWAY], command="bin/bench") as environ:
        command = [str(layout.app_python), "-m", "benchmarks.runner", *arguments]
        return run_in_foreground(command, environ, cwd=root)
