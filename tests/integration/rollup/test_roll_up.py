"""Rolling up: what is read before and after, crashes, rivals, retention and deletion."""

from datetime import UTC, datetime, timedelta
from importlib import import_module
from threading import Thread

import pytest
from django.db import connection
from django.utils import timezone

from posthog.clickhouse.client import close_connection, query_rows, sync_execute
from posthog.llm_analytics.changed_hours import TeamHour, announce_changes, floor_hour, mark_changed
from posthog.llm_analytics.ingestion import drain_once
from posthog.llm_analytics.renormalization import Scope as Days
from posthog.llm_analytics.renormalization import renormalize
from posthog.llm_analytics.rollup_verification import Scope, verify
from posthog.llm_analytics.team_administration import delete_team_events, set_retention
from posthog.llm_analytics.usage_cells import CellQuery, read_cells
from posthog.llm_analytics.usage_rollup import roll_up_changed, roll_up_in_steps
from posthog.metrics import ROLLUP_HOURS_OUTLIVED
from posthog.models import ChangedUsageHour, Team
from posthog.models.ai_usage_hourly.sql import HOURLY, TABLES, create_table_sql, drop_table_sql
from posthog.tasks.llm_analytics_rollup import roll_up_usage
from tests.integration.factories import GatewaySetup, deliver, make_call, make_gateway
from tests.integration.llm_analytics.stored_rows import WRONG
from tests.integration.rollup.stored_usage import LATER, make_row, make_team, roll_up_all, store_and_mark, sum_tokens

pytestmark = [pytest.mark.django_db, pytest.mark.clickhouse, pytest.mark.usefixtures("ai_usage")]

HOUR = floor_hour(datetime.now(UTC)) - timedelta(days=1)


@pytest.fixture
def team() -> Team:
    return make_team()


def count_rollups(table: str = "ai_usage_hourly") -> int:
    """Hours with cells, the newest version of each."""
    return int(sync_execute(f"SELECT countIf(hour_rows > 0) FROM {table} FINAL")[0][0])


def count_days(team: Team) -> int:
    """Days of the team with cells, the newest version of each."""
    sql = "SELECT countIf(notEmpty(event)) FROM ai_usage_daily FINAL WHERE team_id = %(id)s"
    return int(sync_execute(sql, {"id": team.id})[0][0])


def lose_rows(team: Team) -> None:
    """As retention does: they go, and nobody marks their hours."""
    sync_execute("ALTER TABLE ai_events DELETE WHERE team_id = %(id)s", {"id": team.id}, settings={"mutations_sync": 2})


def test_marked_hours_are_read_from_rows_and_then_from_the_rollup(team: Team) -> None:
    """The answer is the same; once rolled up, it no longer needs the rows."""
    store_and_mark(make_row(team, number, HOUR) for number in range(3))
    assert (sum_tokens(team), count_rollups()) == (300, 0)
    assert roll_up_all() == 1
    assert (sum_tokens(team), count_rollups(), count_rollups("ai_usage_hourly_end_users")) == (300, 1, 1)
    assert not ChangedUsageHour.objects.exists()
    lose_rows(team)
    assert sum_tokens(team) == 300


def test_whole_days_are_read_from_the_daily_rollup(team: Team) -> None:
    """Without their hours the answer is the same; once an hour is marked, they are asked again."""
    store_and_mark([make_row(team, 0, HOUR), make_row(team, 1, HOUR - timedelta(days=1))])
    roll_up_all()
    for table in ("ai_usage_hourly", "ai_usage_hourly_end_users"):
        sync_execute(f"ALTER TABLE {table} DELETE WHERE 1", settings={"mutations_sync": 2})
    assert sum_tokens(team) == 200
    mark_changed([TeamHour(team.id, HOUR)], now=timezone.now())
    assert sum_tokens(team) == 200
    lose_rows(team)
    assert sum_tokens(team) == 100


def test_day_follows_its_hours(team: Team) -> None:
    """A late event of one of them, a deletion of all, and what a slower roll-up brings back until the next."""
    store_and_mark([make_row(team, 0, HOUR), make_row(team, 1, HOUR.replace(hour=0))])
    roll_up_all()
    store_and_mark([make_row(team, 2, HOUR)])
    assert (roll_up_all(), sum_tokens(team), count_days(team)) == (1, 300, 1)
    delete_team_events(team, actor="test", now=timezone.now())
    roll_up_all()
    assert (sum_tokens(team), count_days(team)) == (None, 0)


