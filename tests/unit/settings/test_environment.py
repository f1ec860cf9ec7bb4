"""Reading one environment variable: the default, the rule, the sentence about a value that breaks it."""

from pathlib import Path
from typing import Any

import pytest

from posthog.errors import InvalidSetting
from posthog.settings.environment import (
    FILE_PATH,
    FLAG,
    IDENTIFIER,
    NAMES,
    PORT,
    Rule,
    one_of,
    parse_setting,
    read_env_file,
    secret,
    setting,
    split_url,
    whole_number,
)

URL = split_url("redis", "rediss", what="the address of a Redis server")


@pytest.mark.parametrize(
    ("rule", "text", "value"),
    [
        pytest.param(FLAG, "1", True, id="flag-on"),
        pytest.param(FLAG, "No", False, id="flag-word"),
        pytest.param(PORT, "65535", 65535, id="highest-port"),
        pytest.param(whole_number(0), "0", 0, id="zero"),
        pytest.param(one_of("json", "console"), "JSON", "json", id="word-in-any-case"),
        pytest.param(NAMES, " a.example, ,b ", ["a.example", "b"], id="names"),
        pytest.param(IDENTIFIER, "llm_usage-2", "llm_usage-2", id="identifier"),
        pytest.param(FILE_PATH, "", "", id="no-file"),
        pytest.param(secret(3), "", "", id="no-secret"),
    ],
)
def test_value_that_keeps_the_rule_is_parsed(rule: Rule[Any], text: str, value: object) -> None:
    """Text becomes the value that it stands for."""
    assert parse_setting("NAME", text, rule) == value


@pytest.mark.parametrize(
    ("rule", "text", "sentence"),
    [
        pytest.param(FLAG, "2", "NAME: expected 0 or 1, got '2'", id="flag"),
        pytest.param(PORT, "65536", "NAME: expected a whole number from 1 to 65535, got 65536", id="port"),
        pytest.param(whole_number(1), "1.5", "NAME: expected a whole number >= 1, got '1.5'", id="fraction"),
        pytest.param(one_of("json", "console"), "xml", "NAME: expected json or console, got 'xml'", id="word"),
        pytest.param(IDENTIFIER, "a'b", 'NAME: expected letters, digits, `_`, `-` or `.`, got "a\'b"', id="quote"),
        pytest.param(FILE_PATH, "/nowhere", "NAME: expected the path of a file, got '/nowhere', which is no file"),
        pytest.param(URL, "http://x", "NAME: expected the address of a Redis server (redis://, rediss://), got scheme"),
        pytest.param(URL, "redis://", "(redis://, rediss://), got one without a host", id="no-host"),
        pytest.param(URL, "redis://h:port", "(redis://, rediss://), got one that cannot be parsed", id="port-word"),
    ],
)
def test_value_that_breaks_the_rule_is_named(rule: Rule[Any], text: str, sentence: str) -> None:
    """One sentence: the name, the rule, what was seen."""
    with pytest.raises(InvalidSetting) as refused:
        parse_setting("NAME", text, rule)
    assert sentence in str(refused.value)


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        pytest.param(secret(50), "hunter2", id="short-secret"),
        pytest.param(URL, "http://user:hunter2@host", id="url-with-password"),
    ],
)
def test_refusal_never_repeats_a_secret(rule: Rule[Any], text: str) -> None:
    """The sentence ends up in logs."""
    with pytest.raises(InvalidSetting) as refused:
        parse_setting("NAME", text, rule)
    assert "hunter2" not in str(refused.value)


def test_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    """`NAME=` in an env file is how people unset a variable."""
    monkeypatch.setattr("posthog.settings.environment.REGISTERED", {})
    monkeypatch.setenv("NAME", "")
    assert setting("NAME", PORT, default="7", about="a port") == 7
    monkeypatch.setenv("NAME", "8")
    assert setting("NAME", PORT, default="7", about="a port") == 8


def test_env_file_is_read_as_a_shell_would(tmp_path: Path) -> None:
    """Comments, `export` and quotes are not part of a value."""
    path = tmp_path / "secrets.env"
    path.write_text("# made once\nexport A='x=y'\n\nB=2\n")
    assert read_env_file(path) == {"A": "x=y", "B": "2"}
    assert read_env_file(tmp_path / "none.env") == {}
