"""
`bin/bench [NAME…] [--json]`: run benchmarks and print each figure beside its baseline.

With --json one line each: {"bench", "figure", "value", "unit", "baseline", "ratio", "goal", "holds"}; null
where there is none. Exit code 1 when a goal does not hold or a benchmark fails, 2 for an unknown name.
"""

import argparse
import importlib
import json
import os
import pkgutil
import sys
import traceback
from collections.abc import Callable, Iterable
from types import ModuleType

import django

import benchmarks
from benchmarks import Figure

Write = Callable[[str], object]


def list_benchmarks(package: ModuleType = benchmarks) -> list[str]:
    """Names of the modules that measure something: every one beside this that is not private."""
    names = (module.name for module in pkgutil.iter_modules(package.__path__))
    return sorted(name for name in names if name != "runner" and not name.startswith("_"))


def render_json(bench: str, figure: Figure) -> str:
    """One figure as a line for scripts."""
    fields = {"bench": bench, "figure": figure.name, "value": figure.value, "unit": figure.unit}
    fields |= {"baseline": figure.baseline, "ratio": figure.ratio}
    fields |= {"goal": str(figure.goal) if figure.goal else None, "holds": figure.holds}
    return json.dumps(fields)


def render_text(bench: str, figure: Figure) -> str:
    """One figure as a line for people."""
    line = f"{bench:<20} {figure.name:<40} {format_number(figure.value):>12} {figure.unit:<8}"
    if figure.baseline is not None:
        line += f" baseline {format_number(figure.baseline):>12}"
    if figure.ratio is not None:
        line += f" ratio {figure.ratio:>8.3g}"
    if figure.goal is not None:
        line += f" goal {figure.goal}: {'holds' if figure.holds else 'DOES NOT HOLD'}"
    return line


def format_number(value: float) -> str:
    """Three decimals below a hundred, none above."""
    return f"{value:,.3f}" if abs(value) < 100 else f"{value:,.0f}"


def run_benchmark(name: str, measure: Callable[[], Iterable[Figure]], *, write: Write, as_json: bool) -> bool:
    """Print a benchmark's figures as they come; whether it ran through and all its goals hold."""
    render = render_json if as_json else render_text
    holds = True
    try:
        for figure in measure():
            write(render(name, figure) + "\n")
            holds = holds and figure.holds is not False
    except Exception:  # noqa: BLE001 - the outermost loop: a broken benchmark must not hide the others' figures
        traceback.print_exc()
        return False
    return holds


def main(arguments: list[str], write: Write = sys.stdout.write) -> int:
    """Run the named benchmarks, or all."""
    known = list_benchmarks()
    parser = argparse.ArgumentParser(prog="bin/bench", description="Measure, each figure beside its baseline.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of: {', '.join(known)}")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    options = parser.parse_args(arguments)
    unknown = [name for name in options.names if name not in known]
    if unknown:
        parser.error(f"there is no benchmark {', '.join(unknown)}; there are: {', '.join(known)}")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "posthog.settings")
    django.setup()  # some import the models
    outcomes = []
    for name in options.names or known:
        measure = importlib.import_module(f"benchmarks.{name}").run
        outcomes.append(run_benchmark(name, measure, write=write, as_json=options.json))
        sys.stdout.flush()
    return 0 if all(outcomes) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
