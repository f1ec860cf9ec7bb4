"""Run one of the scripts in `frontend/e2e`, which look at a screen in a real browser."""

import json
import subprocess
from pathlib import Path
from typing import Any

from stack.frontend import find_node
from stack.layout import Layout
from tests.e2e.started_stack import StartedStack

ROOT = Path(__file__).resolve().parents[3]
SCREENSHOTS = ROOT / ".local" / "screenshots"
BROWSER_TIMEOUT_S = 180.0
"""Only so that a browser that hangs ends."""


def look_at(script: str, stack: StartedStack, **question: Any) -> dict[str, Any]:
    """What the script saw of the stack, signed in by a one-time link."""
    node = find_node(Layout(ROOT, ROOT / ".local"))
    assert node is not None, "bin/test installs Node.js"
    asked = {
        "url": stack.url,
        "sign_in_link": stack.manage("sign_in_link", "--email", "admin@localhost").strip(),
        "screenshots": str(SCREENSHOTS),
        **question,
    }
    outcome = subprocess.run(
        [str(node.program), f"frontend/e2e/{script}"],
        cwd=ROOT,
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        timeout=BROWSER_TIMEOUT_S,
    )
    assert outcome.returncode == 0, outcome.stderr
    seen: dict[str, Any] = json.loads(outcome.stdout)
    return seen
