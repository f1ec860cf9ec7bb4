"""Every error this project raises on purpose; each message names the field, what was seen and the rule."""


class AccountingError(Exception):
    """Base of the errors below."""


class InvalidSetting(AccountingError):
    """A setting's value breaks its rule; raised at start-up."""


class InvalidEvent(AccountingError):
    """
    One event cannot become a row.

    Args:
        code: Stable reason code in snake_case, e.g. `team_unknown`; kept with the reject.
        message: One sentence that names the field, the value's type and the rule.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class InvalidBody(InvalidEvent):
    """A whole request body cannot be read; nothing in it was understood."""


class TooManyEvents(InvalidBody):
    """A request body holds more events than one may (HTTP 413)."""

    def __init__(self, limit: int) -> None:
        super().__init__("too_many_events", f"body: expected at most {limit} events, got more")


class InvalidTimezone(AccountingError):
    """There is no such zone, or its days cannot be summed from half hours of UTC."""


class QueryTooExpensive(AccountingError):
    """A question would cost the store more time or memory than one may; the message says what to ask instead."""


class CredentialError(AccountingError):
    """
    A gateway may not come in with the credential it sent.

    Args:
        code: Stable reason code in snake_case, e.g. `credential_revoked`; part of the answer.
        message: One sentence that names what is wrong, never the credential.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class CredentialUnknown(CredentialError):
    """Nobody is known by it: it is missing, malformed or unknown (HTTP 401)."""


class ProjectTokenUnknown(CredentialError):
    """A captured event names no project token, or one that no team has (HTTP 401)."""


class CredentialClosed(CredentialError):
    """It is known but no longer opens: revoked or expired (HTTP 403)."""
