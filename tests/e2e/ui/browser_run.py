"""Runs a script of `frontend/e2e` in Node, where a headless browser looks at a running stack."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from stack.frontend import find_node
from stack.layout import Layout

ROOT = Path(__file__).resolve().parents[3]
SCREENSHOTS = ROOT / ".local" / "screenshots"
TIMEOUT_S = 240.0
"""Only so that a browser that hangs ends."""


def run_in_browser(script: str, question: Mapping[str, Any]) -> Any:
    """
    What the script saw, as its JSON says it.

    Raises:
        AssertionError: There is no Node, or the script failed; with what it said.
    """
    node = find_node(Layout(ROOT, ROOT / ".local"))
    assert node is not None, "bin/test installs Node.js"
    outcome = subprocess.run(
        [str(node.program), f"frontend/e2e/{script}"],
        cwd=ROOT,
        input=json.dumps({**question, "screenshots": str(SCREENSHOTS)}),
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
    )
    assert outcome.returncode == 0, outcome.stderr
    return json.loads(outcome.stdout)


def list_serious(violations: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those of axe's findings that shut somebody out."""
    return [each for each in violations if each["impact"] in ("serious", "critical")]
