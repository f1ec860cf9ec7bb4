"""`list_settings [--into README.md]`: every environment variable as a markdown table."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from posthog.settings.environment import REGISTERED, Setting

BEGIN, END = "<!-- settings -->\n", "<!-- /settings -->"


class Command(BaseCommand):
    help = "Print every setting: its name, its default, what it must be and what it is for."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--into", default="", metavar="FILE", help=f"replace what stands after {BEGIN.strip()}")

    def handle(self, *args: Any, into: str, **options: Any) -> None:
        table = "\n".join(["| variable | default | must be | what for |", "|---|---|---|---|", *_list_lines()])
        if into:
            _replace_table(Path(into), f"{table}\n")
        else:
            self.stdout.write(table)


def _list_lines() -> list[str]:
    return [format_line(REGISTERED[name]) for name in sorted(REGISTERED)]


def format_line(setting: Setting) -> str:
    default = f"`{setting.default}`" if setting.default else ""
    return f"| `{setting.name}` | {default} | {setting.rule} | {setting.about} |"


def _replace_table(page: Path, table: str) -> None:
    before, begin, rest = page.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise CommandError(f"{page}: expected {BEGIN.strip()} and {END}, each on a line of its own")
    page.write_text(f"{before}{begin}{table}{end}{after}")
