"""How exact amounts are told."""

from decimal import Decimal

import pytest

from posthog.api.rest.fields import AmountField


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        pytest.param(0.1 + 0.2, "0.3", id="noise"),
        pytest.param(0.1 * 3e-6, "0.0000003", id="noise-of-a-tiny-one"),
        pytest.param(0.123456789012345, "0.123456789012345", id="every-digit-that-a-float-keeps"),
        pytest.param(0.0, "0", id="zero"),
        pytest.param(-1e-9, "-0.000000001", id="credit"),
        pytest.param(Decimal("0.10000000000000001"), "0.10000000000000001", id="exact"),
        pytest.param("12.50", "12.5", id="text"),
    ],
)
def test_amount_is_told_without_the_noise_of_binary_floats(amount: object, text: str) -> None:
    """A float as the decimal it stands for; what is exact keeps all its digits."""
    assert AmountField().to_representation(amount) == text
