"""`manage.py wait_for_inbox`: until every acknowledged body is rows or rejects."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from posthog.llm_analytics.inbox import count_waiting

LOOK_EVERY_S = 0.2


class Command(BaseCommand):
    help = "Wait until the inbox is empty; exit 1 when it is not in time."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--timeout-s", type=float, default=60.0)

    def handle(self, *args: Any, timeout_s: float, **options: Any) -> None:
        deadline = time.monotonic() + timeout_s
        while waiting := count_waiting():
            if time.monotonic() > deadline:
                raise CommandError(
                    f"{waiting} bodies still wait in the inbox after {timeout_s:g} s; is a worker running?"
                )
            time.sleep(LOOK_EVERY_S)
        self.stdout.write("the inbox is empty")
