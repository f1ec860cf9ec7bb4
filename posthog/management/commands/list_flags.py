"""`list_flags [--into README.md]`: every integrity flag and what it says, as a markdown table."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from posthog.llm_usage.flag_texts import FLAG_TEXTS
from posthog.management.marked_table import build_table, replace_table


class Command(BaseCommand):
    help = "Print every integrity flag: its name and what it says about the row's numbers."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--into", default="", metavar="FILE", help="replace the page's table of flags instead")

    def handle(self, *args: Any, into: str, **options: Any) -> None:
        table = build_table(("flag", "what it says"), ((f"`{name}`", text) for name, text in FLAG_TEXTS.items()))
        if into:
            replace_table(Path(into), "flags", table)
        else:
            self.stdout.write(table)
