"""Sets an organization's report zone. Days that are closed stay as they are; see `report_calendar.py`."""

from datetime import datetime

from django.db import transaction

from posthog.llm_analytics.audit import record_act
from posthog.llm_analytics.report_calendar import parse_report_timezone
from posthog.llm_analytics.report_runs import lock_reports
from posthog.models import Organization


def set_report_timezone(organization: Organization, name: str, *, actor: str, now: datetime) -> None:
    """
    Let the days that are not closed yet, and all later ones, be those of another zone.

    Args:
        name: As the IANA database has it, `Asia/Kolkata`.
        actor: A user's e-mail address, or what `find_cli_actor` says.
    Raises:
        InvalidTimezone: There is none of this name, or its days cannot be reported exactly.
    """
    zone = parse_report_timezone(name, now=now)
    with transaction.atomic():
        lock_reports()  # a run that is at work reads the zone once, and writes days of it
        before, organization.report_timezone = organization.report_timezone, zone.key
        organization.save(update_fields=["report_timezone"])
        record_act(
            "report_timezone_changed",
            actor=actor,
            target=f"organization {organization.id}",
            scope=organization,
            details={"before": before, "after": zone.key},
        )
