"""`export_usage --format F --start D --end D [--organization NAME | --team ID] [--out FILE]`: usage as a file."""

import sys
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from ee.exports.formats import FORMATS
from ee.exports.lines import ExportScope, read_lines
from ee.management.chosen import parse_day
from posthog.management.commands.create_gateway_credential import find_team
from posthog.management.commands.create_team import find_organization
from posthog.models import Team


class Command(BaseCommand):
    help = "Write the usage of an organization or a team as CSV, JSON lines, Parquet or FOCUS charges."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--format", choices=FORMATS, default="csv")
        parser.add_argument(
            "--start", required=True, metavar="YYYY-MM-DD", help="first day, of the organization's zone"
        )
        parser.add_argument("--end", required=True, metavar="YYYY-MM-DD", help="the day after the last one")
        whose = parser.add_mutually_exclusive_group()
        whose.add_argument("--organization", default="", metavar="NAME", help="needed where there are several")
        whose.add_argument("--team", type=int, metavar="ID", help="only this team's")
        parser.add_argument("--out", default="", metavar="FILE", help="default: standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        scope = _build_scope(options)
        if options["out"]:
            with Path(options["out"]).open("wb") as file:
                _write(scope, options["format"], file)
        else:
            _write(scope, options["format"], sys.stdout.buffer)


def _build_scope(options: dict[str, Any]) -> ExportScope:
    start, end = (parse_day(f"--{name}", options[name]) for name in ("start", "end"))
    _require_order(start, end)
    if options["team"] is not None:
        team = find_team(options["team"])
        return ExportScope(organization=team.organization, teams=[team], start=start, end=end)
    organization = find_organization(options["organization"])
    teams = list(Team.objects.filter(organization=organization).order_by("id"))
    return ExportScope(organization=organization, teams=teams, start=start, end=end)


def _require_order(start: date, end: date) -> None:
    if end <= start:
        raise CommandError("--end: expected a day after --start; the end is not part of the range")


def _write(scope: ExportScope, name: str, file: BinaryIO) -> None:
    for piece in FORMATS[name].write(read_lines(scope, now=timezone.now()), scope.organization):
        file.write(piece)
    file.flush()
