"""Days are the zone's own: half-hour offsets, days of 23 and 25 hours."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.integration.api.llm_analytics.world import World, call_at, usage

pytestmark = [pytest.mark.django_db, pytest.mark.clickhouse]


@pytest.mark.parametrize(
    ("zone", "day", "begin", "hours"),
    [
        pytest.param("Asia/Kolkata", "2026-04-02", "2026-04-01T18:30:00Z", 24, id="kolkata"),
        pytest.param("America/St_Johns", "2026-03-08", "2026-03-08T03:30:00Z", 23, id="st-johns-spring"),
        pytest.param("America/St_Johns", "2026-11-01", "2026-11-01T02:30:00Z", 25, id="st-johns-autumn"),
        pytest.param("Europe/Berlin", "2026-03-29", "2026-03-28T23:00:00Z", 23, id="berlin-spring"),
        pytest.param("Europe/Berlin", "2026-10-25", "2026-10-24T22:00:00Z", 25, id="berlin-autumn"),
        pytest.param("Australia/Lord_Howe", "2026-04-05", "2026-04-04T13:00:00Z", 24.5, id="half-an-hour-back"),
    ],
)
def test_day_has_the_calls_of_its_own_hours(world: World, zone: str, day: str, begin: str, hours: float) -> None:
    """From its first moment to the last microsecond before the next day, in sums, buckets and the list."""
    first = datetime.fromisoformat(begin)
    end = first + timedelta(hours=hours)
    microsecond = timedelta(microseconds=1)
    moments = [first - microsecond, first, first + timedelta(hours=12), end - microsecond, end]
    world.send(
        *(
            call_at(moment.isoformat(), number, metadata={"usage_object": usage(10**number, 1)})
            for number, moment in enumerate(moments)
        )
    )
    next_day = (datetime.fromisoformat(day) + timedelta(days=1)).date().isoformat()
    query = {"start": day, "end": next_day, "timezone": zone}
    overview = world.get("overview/", query)
    assert overview["current"]["input_tokens"] == 10 + 100 + 1000
    assert datetime.fromisoformat(overview["range"]["start"]).astimezone(UTC) == first
    (series,) = world.get("time_series/", query, bucket="hour", figure="input_tokens")["series"]
    points = series["points"]
    assert sum(point["figures"]["input_tokens"] or 0 for point in points) == 1110
    lengths = [datetime.fromisoformat(p["end"]) - datetime.fromisoformat(p["start"]) for p in points]
    assert sum(lengths, timedelta()) == timedelta(hours=hours)
    assert len(world.get("generations/", query)["generations"]) == 3


def test_weeks_and_months_are_cut_to_the_range(world: World) -> None:
    """Weeks begin on Monday; the first and the last bucket are what the range has of them."""
    world.send(*(call_at(f"2026-{month:02d}-15T12:00:00", month) for month in (9, 10)))
    query = {"start": "2026-09-10", "end": "2026-10-20", "timezone": "Asia/Kolkata"}
    (months,) = world.get("time_series/", query, bucket="month", figure="calls")["series"]
    assert [(point["start"][:10], point["figures"]["calls"]) for point in months["points"]] == [
        ("2026-09-10", 1),
        ("2026-10-01", 1),
    ]
    (weeks,) = world.get("time_series/", query, bucket="week", figure="calls")["series"]
    assert [point["start"][:10] for point in weeks["points"]][:3] == ["2026-09-10", "2026-09-14", "2026-09-21"]


def test_team_s_own_zone_is_the_default(world: World) -> None:
    """Where no zone is named, the answer says which it was."""
    world.team.timezone = "Asia/Kolkata"
    world.team.save()
    answer = world.get("overview/", start="2026-04-02", end="2026-04-03")
    assert answer["range"] == {
        "start": "2026-04-02T00:00:00+05:30",
        "end": "2026-04-03T00:00:00+05:30",
        "timezone": "Asia/Kolkata",
    }


def test_moment_with_an_offset_is_that_moment(world: World) -> None:
    """Whatever the zone that cuts the range."""
    world.send(call_at("2026-04-01T22:15:00", 1))
    query = {"start": "2026-04-02T00:00:00+02:00", "end": "2026-04-02T00:30:00+02:00", "timezone": "Asia/Kolkata"}
    assert world.get("overview/", query)["current"]["calls"] == 1
