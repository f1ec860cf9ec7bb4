"""The one error of set-up and supervision."""


class StackError(Exception):
    """Set-up cannot go on; the message is one sentence that names the cause and what to do about it."""