def test_slower_rival_does_not_bring_back_a_day(team: Team) -> None:
    """Of two roll-ups of a day the one that took its version later stays, for it read later."""
    store_and_mark([make_row(team, 0, HOUR)])
    roll_up_all()
    sync_execute("CREATE TABLE slower AS ai_usage_daily ENGINE = Memory")
    try:
        sync_execute("INSERT INTO slower SELECT * FROM ai_usage_daily")
        store_and_mark([make_row(team, 1, HOUR)])
        roll_up_all()
        sync_execute("INSERT INTO ai_usage_daily SELECT * FROM slower")
    finally:
        sync_execute("DROP TABLE slower SYNC")
    assert sum_tokens(team) == 200


def test_hours_from_before_the_daily_rollup_are_summed_by_its_migration(team: Team) -> None:
    """Run once more it changes nothing."""
    store_and_mark([make_row(team, number, HOUR - timedelta(days=number)) for number in range(3)])
    roll_up_all()
    sync_execute("TRUNCATE TABLE ai_usage_daily")
    assert sum_tokens(team) is None
    for _ in range(2):
        for statement in import_module("posthog.clickhouse.migrations.0003_ai_usage_daily").forwards():
            sync_execute(statement)
        assert (sum_tokens(team), count_days(team)) == (300, 3)


def test_late_row_is_counted_at_once(team: Team) -> None:
    """Before and after the hour is rolled up again, which replaces it."""
    store_and_mark([make_row(team, 0, HOUR)])
    roll_up_all()
    store_and_mark([make_row(team, 1, HOUR)])
    assert sum_tokens(team) == 200
    assert (roll_up_all(), sum_tokens(team), count_rollups()) == (1, 200, 1)


def test_row_stored_again_counts_once(team: Team) -> None:
    """Deduplicated before the merge, and after."""
    for _ in range(3):
        store_and_mark([make_row(team, 0, HOUR)])
        assert (roll_up_all(), sum_tokens(team)) == (1, 100)


def test_hour_that_is_not_over_is_not_rolled_up(team: Team) -> None:
    """Nor one that has only just ended: it is read from rows, and its mark waits."""
    now = timezone.now()
    store_and_mark([make_row(team, 0, now - timedelta(seconds=1))])
    end = floor_hour(now - timedelta(seconds=1)) + timedelta(hours=1)
    assert [roll_up_changed(now=end + timedelta(minutes=minutes)) for minutes in (0, 4, 6)] == [0, 0, 1]


def test_announced_hour_waits_for_its_rows(team: Team) -> None:
    """A mark that is made before the rows are there must not be rolled up, and removed, without them."""
    now = timezone.now()
    announce_changes([TeamHour(team.id, HOUR)], now=now)
    assert roll_up_changed(now=now + timedelta(minutes=9)) == 0
    assert roll_up_changed(now=now + timedelta(minutes=11)) == 1


def test_running_hour_needs_no_announcement(team: Team) -> None:
    """It is read from rows anyway: a usual drain pays for one statement."""
    now = timezone.now()
    announce_changes([TeamHour(team.id, floor_hour(now))], now=now)
    assert not ChangedUsageHour.objects.exists()


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_roll_up_that_dies_is_repeated(team: Team, steps: int) -> None:
    """After each step the sums are right, and the next roll-up leaves no mark."""
    store_and_mark([make_row(team, 0, HOUR), make_row(team, 1, HOUR + timedelta(hours=1))])
    dying = roll_up_in_steps(now=timezone.now() + LATER)
    done = [next(dying)[0] for _ in range(steps)]
    dying.close()
    assert done == ["seen", "written", "removed"][:steps]
    assert (sum_tokens(team), ChangedUsageHour.objects.count()) == (200, 0 if steps == 3 else 2)
    assert (roll_up_all(), sum_tokens(team), count_rollups()) == (0 if steps == 3 else 2, 200, 2)


def test_row_that_comes_while_its_hour_is_rolled_up_keeps_the_mark(team: Team) -> None:
    """Whether it came before the hour was summed or after: the mark is another than the one that was seen."""
    store_and_mark([make_row(team, 0, HOUR)])
    for number, pauses in ((1, 1), (2, 2)):
        steps = roll_up_in_steps(now=timezone.now() + LATER)
        for _ in range(pauses):
            next(steps)
        store_and_mark([make_row(team, number, HOUR)])
        assert [step for step, _ in steps][-1] == "removed"
        assert (ChangedUsageHour.objects.count(), sum_tokens(team)) == (1, 100 * (number + 1))
    assert (roll_up_all(), sum_tokens(team)) == (1, 300)


