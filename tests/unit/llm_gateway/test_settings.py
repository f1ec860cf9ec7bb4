"""The environment → settings, or one sentence that says what is wrong."""

import re
from pathlib import Path

import pytest

from posthog.errors import InvalidSetting
from posthog.llm_gateway.settings import VARIABLES, read_settings
from tests.unit.llm_gateway.fakes import make_settings


def test_defaults_hold_where_nothing_is_set(tmp_path: Path) -> None:
    """URL, token and folder are enough."""
    settings = make_settings(tmp_path)
    assert settings.receiver.url == "http://127.0.0.1:9/webhook"
    assert settings.writer.sync_interval_s == 0.05
    assert settings.writer.max_spool_bytes == 2 * 1024**3
    assert settings.writer.is_content_kept
    assert (settings.batch.max_records, settings.batch.max_bytes) == (500, 4 * 1024**2)


def test_missing_variable_is_named(tmp_path: Path) -> None:
    """A proxy without a token does not start and loses nothing silently."""
    with pytest.raises(InvalidSetting, match="POSTHOG_GATEWAY_TOKEN: expected a token, got nothing"):
        read_settings({"POSTHOG_GATEWAY_URL": "http://a", "POSTHOG_SPOOL_DIR": str(tmp_path)})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GATEWAY_URL", "posthog.example.com"),
        ("GATEWAY_URL", "ftp://posthog.example.com"),
        ("GATEWAY_TIMEOUT_S", "0"),
        ("GATEWAY_TIMEOUT_S", "nan"),
        ("GATEWAY_MAX_RETRY_S", "inf"),
        ("GATEWAY_BATCH_EVENTS", "1.5"),
        ("GATEWAY_DRAIN_S", "-1"),
        ("SPOOL_MAX_BYTES", "2GB"),
        ("SPOOL_CONTENT", "none"),
        ("SPOOL_DIR", "/proc/nowhere"),
    ],
)
def test_bad_value_is_named_with_its_rule(tmp_path: Path, name: str, value: str) -> None:
    """The sentence holds the variable, the rule and the value."""
    with pytest.raises(InvalidSetting, match=rf"POSTHOG_{name}: expected .*, got '{re.escape(value)}'"):
        make_settings(tmp_path, **{name: value})


def test_secrets_are_not_repeated(tmp_path: Path) -> None:
    """A token that a header cannot hold is refused without being shown."""
    with pytest.raises(InvalidSetting) as refused:
        make_settings(tmp_path, GATEWAY_TOKEN="phg secret")
    assert "secret" not in str(refused.value)


def test_folder_is_a_file(tmp_path: Path) -> None:
    """A folder that cannot be is told at the start."""
    (tmp_path / "file").touch()
    with pytest.raises(InvalidSetting, match="POSTHOG_SPOOL_DIR"):
        make_settings(tmp_path / "file")


def test_every_variable_is_in_the_readme() -> None:
    """The README's table of the shipper's settings is complete and states the same defaults."""
    readme = (Path(__file__).parents[3] / "README.md").read_text()
    rows = {
        f"| `{each.name}` | {f'`{each.default}`' if each.default else '–' if each.default == '' else 'required'} |"
        for each in VARIABLES
    }
    assert {row for row in rows if row not in readme} == set()
