"""`set_team_price --team ID --model PATTERN --input USD --output USD …`: what a team pays where no list says it."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from posthog.llm_analytics.audit import find_cli_actor
from posthog.llm_analytics.team_prices import PriceKey, set_team_price
from posthog.management.commands.create_gateway_credential import find_team
from posthog.management.commands.gateway_completeness import parse_moment

RATES = {
    "input": "input that is not cached",
    "output": "output",
    "cache_read": "input read from the provider's cache",
    "cache_write": "input written to it",
}
HIGHEST_USD_PER_MTOK = 1_000_000


class Command(BaseCommand):
    help = "Set a team's own price of models, in US dollars per million tokens; then derive history again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--team", type=int, required=True, metavar="ID")
        parser.add_argument("--model", required=True, metavar="PATTERN", help="its name; `*` stands for any characters")
        parser.add_argument("--provider", metavar="NAME", help="default: every provider")
        parser.add_argument("--valid-from", type=parse_moment, metavar="T", help="ISO 8601, UTC; default: since ever")
        for name, meaning in RATES.items():
            parser.add_argument(f"--{name.replace('_', '-')}", metavar="USD", help=f"per million tokens of {meaning}")

    def handle(self, *args: Any, **options: Any) -> None:
        team = find_team(options["team"])
        rates = {name: _parse_rate(name, options[name]) for name in RATES if options[name] is not None}
        if "input" not in rates or "output" not in rates:
            raise CommandError("--input, --output: expected both")
        key = PriceKey(
            model_pattern=options["model"], provider=options["provider"] or None, valid_from=options["valid_from"]
        )
        price = set_team_price(team, key, rates, actor=find_cli_actor())
        self.stdout.write(f"team {team.pk}: {price}; stored calls get it from renormalize_ai_events")


def _parse_rate(name: str, text: str) -> Decimal:
    try:
        rate = Decimal(text)
    except InvalidOperation:
        rate = Decimal("NaN")
    if not rate.is_finite() or not 0 <= rate <= HIGHEST_USD_PER_MTOK:
        raise CommandError(
            f"--{name.replace('_', '-')}: expected dollars from 0 to {HIGHEST_USD_PER_MTOK}, got {text!r}"
        )
    return rate