def test_slower_rival_does_not_bring_back_what_it_had_read(team: Team) -> None:
    """Two roll-ups of an hour: the one that began later stays, whichever writes last."""
    store_and_mark([make_row(team, 0, HOUR)])
    roll_up_all()
    sync_execute("CREATE TABLE slower AS ai_usage_hourly ENGINE = Memory")
    try:
        sync_execute("INSERT INTO slower SELECT * FROM ai_usage_hourly")
        store_and_mark([make_row(team, 1, HOUR)])
        roll_up_all()
        sync_execute("INSERT INTO ai_usage_hourly SELECT * FROM slower")
    finally:
        sync_execute("DROP TABLE slower SYNC")
    assert sum_tokens(team) == 200


def test_corrected_rows_are_summed_again(team: Team) -> None:
    """`renormalize_ai_events` marks the hours of what it stores."""
    wrong = make_row(team, 0, HOUR)
    store_and_mark([wrong | WRONG | {"ingested_at": wrong["ingested_at"] - timedelta(minutes=1)}])
    roll_up_all()
    assert sum_tokens(team) == 40
    scope = Days(start=HOUR.date(), end=HOUR.date() + timedelta(days=1))
    assert [len(page.changes) for page in renormalize(scope, clock=timezone.now)] == [1]
    assert sum_tokens(team) == 100
    assert (roll_up_all(), sum_tokens(team)) == (1, 100)


def test_hour_keeps_the_sums_of_rows_that_retention_dropped(team: Team) -> None:
    """A late event cannot make an hour smaller than it was, not even until it is rolled up."""
    store_and_mark(make_row(team, number, HOUR) for number in range(3))
    roll_up_all()
    lose_rows(team)
    store_and_mark([make_row(team, 3, HOUR)])
    assert sum_tokens(team) == 300
    assert (roll_up_all(), sum_tokens(team), ChangedUsageHour.objects.count()) == (1, 300, 0)


def test_late_row_that_is_in_no_sum_is_told(team: Team, caplog: pytest.LogCaptureFixture) -> None:
    """Its hour keeps the sums of what retention dropped; the log and a counter say that it is left out."""
    store_and_mark(make_row(team, number, HOUR) for number in range(3))
    roll_up_all()
    lose_rows(team)
    store_and_mark([make_row(team, 3, HOUR)])
    told = ROLLUP_HOURS_OUTLIVED._value.get()
    roll_up_all()
    (line,) = [record.msg for record in caplog.records if "late_rows_not_summed" in str(record.msg)]
    assert isinstance(line, dict)
    assert (line["team_id"], line["hours"], line["rows"], line["level"]) == (team.id, 1, 1, "warning")
    assert ROLLUP_HOURS_OUTLIVED._value.get() == told + 1


def test_shorter_retention_sums_first_what_it_drops(team: Team) -> None:
    """Also an hour that nobody had rolled up yet keeps its sums."""
    store_and_mark([make_row(team, 0, HOUR - timedelta(days=10)), make_row(team, 1, HOUR)])
    set_retention(team, retention_days=5, actor="test")
    assert query_rows("SELECT count() AS rows FROM ai_events FINAL")[0]["rows"] == 1
    assert sum_tokens(team) == 200
    roll_up_all()
    assert sum_tokens(team) == 200
    verified = verify(Scope(start=HOUR - timedelta(days=20), end=HOUR + timedelta(hours=1)), now=timezone.now())
    assert (verified.outlived, verified.drifts) == (len(HOURLY), [])  # once a grain


def test_deleted_events_leave_no_sums(team: Team) -> None:
    """Neither rolled up nor marked ones; another team's stay."""
    other = make_team("Beta")
    store_and_mark([make_row(team, 0, HOUR), make_row(other, 0, HOUR)])
    roll_up_all()
    store_and_mark([make_row(team, 1, HOUR - timedelta(hours=1))])
    delete_team_events(team, actor="test", now=timezone.now())
    assert (sum_tokens(team), sum_tokens(other)) == (None, 100)
    roll_up_all()
    assert (sum_tokens(team), sum_tokens(other), count_rollups()) == (None, 100, 1)


