"""The errors of the embedded server; each carries ClickHouse's own number for it."""

import re

from clickhouse_driver.errors import ErrorCodes

ENGINE_MESSAGE = re.compile(r"Code: (\d+)\. (DB::Exception: .*)", re.DOTALL)

NOT_STREAMED = "Streaming query is not supported for query"


class ServerError(Exception):
    """
    Answered with an exception packet.

    Args:
        code: ClickHouse's number.
        message: What the client shows.
    """

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


class EngineError(ServerError):
    """chDB refused a statement; the connection goes on."""


class NotStreamed(EngineError):
    """chDB streams the results of queries only; the statement is another one and was not run."""


class Malformed(ServerError):
    """The client's bytes are not the protocol; nothing after them can be read, so the connection ends."""

    def __init__(self, what: str, code: int = ErrorCodes.UNEXPECTED_PACKET_FROM_CLIENT) -> None:
        super().__init__(code, f"DB::NetException: The client sent {what}")


class StartError(Exception):
    """The server cannot start; one sentence that says why."""


def parse_engine_error(text: str) -> EngineError:
    """Find ClickHouse's number in what chDB says; without one it is a fault of the binding itself."""
    match = ENGINE_MESSAGE.search(text)
    if match is None:
        return EngineError(ErrorCodes.UNKNOWN_EXCEPTION, f"DB::Exception: {text}")
    error = NotStreamed if NOT_STREAMED in text else EngineError
    return error(int(match[1]), match[2])
