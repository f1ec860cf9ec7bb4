"""
Reads environment variables: each by name, rule and default, or one sentence that says what is wrong.

Every read is remembered in `REGISTERED`, so that the table of settings is printed from what the code does.
An empty value counts as unset: the default holds.
"""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar
from urllib.parse import SplitResult, urlsplit

from posthog.errors import InvalidSetting

T = TypeVar("T")

TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS = frozenset({"0", "false", "no", "off"})
SHOWN_CHARACTERS = 80
IDENTIFIER_CHARACTERS = re.compile(r"[A-Za-z0-9_.-]*")


@dataclass(frozen=True, slots=True)
class Rule(Generic[T]):
    """
    What a value must be.

    Attributes:
        text: Completes the sentence "expected ...".
        parse: Text → value; raises ValueError whose message completes the sentence "..., got ...".
    """

    text: str
    parse: Callable[[str], T]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One environment variable, as the table of settings shows it."""

    name: str
    rule: str
    default: str
    about: str


REGISTERED: dict[str, Setting] = {}


def setting(name: str, rule: Rule[T], *, default: str, about: str) -> T:
    """
    Read one variable.

    Args:
        default: As it would be written in the environment; must keep the rule itself.
        about: One line for the table of settings.
    Raises:
        InvalidSetting: The value breaks the rule.
    """
    REGISTERED[name] = Setting(name=name, rule=rule.text, default=default, about=about)
    return parse_setting(name, os.environ.get(name) or default, rule)


def parse_setting(name: str, value: str, rule: Rule[T]) -> T:
    """
    Raises:
        InvalidSetting: The value breaks the rule; the message never repeats a secret.
    """
    try:
        return rule.parse(value)
    except ValueError as fault:
        raise InvalidSetting(f"{name}: expected {rule.text}, got {fault}") from None


def read_env_file(path: Path) -> dict[str, str]:
    """Parse NAME=value lines; a file that does not exist holds nothing. Quotes around a value are dropped."""
    if not path.is_file():
        return {}
    lines = [line.strip() for line in path.read_text().splitlines()]
    pairs = [line.partition("=") for line in lines if line and not line.startswith("#")]
    return {name.removeprefix("export ").strip(): value.strip().strip("'\"") for name, _, value in pairs}


def whole_number(minimum: int, maximum: int | None = None) -> Rule[int]:
    """A decimal integer within bounds, both inclusive."""

    def parse(value: str) -> int:
        try:
            number = int(value)
        except ValueError:
            raise ValueError(_quote(value)) from None
        if number < minimum or (maximum is not None and number > maximum):
            raise ValueError(str(number))
        return number

    bounds = f">= {minimum}" if maximum is None else f"from {minimum} to {maximum}"
    return Rule(f"a whole number {bounds}", parse)


def one_of(*names: str) -> Rule[str]:
    """One of a few words, in any case."""

    def parse(value: str) -> str:
        if value.lower() not in names:
            raise ValueError(_quote(value))
        return value.lower()

    return Rule(" or ".join(names), parse)


def secret(minimum_characters: int) -> Rule[str]:
    """A text nobody guesses; never shown."""

    def parse(value: str) -> str:
        if value and len(value) < minimum_characters:
            raise ValueError(f"{len(value)} characters")
        return value

    return Rule(f"a secret of {minimum_characters} or more characters", parse)


def split_url(*schemes: str, what: str) -> Rule[SplitResult]:
    """An absolute URL; its password is never shown."""

    def parse(value: str) -> SplitResult:
        try:
            parts = urlsplit(value)
            _ = parts.port
        except ValueError:
            raise ValueError("one that cannot be parsed") from None
        if parts.scheme not in schemes:
            raise ValueError(f"scheme {_quote(parts.scheme)}")
        if not parts.hostname and "host=" not in parts.query:
            raise ValueError("one without a host")
        return parts

    return Rule(f"{what} ({', '.join(f'{scheme}://' for scheme in schemes)})", parse)


def _quote(value: str) -> str:
    return repr(value if len(value) <= SHOWN_CHARACTERS else f"{value[:SHOWN_CHARACTERS]}…")


def _parse_flag(value: str) -> bool:
    word = value.lower()
    if word not in TRUE_WORDS | FALSE_WORDS:
        raise ValueError(_quote(value))
    return word in TRUE_WORDS


def _parse_names(value: str) -> list[str]:
    return [name.strip() for name in value.split(",") if name.strip()]


def _parse_file_path(value: str) -> str:
    if value and not Path(value).is_file():
        raise ValueError(f"{_quote(value)}, which is no file")
    return value


def _parse_identifier(value: str) -> str:
    if not IDENTIFIER_CHARACTERS.fullmatch(value):
        raise ValueError(_quote(value))
    return value


TEXT: Rule[str] = Rule("text", str)
IDENTIFIER: Rule[str] = Rule("letters, digits, `_`, `-` or `.`", _parse_identifier)
"""A name that SQL may hold as it is."""
FLAG: Rule[bool] = Rule("0 or 1", _parse_flag)
NAMES: Rule[list[str]] = Rule("names separated by commas", _parse_names)
FILE_PATH: Rule[str] = Rule("the path of a file", _parse_file_path)
PORT: Rule[int] = whole_number(1, 65535)