def test_what_came_after_the_deletion_is_summed(team: Team) -> None:
    """The hour had more rows than are left: deletion, unlike retention, makes an hour smaller."""
    store_and_mark([make_row(team, 0, HOUR), make_row(team, 1, HOUR)])
    roll_up_all()
    moment = timezone.now()
    store_and_mark([make_row(team, 2, HOUR)])
    delete_team_events(team, actor="test", now=moment)
    assert sum_tokens(team) == 100
    assert (roll_up_all(), sum_tokens(team), count_rollups()) == (1, 100, 1)


def test_roll_up_that_had_read_deleted_rows_does_not_bring_them_back(team: Team) -> None:
    """What it writes after the deletion is emptied by the marks that the deletion leaves."""
    store_and_mark([make_row(team, 0, HOUR)])
    roll_up_all()
    sync_execute("CREATE TABLE slower AS ai_usage_hourly ENGINE = Memory")
    try:
        sync_execute("INSERT INTO slower SELECT * FROM ai_usage_hourly")
        delete_team_events(team, actor="test", now=timezone.now())
        sync_execute("INSERT INTO ai_usage_hourly SELECT * FROM slower")
    finally:
        sync_execute("DROP TABLE slower SYNC")
    assert sum_tokens(team) is None
    roll_up_all()
    assert (sum_tokens(team), count_rollups()) == (None, 0)


@pytest.mark.usefixtures("private_cache")
def test_task_rolls_up_what_is_due(team: Team) -> None:
    """And lets go of its lock."""
    for number in range(2):
        store_and_mark([make_row(team, number, HOUR)])
        mark_changed([TeamHour(team.id, HOUR)], now=timezone.now() - timedelta(minutes=1))
        roll_up_usage()
        assert not ChangedUsageHour.objects.exists()
    assert sum_tokens(team) == 200


def test_hours_before_the_first_migration_are_all_marked() -> None:
    """Rows that were there before rollups are read from rows until they are rolled up."""
    team = make_team()
    with connection.cursor() as cursor:
        cursor.execute(import_module("posthog.migrations.0007_changed_usage_hours").MARK_ALL_HOURS)
    hours = ChangedUsageHour.objects.filter(team_id=team.id).order_by("hour").values_list("hour", flat=True)
    assert len(hours) >= 30 * 24 + 1
    assert hours[0] <= timezone.now() - timedelta(days=30)
    assert hours[len(hours) - 1] == floor_hour(timezone.now())


def test_the_clusters_statements_are_spelled_as_clickhouse_reads_them() -> None:
    """The engine's own parser takes them; there is no cluster here to run them on."""
    for grain in TABLES:
        for statement in [*create_table_sql(grain, "main", "posthog"), *drop_table_sql(grain, "main")]:
            ((canonical,),) = sync_execute("SELECT formatQuerySingleLine(%(sql)s)", {"sql": statement})
            assert " ON CLUSTER main" in canonical


@pytest.mark.django_db(transaction=True)
def test_events_come_in_while_hours_are_rolled_up() -> None:
    """Two roll-ups beside two drains: what is settled is never missing, and in the end everything is there."""
    setup = make_gateway()
    calls = 60
    threads = [Thread(target=_drain_calls, args=(setup, first, calls)) for first in (0, calls)]
    threads += [Thread(target=_roll_up_while, args=(threads[:2],)) for _ in range(2)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads[:2]):
        settled = query_rows("SELECT count() AS rows FROM ai_events FINAL")[0]["rows"]
        now = timezone.now() + LATER
        cells = read_cells(CellQuery(start=now - timedelta(days=2), end=now, by_team=False), now=now)
        assert not cells or cells[0].sums.rows >= settled - 2 * 3  # a body of three may be stored and not yet settled
    for thread in threads:
        thread.join()
    roll_up_all()
    assert not ChangedUsageHour.objects.exists()
    assert sum_tokens(setup.alpha) == 2 * calls * 100
    assert verify(Scope(start=HOUR, end=HOUR + timedelta(days=1)), now=timezone.now()).drifts == []


def _drain_calls(setup: GatewaySetup, first: int, calls: int) -> None:
    for number in range(first, first + calls, 3):
        deliver(setup, [make_call(each) for each in range(number, number + 3)])
        drain_once(now=timezone.now())
    while drain_once(now=timezone.now()).bodies:
        pass
    close_connection()
    connection.close()


def _roll_up_while(busy: list[Thread]) -> None:
    while any(thread.is_alive() for thread in busy):
        roll_up_changed(now=timezone.now() + LATER)
    close_connection()
    connection.close()
