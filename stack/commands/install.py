"""`install NAME`: set up one environment; its own process, so that several are set up side by side."""

import os
from pathlib import Path

from stack.environments import ENVIRONMENTS, install
from stack.layout import Layout


def run(arguments: list[str], *, root: Path) -> int:
    """Set up the named environment."""
    install(ENVIRONMENTS[arguments[0]], Layout(root, root / ".local"), os.environ)
    return 0
