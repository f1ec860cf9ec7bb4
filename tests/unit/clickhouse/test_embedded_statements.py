"""What the embedded server reads out of a statement's text."""

import pytest

from posthog.clickhouse.embedded.statements import (
    Insert,
    awaits_data,
    changes_session,
    first_word,
    is_reading,
    may_have_more,
    parse_insert,
    without_end,
    without_format,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("INSERT INTO t (a) VALUES", True),
        ("insert into t values ;\n", True),
        ("/* a */ -- b\nINSERT INTO t FORMAT Native", True),
        ("INSERT INTO t VALUES (1)", False),
        ("INSERT INTO t VALUES ('FORMAT Native')", False),
        ("INSERT INTO t SELECT 1", False),
        ("SELECT 1 FORMAT Native", False),
        ("-- INSERT INTO t VALUES", False),
        ("", False),
    ],
)
def test_an_insert_without_values_awaits_data(text: str, expected: bool) -> None:
    """Its text ends where the data would begin."""
    assert awaits_data(text) is expected


def test_many_comments_are_read_in_time() -> None:
    """A pattern that tried every way to read them would not end."""
    comments = "/* a */ " * 5000
    assert not awaits_data(f"{comments}SELECT 1")
    assert first_word(f"{comments}SELECT 1") == "SELECT"


@pytest.mark.parametrize(
    ("canonical", "expected"),
    [
        ("INSERT INTO t FORMAT Values", Insert("INSERT INTO t", "SELECT * FROM t")),
        (
            "INSERT INTO `a b`.t (x, * EXCEPT y) SETTINGS z = 1 FORMAT Native",
            Insert("INSERT INTO `a b`.t (x, * EXCEPT y) SETTINGS z = 1", "SELECT x, * EXCEPT y FROM `a b`.t"),
        ),
        ("INSERT INTO FUNCTION file('x') FORMAT Values", None),
        ("INSERT INTO t SELECT 1 FORMAT Values", None),
    ],
)
def test_an_insert_names_its_table_and_columns(canonical: str, expected: Insert | None) -> None:
    """The sample query has the columns that the data must have."""
    assert parse_insert(canonical) == expected


@pytest.mark.parametrize(
    ("text", "word"), [("select 1", "SELECT"), (" -- x\n\tUse a", "USE"), ("(SELECT 1)", ""), ("", ""), ("--x", "")]
)
def test_the_first_word_tells_the_kind(text: str, word: str) -> None:
    """Comments before it do not count."""
    assert first_word(text) == word
    assert changes_session(text) is (word == "USE")
    assert is_reading(text) is (word == "SELECT")


@pytest.mark.parametrize(
    ("canonical", "expected"),
    [
        ("SELECT 1 FORMAT JSON", "SELECT 1"),
        ("SELECT 1 FORMAT JSON SETTINGS a = 1", "SELECT 1 SETTINGS a = 1"),
        ("SELECT ' FORMAT JSON'", "SELECT ' FORMAT JSON'"),
        ("SELECT 1", "SELECT 1"),
    ],
)
def test_the_format_goes_and_the_settings_stay(canonical: str, expected: str) -> None:
    """Only a clause at the end is one."""
    assert without_format(canonical) == expected


@pytest.mark.parametrize(
    ("text", "expected"), [("SELECT 1;", False), ("SELECT 1 -- x", True), ("SELECT 1; SELECT 2", True)]
)
def test_a_semicolon_at_the_end_is_nothing_more(text: str, expected: bool) -> None:
    """Comments and a second statement are."""
    assert may_have_more(without_end(text)) is expected
