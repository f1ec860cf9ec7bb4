"""The one error of sending."""

from posthog.errors import AccountingError


class DeliveryFailed(AccountingError):
    """
    The receiver has not taken what was sent, or not said so.

    Args:
        message: One sentence for the people of the organization; no secret, no address of our network.
        retry_after_s: What the receiver asked for; None: nothing.
    """

    def __init__(self, message: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s
