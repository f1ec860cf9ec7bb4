"""An environment is set up again exactly when it must be."""

import json
from pathlib import Path

import pytest

from stack.environments import (
    APP,
    DEV,
    ENVIRONMENTS,
    PYTHON_VERSION,
    REDIS,
    Environment,
    compute_digest,
    install,
    is_current,
)
from stack.errors import StackError
from stack.layout import Layout
from stack.system import require_free_disk
from stack.uv import explain_failed_install


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    """A checkout whose application environment was just set up, without test packages."""
    for name in ("requirements.txt", "requirements-dev.txt"):
        (tmp_path / name).write_text(f"{name}==1\n")
    layout = Layout(tmp_path, tmp_path / ".local")
    layout.app_python.parent.mkdir(parents=True)
    layout.app_python.touch(mode=0o755)
    write_stamp(layout, APP, {"python": PYTHON_VERSION, **digests(layout, "requirements.txt")})
    return layout


def digests(layout: Layout, *names: str) -> dict[str, str]:
    """The part of a stamp that says what was installed."""
    return {name: compute_digest(layout.root, name) for name in names}


def write_stamp(layout: Layout, environment: Environment, stamp: dict[str, str]) -> None:
    """What a finished installation leaves."""
    (layout.environments / f"{environment.name}.stamp.json").write_text(json.dumps(stamp))


def test_nothing_changed_means_current(layout: Layout) -> None:
    """The second run installs nothing."""
    assert is_current(APP, layout)


def test_installing_a_current_environment_touches_nothing(layout: Layout) -> None:
    """No installer is needed where everything stands: the environment here could run none."""
    install(APP, layout, {})
    assert layout.app_python.read_bytes() == b""


def test_application_environment_lacks_the_test_packages(layout: Layout) -> None:
    """bin/test after bin/start still has something to install."""
    assert not is_current(DEV, layout)


def test_test_environment_serves_the_application_too(layout: Layout) -> None:
    """bin/start after bin/test has nothing to install."""
    names = ("requirements.txt", "requirements-dev.txt")
    write_stamp(layout, DEV, {"python": PYTHON_VERSION, **digests(layout, *names)})
    assert is_current(APP, layout)
    assert is_current(DEV, layout)


def test_changed_requirements_mean_not_current(layout: Layout) -> None:
    """A pulled lock file is noticed."""
    (layout.root / "requirements.txt").write_text("requirements.txt==2\n")
    assert not is_current(APP, layout)


def test_other_python_means_not_current(layout: Layout) -> None:
    """Packages of one Python are no good to another."""
    write_stamp(layout, APP, {"python": "3.10", **digests(layout, "requirements.txt")})
    assert not is_current(APP, layout)


def test_dangling_python_means_not_current(layout: Layout) -> None:
    """The Python that the environment was made from was removed."""
    layout.app_python.unlink()
    layout.app_python.symlink_to(layout.root / "gone")
    assert not is_current(APP, layout)


@pytest.mark.parametrize("text", ["", "[]", "{"])
def test_unreadable_stamp_means_not_current(layout: Layout, text: str) -> None:
    """A stamp that a crash cut short is no stamp."""
    (layout.environments / "app.stamp.json").write_text(text)
    assert not is_current(APP, layout)


def test_redis_is_stamped_with_its_pin(layout: Layout) -> None:
    """The binary depends on no Python."""
    assert not is_current(REDIS, layout)
    write_stamp(layout, REDIS, digests(layout, REDIS.requirements))
    assert is_current(REDIS, layout)


def test_every_requirements_file_is_in_the_checkout() -> None:
    """What an environment names exists."""
    root = Path(__file__).parents[3]
    files = [environment.requirements for environment in ENVIRONMENTS.values() if environment is not REDIS]
    assert [name for name in files if not (root / name).is_file()] == []


def test_full_disk_is_one_sentence(tmp_path: Path) -> None:
    """It says how much is needed, where, and how much there is."""
    with pytest.raises(StackError, match=r"1000000000\.0 GB of free disk space are needed.*has \d+\.\d GB"):
        require_free_disk(tmp_path / "not" / "yet", 10**18)


@pytest.mark.parametrize(
    ("output", "advice"),
    [
        pytest.param(
            "error: Failed to fetch\n caused by: dns error: no such host",
            "Check the network",
            id="no-network",
        ),
        pytest.param("error: write failed: No space left on device (os error 28)", "Free some disk space", id="disk"),
        pytest.param("error: No solution found", "Run it again; if it fails", id="other"),
    ],
)
def test_failed_install_says_what_to_do_and_what_was_said(output: str, advice: str) -> None:
    """The advice fits the cause, and the installer's last lines stand below."""
    text = explain_failed_install("install the gateway environment", output)
    assert text.startswith(f"Could not install the gateway environment. {advice}")
    assert text.endswith(output.splitlines()[-1])
