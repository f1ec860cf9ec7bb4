"""Look at a screen with a real browser: run its script of frontend/e2e, in Node, against a running stack."""

import json
import subprocess
from pathlib import Path
from typing import Any

from posthog.api.formatting import format_count, format_usd
from stack.frontend import find_node
from stack.layout import Layout
from tests.e2e.demo_run import read_gateway_teams
from tests.e2e.started_stack import StartedStack

ROOT = Path(__file__).resolve().parents[3]
SCREENSHOTS = ROOT / ".local" / "screenshots"
DEMO_USER = "admin@localhost"
BROWSER_TIMEOUT_S = 240.0
"""Only so that a browser that hangs ends."""


def look_at(stack: StartedStack, script: str, *, user: str | None = DEMO_USER, **more: Any) -> dict[str, Any]:
    """
    What the script saw, see its docstring.

    Args:
        script: Its name, e.g. `breakdowns`.
        user: Who is signed in; None: nobody.
        more: What the script asks for beside the address, the sign-in and where the pictures go.
    Raises:
        AssertionError: There is no Node, or the script failed; with what it said.
    """
    node = find_node(Layout(ROOT, ROOT / ".local"))
    assert node is not None, "bin/test installs Node.js"
    question = {
        "url": stack.url,
        "sign_in_link": user and stack.manage("sign_in_link", "--email", user).strip(),
        "screenshots": str(SCREENSHOTS),
        **more,
    }
    outcome = subprocess.run(
        [str(node.program), f"frontend/e2e/{script}.mjs"],
        cwd=ROOT,
        input=json.dumps(question),
        capture_output=True,
        text=True,
        timeout=BROWSER_TIMEOUT_S,
    )
    assert outcome.returncode == 0, outcome.stderr
    seen: dict[str, Any] = json.loads(outcome.stdout)
    return seen


def find_team_id(stack: StartedStack, gateway_team: str) -> int:
    """Ours for the gateway's."""
    return next(team_id for team_id, theirs in read_gateway_teams(stack).items() if theirs == gateway_team)


def title_usd(amount: Any) -> str:
    """What hovering over an amount shows."""
    return format_usd(amount).title


def title_count(count: int | None) -> str:
    """What hovering over a count of tokens shows."""
    return format_count(count).title


def require_clean(seen: dict[str, Any]) -> None:
    """
    Nothing was refused or broke, no serious fault of accessibility, nothing wider than a small screen.

    The content security policy's refusals are among what the console says.
    """
    assert seen["faults"] == []
    assert [each for each in seen["axe"] if each["impact"] in ("serious", "critical")] == []
    assert seen["wide"] == []


def require_screenshots(name: str) -> None:
    """For people to look at: both themes, both widths."""
    for theme in ("light", "dark"):
        for width_px in (1280, 390):
            assert (SCREENSHOTS / f"{name}-{theme}-{width_px}.png").stat().st_size > 0
