"""`install NAME`: set up one environment or the pages; its own process, so that several are set up side by side."""

import os
from pathlib import Path

from stack import frontend
from stack.environments import ENVIRONMENTS, install
from stack.layout import Layout


def run(arguments: list[str], *, root: Path) -> int:
    """Set up what is named."""
    layout = Layout(root, root / ".local")
    if arguments[0] == frontend.KEY:
        frontend.build(layout, os.environ)
    else:
        install(ENVIRONMENTS[arguments[0]], layout, os.environ)
    return 0
