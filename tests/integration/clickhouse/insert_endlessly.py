"""Sends the blocks of one INSERT until it is killed; tells each on standard output."""

import os
import sys

from clickhouse_driver import Client

from tests.integration.clickhouse.embedded_server import start_insert


def insert_endlessly() -> None:
    """Never sends the empty block that ends the data."""
    client = Client(
        "127.0.0.1",
        port=int(os.environ["PORT"]),
        user=os.environ["USER_NAME"],
        password=os.environ["PASSWORD"],
        database=os.environ["DATABASE"],
    )
    send = start_insert(client, "t")
    while True:
        send([(n,) for n in range(1000)])
        sys.stdout.write("sent\n")
        sys.stdout.flush()


if __name__ == "__main__":
    insert_endlessly()
