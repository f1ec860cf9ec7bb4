"""`set_accounting_alert --alert ID [--owner EMAIL] [--mute-until T] [--accept]`: look after it, mute it, accept it."""

from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from posthog.llm_analytics.alerts.acts import ActRefused, accept, mute, set_owner
from posthog.llm_analytics.audit import find_cli_actor
from posthog.management.alert_choice import find_alert
from posthog.management.commands.gateway_completeness import parse_moment
from posthog.models import AccountingAlert, User


class Command(BaseCommand):
    help = "Say who looks after an alert, keep it quiet for a while, or declare what it says to be the new normal."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--alert", required=True, metavar="ID", help="as list_accounting_alerts shows it")
        parser.add_argument("--owner", metavar="EMAIL", help="'': nobody any more")
        quiet = parser.add_mutually_exclusive_group()
        quiet.add_argument("--mute-until", type=parse_moment, metavar="T", help="ISO 8601, UTC")
        quiet.add_argument("--unmute", action="store_true", help="tell people again")
        parser.add_argument("--accept", action="store_true", help="it is the new normal: learn what is usual anew")

    def handle(self, *args: Any, **options: Any) -> None:
        alert, actor, now = find_alert(options["alert"]), find_cli_actor(), timezone.now()
        try:
            if options["owner"] is not None:
                alert = set_owner(alert, _find_owner(options["owner"]), actor=actor, now=now)
            if options["mute_until"] is not None or options["unmute"]:
                alert = mute(alert, options["mute_until"], actor=actor, now=now)
            if options["accept"]:
                alert = accept(alert, actor=actor, now=now)
        except ActRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(_describe(alert, now))


def _find_owner(email: str) -> User | None:
    if not email:
        return None
    owner = User.objects.filter(email__iexact=email).first()
    if owner is None:
        raise CommandError(f"--owner: there is no user {email!r}")
    return owner


def _describe(alert: AccountingAlert, now: datetime) -> str:
    muted = f", muted until {alert.muted_until:%Y-%m-%d %H:%M} UTC" if (alert.muted_until or now) > now else ""
    return f"{alert}, owner {alert.owner or 'nobody'}{muted}"
