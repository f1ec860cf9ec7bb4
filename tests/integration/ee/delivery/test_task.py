"""The beat task: what newly closed is planned and sent."""

from datetime import timedelta

import pytest
from django.conf import settings

from ee.models import ReportDelivery
from ee.tasks.report_delivery import deliver_usage_reports
from posthog.celery import app
from posthog.models import Team
from tests.integration.ee.delivery.closed_reports import DAY, add, make_figures, store_report
from tests.local_server import LocalServer


@pytest.mark.django_db
def test_task_sends_what_has_closed(team: Team, receiver: LocalServer) -> None:
    """Each day once."""
    add(team.organization, "webhook", f"http://127.0.0.1:{receiver.port}/hook")
    store_report({team: make_figures()})
    store_report({team: make_figures()}, day=DAY + timedelta(days=1), is_closed=False)
    deliver_usage_reports()
    deliver_usage_reports()
    assert len(receiver.requests) == 1
    assert ReportDelivery.objects.get().status == ReportDelivery.Status.SENT


def test_beat_knows_the_task_by_its_name() -> None:
    """A name that no worker knows would be dropped without a word."""
    scheduled = settings.CELERY_BEAT_SCHEDULE["deliver-usage-reports"]["task"]
    assert scheduled == deliver_usage_reports.name
    assert scheduled in app.tasks
