"""The static checks of bin/test and the summary of what failed."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from stack.errors import StackError
from stack.foreground import run_in_foreground
from stack.frontend import find_node
from stack.layout import Layout
from stack.progress import write_line

CHECKS = {
    "ruff format": ("-m", "ruff", "format", "--check"),
    "ruff check": ("-m", "ruff", "check"),
    "mypy": ("-m", "mypy"),
    # The warning is that no database could be asked which migrations ran: none needs to run for this check.
    "missing migrations": (
        "-W",
        "ignore::RuntimeWarning",
        "manage.py",
        "makemigrations",
        "--check",
        "--dry-run",
    ),
}
"""Name -> arguments of the environment's Python."""

FRONTEND_CHECKS = {
    "frontend API types": (
        *("node_modules/openapi-typescript/bin/cli.js", "../posthog/api/openapi.yaml"),
        *("--output", "src/shared/api/schema.d.ts", "--check"),
    ),
    "tsc": ("node_modules/typescript/bin/tsc", "--noEmit"),
    "eslint": ("node_modules/eslint/bin/eslint.js", "--max-warnings", "0", "."),
    "vitest": ("node_modules/vitest/vitest.mjs", "run"),
    "frontend size": ("scripts/check-size.mjs",),
}
"""Name -> arguments of Node, in `frontend`."""


@dataclass(frozen=True)
class Outcome:
    """How one check ended, and after how many seconds."""

    name: str
    exit_code: int
    duration_s: float


def run_check(name: str, run: Callable[[], int]) -> Outcome:
    """Run one check under its headline."""
    write_line(f"── {name}")
    started_at = time.monotonic()
    return Outcome(name, run(), time.monotonic() - started_at)


def run_checks(layout: Layout, environ: Mapping[str, str]) -> list[Outcome]:
    """Run every check, also after one has failed."""

    def run(arguments: Sequence[str]) -> int:
        return run_in_foreground([str(layout.app_python), *arguments], environ, cwd=layout.root)

    checks = [run_check(name, partial(run, arguments)) for name, arguments in CHECKS.items()]
    return checks + run_frontend_checks(layout, environ)


def run_frontend_checks(layout: Layout, environ: Mapping[str, str]) -> list[Outcome]:
    """
    The same of the UI; its packages are installed.

    Raises:
        StackError: there is no Node to run them.
    """
    node = find_node(layout)
    if node is None:
        raise StackError(
            "There is no Node.js to check the UI with: delete .local/env/frontend.stamp.json, run it again."
        )

    def run(arguments: Sequence[str]) -> int:
        return run_in_foreground([str(node.program), *arguments], environ, cwd=layout.root / "frontend")

    return [run_check(name, partial(run, arguments)) for name, arguments in FRONTEND_CHECKS.items()]


def show_outcomes(outcomes: list[Outcome]) -> int:
    """Print a line for each check; 1 when one failed."""
    write_line("── summary")
    for outcome in outcomes:
        sign, word = ("✓", "passed") if outcome.exit_code == 0 else ("✗", f"failed (exit code {outcome.exit_code})")
        write_line(f"{sign} {outcome.name} {word} {outcome.duration_s:.0f} s")
    return 1 if any(outcome.exit_code for outcome in outcomes) else 0
