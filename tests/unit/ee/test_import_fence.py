"""`ee` imports posthog, never the reverse: posthog must run where `ee` is not."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


def list_imports(source: str) -> Iterator[str]:
    """The modules that a source names in import statements and in `import_module("…")`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
        elif isinstance(node, ast.Call) and "import_module" in ast.unparse(node.func) and node.args:
            yield ast.unparse(node.args[0]).strip("'\"")


def imports_ee(source: str) -> bool:
    return any(name.partition(".")[0] == "ee" for name in list_imports(source))


def test_posthog_does_not_import_ee() -> None:
    """Not in any module, at any depth."""
    files = [*(ROOT / "posthog").rglob("*.py")]
    assert len(files) > 100
    assert [str(file.relative_to(ROOT)) for file in files if imports_ee(file.read_text())] == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        pytest.param("import ee", True, id="package"),
        pytest.param("from ee.models import X", True, id="from"),
        pytest.param("def f():\n    import ee.tasks as t", True, id="inside"),
        pytest.param("import_module('ee.apps')", True, id="by-name"),
        pytest.param("import eel\nfrom posthog.ee import x", False, id="another"),
    ],
)
def test_fence_sees_every_way_of_importing(source: str, found: bool) -> None:
    """And takes nothing else for one."""
    assert imports_ee(source) is found
