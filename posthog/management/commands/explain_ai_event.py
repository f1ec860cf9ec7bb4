"""`manage.py explain_ai_event UUID [--team ID] [--format text|json]`: why the row of one event says what it says."""

from typing import Any
from uuid import UUID

import orjson
from django.core.management.base import BaseCommand, CommandError, CommandParser

from posthog.errors import InvalidEvent
from posthog.llm_analytics.stored_events import find_row
from posthog.llm_usage.explanation import explain_row
from posthog.llm_usage.explanation_text import render_explanation
from posthog.models.custom_price import load_team_prices


class Command(BaseCommand):
    help = "Explain one event: the usage it was read from, the reading and why, the cost's formula, the flags."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("uuid", help="the event's uuid")
        parser.add_argument("--team", type=int, help="only this team's event")
        parser.add_argument("--format", choices=("text", "json"), default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        uuid = _parse_uuid(options["uuid"])
        row = find_row(uuid, team_id=options["team"])
        if row is None:
            raise CommandError(f"uuid: no event {uuid} is stored" + (" for this team" if options["team"] else ""))
        try:
            explanation = explain_row(row, team_prices=load_team_prices(row["team_id"]))
        except InvalidEvent as error:
            raise CommandError(f"the row of {uuid} cannot be explained: {error}") from error
        if options["format"] == "json":
            json = orjson.dumps(explanation.to_json(), option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS)
            self.stdout.write(json.decode())
        else:
            self.stdout.write(render_explanation(explanation))


def _parse_uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise CommandError(f"uuid: expected 8-4-4-4-12 hexadecimal digits, got {text!r}") from None
