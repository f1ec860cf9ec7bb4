"""Reads a provider's answer field by field; a field that breaks its rule is named by its path."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from posthog.errors import AccountingError

MISSING = object()


class BooksUnreadable(AccountingError):
    """A provider's books are not what their documentation says; the message names the field and the rule."""


@dataclass(frozen=True, slots=True)
class Node:
    """A JSON value and where it stands, e.g. `/v1/organization/costs: data[0].results[2]`."""

    value: Any
    path: str

    def child(self, key: str) -> "Node":
        """The field of an object; its value is MISSING where there is none."""
        if not isinstance(self.value, dict):
            raise self.fail("an object")
        separator = "" if self.path.endswith(": ") else "."
        return Node(self.value.get(key, MISSING), f"{self.path}{separator}{key}")

    def list_children(self, key: str) -> list["Node"]:
        node = self.child(key)
        if not isinstance(node.value, list):
            raise node.fail("a list")
        return [Node(value, f"{node.path}[{place}]") for place, value in enumerate(node.value)]

    def find_count(self, key: str) -> int | None:
        """A whole number that may be absent or null."""
        node = self.child(key)
        return None if node.is_absent else node.read_count()

    def get_count(self, key: str) -> int:
        return self.child(key).read_count()

    def find_text(self, key: str) -> str | None:
        node = self.child(key)
        return None if node.is_absent else node.read_text()

    def get_amount(self, key: str) -> Decimal:
        """A number, or a decimal number in a text; never rounded."""
        node = self.child(key)
        if isinstance(node.value, bool) or not isinstance(node.value, int | str | Decimal):
            raise node.fail("a number")
        try:
            amount = Decimal(node.value)
        except InvalidOperation:
            raise node.fail("a number") from None
        if not amount.is_finite():
            raise node.fail("a finite number")
        return amount

    def get_unix_day(self, key: str) -> date:
        """Seconds since 1970 of a midnight of UTC."""
        node = self.child(key)
        try:
            moment = datetime.fromtimestamp(node.read_count(), UTC)
        except (OverflowError, ValueError, OSError):
            raise node.fail("seconds since 1970") from None
        return node.require_midnight(moment)

    def get_iso_day(self, key: str) -> date:
        """An RFC 3339 moment at a midnight of UTC."""
        node = self.child(key)
        try:
            moment = datetime.fromisoformat(node.read_text())
            if moment.tzinfo is not None:
                moment = moment.astimezone(UTC)
        except (OverflowError, ValueError):
            raise node.fail("an RFC 3339 moment") from None
        if moment.tzinfo is None:
            raise node.fail("an RFC 3339 moment with its zone")
        return node.require_midnight(moment)

    @property
    def is_absent(self) -> bool:
        return self.value is MISSING or self.value is None

    def read_count(self) -> int:
        value = self.value
        if isinstance(value, Decimal) and value == value.to_integral_value():
            value = int(value)
        if type(value) is not int or value < 0:
            raise self.fail("a whole number >= 0")
        return value

    def read_text(self) -> str:
        if not isinstance(self.value, str):
            raise self.fail("text")
        return self.value

    def require_midnight(self, moment: datetime) -> date:
        if moment.time() != datetime.min.time():
            raise self.fail("a midnight of UTC")
        return moment.date()

    def fail(self, rule: str) -> BooksUnreadable:
        """What to raise where the value breaks a rule; the value itself is shown only where it is a number."""
        value = self.value
        names: dict[type, str] = {dict: "an object", list: "a list", str: "text", bool: "true or false"}
        seen = "nothing" if self.is_absent else names.get(type(value)) or str(value)[:40]
        return BooksUnreadable(f"{self.path.removesuffix(': ')}: expected {rule}, got {seen}")
