"""`check_budgets`: raise the alerts of thresholds that were reached and send them, as beat does every minute."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from ee.budgets.alert_outbox import deliver_alerts
from ee.budgets.alerts import raise_alerts
from posthog.decimal_text import format_decimal


class Command(BaseCommand):
    help = "Raise the alerts of thresholds that budgets have reached, and send those that are due."

    def handle(self, *args: Any, **options: Any) -> None:
        for alert in raise_alerts(now=timezone.now()):
            amount = f"{format_decimal(alert.used)} of {format_decimal(alert.limit)}"
            self.stdout.write(f"team {alert.budget.team_id}, {alert.budget}: {alert.threshold} % reached, {amount}")
        for alert in deliver_alerts():
            self.stdout.write(f"alert {alert.id}: {alert.status} {alert.last_error}".rstrip())
