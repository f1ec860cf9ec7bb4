"""`list_settings [--into README.md]`: every environment variable as a markdown table."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from posthog.management.marked_table import build_table, replace_table
from posthog.settings.environment import REGISTERED, Setting


class Command(BaseCommand):
    help = "Print every setting: its name, its default, what it must be and what it is for."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--into", default="", metavar="FILE", help="replace the page's table of settings instead")

    def handle(self, *args: Any, into: str, **options: Any) -> None:
        rows = (list_cells(REGISTERED[name]) for name in sorted(REGISTERED))
        table = build_table(("variable", "default", "must be", "what for"), rows)
        if into:
            replace_table(Path(into), "settings", table)
        else:
            self.stdout.write(table)


def list_cells(setting: Setting) -> tuple[str, str, str, str]:
    default = f"`{setting.default}`" if setting.default else ""
    return f"`{setting.name}`", default, setting.rule, setting.about
