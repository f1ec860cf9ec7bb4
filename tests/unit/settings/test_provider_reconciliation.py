"""The threshold of providers' books is a percentage."""

from decimal import Decimal

import pytest

from posthog.errors import InvalidSetting
from posthog.settings.environment import parse_setting
from posthog.settings.provider_reconciliation import PERCENT


@pytest.mark.parametrize("text", ["0", "99.5", "100"])
def test_percentage_is_exact(text: str) -> None:
    """No binary fraction of it."""
    assert parse_setting("T", text, PERCENT) == Decimal(text)


@pytest.mark.parametrize("text", ["-1", "100.1", "NaN", "much"])
def test_no_percentage_is_refused(text: str) -> None:
    """By the name of the setting."""
    with pytest.raises(InvalidSetting, match="T: expected a percentage from 0 to 100, got"):
        parse_setting("T", text, PERCENT)
