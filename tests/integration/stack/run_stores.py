"""
A supervisor in a process of its own: Postgres and Redis on free ports, until it is stopped.

Prints one JSON line with the addresses once both are ready. Arguments: checkout, instance folder.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, sys.argv[1])

from stack.addresses import build_addresses, load_secrets, take_any_ports
from stack.child import Program
from stack.errors import StackError
from stack.layout import Layout
from stack.progress import Board, write_line
from stack.session import supervision
from stack.stores import build_stores, start_stores

FAMILY = "import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(300)']).wait()"


def main(root: Path, instance: Path) -> int:
    """Run until Ctrl-C or SIGTERM."""
    layout = Layout(root, instance)
    with supervision(layout) as supervisor:
        board = Board()
        ports = take_any_ports(("postgres", "redis"))
        passwords = load_secrets(layout)
        start_stores(build_stores(layout, ports, passwords), supervisor, board)
        board.add("family", supervisor.start(Program(name="family", command=(sys.executable, "-c", FAMILY))))
        board.wait()
        sys.stdout.write(json.dumps(build_addresses(ports, passwords, {})) + "\n")
        sys.stdout.flush()
        supervisor.run()
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
    except KeyboardInterrupt:
        sys.exit(0)
    except StackError as error:
        write_line(f"✗ {error}")
        sys.exit(1)
