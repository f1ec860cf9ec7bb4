"""pip's settings reach uv."""

from pathlib import Path

import pytest

from stack.pip_settings import list_pip_files, read_pip_settings, to_uv_variables, uv_environ, uv_flags


def write_pip_conf(home: Path, text: str) -> None:
    """Put the user's own pip.conf into a home folder."""
    folder = home / ".config" / "pip"
    folder.mkdir(parents=True)
    (folder / "pip.conf").write_text(text)


def list_home_files(home: Path) -> list[Path]:
    """The settings files under the home folder, without the machine's own."""
    return [file for file in list_pip_files({"HOME": str(home)}) if file.is_relative_to(home)]


def test_index_and_lists_of_the_users_file_are_passed_on(tmp_path: Path) -> None:
    """An index, extra indexes over several lines and find-links arrive in uv's own notation."""
    write_pip_conf(
        tmp_path,
        "[global]\nindex-url = https://a.test/simple\nextra-index-url =\n  https://b.test\n  https://c.test\n"
        "find-links = /w1 /w2\ntrusted-host = b.test\n",
    )
    settings = read_pip_settings({}, list_home_files(tmp_path))
    assert to_uv_variables(settings, {}) == {
        "UV_DEFAULT_INDEX": "https://a.test/simple",
        "UV_INDEX": "https://b.test https://c.test",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
        "UV_FIND_LINKS": "/w1,/w2",
        "UV_INSECURE_HOST": "b.test",
    }


def test_install_section_wins_over_global_and_variables_over_files(tmp_path: Path) -> None:
    """pip's own order of precedence holds."""
    write_pip_conf(
        tmp_path,
        "[install]\nindex-url = https://install.test\ncert = /install.pem\n[global]\nindex-url = https://global.test\n",
    )
    files = list_home_files(tmp_path)
    assert read_pip_settings({}, files)["index-url"] == "https://install.test"
    settings = read_pip_settings({"PIP_INDEX_URL": "https://variable.test"}, files)
    assert settings == {"index-url": "https://variable.test", "cert": "/install.pem"}


def test_file_named_by_the_variable_wins_over_the_users(tmp_path: Path) -> None:
    """PIP_CONFIG_FILE is read last."""
    write_pip_conf(tmp_path, "[global]\nindex-url = https://user.test\n")
    named = tmp_path / "named.conf"
    named.write_text("[global]\nindex-url = https://named.test\n")
    files = [*list_home_files(tmp_path), named]
    assert list_pip_files({"HOME": str(tmp_path), "PIP_CONFIG_FILE": str(named)})[-1] == named
    assert read_pip_settings({}, files)["index-url"] == "https://named.test"


def test_devnull_as_file_means_no_file_at_all(tmp_path: Path) -> None:
    """PIP_CONFIG_FILE=/dev/null switches the files off, as in pip."""
    assert list_pip_files({"HOME": str(tmp_path), "PIP_CONFIG_FILE": "/dev/null"}) == []


def test_uv_variable_of_the_user_is_left_alone() -> None:
    """What the user said to uv itself is not replaced by what was said to pip."""
    environ = {
        "PIP_CONFIG_FILE": "/dev/null",
        "PIP_INDEX_URL": "https://pip.test",
        "UV_DEFAULT_INDEX": "https://uv.test",
    }
    assert uv_environ(environ)["UV_DEFAULT_INDEX"] == "https://uv.test"


@pytest.mark.parametrize(("value", "flags"), [("1", ["--no-index"]), ("true", ["--no-index"]), ("0", []), ("", [])])
def test_no_index_becomes_a_flag(value: str, flags: list[str]) -> None:
    """uv has no variable for it."""
    assert uv_flags({"PIP_CONFIG_FILE": "/dev/null", "PIP_NO_INDEX": value}) == flags


def test_without_settings_uv_gets_nothing_new() -> None:
    """A machine without pip settings leaves uv to its defaults."""
    environ = {"PIP_CONFIG_FILE": "/dev/null", "PATH": "/bin"}
    assert uv_environ(environ) == environ


def test_broken_file_is_passed_over(tmp_path: Path) -> None:
    """A file that pip itself would complain about does not stop the set-up."""
    write_pip_conf(tmp_path, "index-url = no section\n")
    assert read_pip_settings({}, list_home_files(tmp_path)) == {}
