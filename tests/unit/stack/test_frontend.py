"""The UI's pages are built again exactly when they must be."""

import json
from pathlib import Path

import pytest

from stack import frontend
from stack.layout import Layout


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    """A checkout whose pages were just built."""
    folder = tmp_path / "frontend"
    for name in ("package.json", "package-lock.json", ".npmrc", "src/main.tsx", "dist/index.html"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    layout = Layout(tmp_path, tmp_path / ".local")
    layout.environments.mkdir(parents=True)
    stamp = frontend._make_stamp(layout)
    (layout.environments / "frontend.stamp.json").write_text(json.dumps(stamp))
    return layout


def test_nothing_changed_means_built(layout: Layout) -> None:
    """The second run builds nothing: there is no Node here that could."""
    assert frontend.is_built(layout)
    frontend.build(layout, {})


@pytest.mark.parametrize("name", ["src/main.tsx", "package-lock.json", "src/new.css"])
def test_another_source_means_another_build(layout: Layout, name: str) -> None:
    """Changed or new, at any depth."""
    (layout.root / "frontend" / name).write_text("changed")
    assert not frontend.is_built(layout)


def test_a_removed_source_means_another_build(layout: Layout) -> None:
    """Its text is in the pages still."""
    (layout.root / "frontend" / "src" / "main.tsx").unlink()
    assert not frontend.is_built(layout)


def test_what_is_made_is_no_source(layout: Layout) -> None:
    """Packages and pages change without a build's being needed."""
    for name in ("node_modules", "dist"):
        (layout.root / "frontend" / name).mkdir(exist_ok=True)
        (layout.root / "frontend" / name / "new.js").touch()
    assert frontend.is_built(layout)


def test_removed_pages_are_built_again(layout: Layout) -> None:
    """Whatever the stamp says."""
    (layout.root / "frontend" / "dist" / "index.html").unlink()
    assert not frontend.is_built(layout)


def test_packages_are_pinned_without_addresses() -> None:
    """The lock file holds for every registry."""
    lock = json.loads((Path(__file__).parents[3] / "frontend" / "package-lock.json").read_text())
    assert [name for name, package in lock["packages"].items() if "resolved" in package] == []
