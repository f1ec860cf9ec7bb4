"""The figures of every table and series are the sums of what was sent, worked out apart from the code."""

import random
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from posthog.llm_analytics.capture_intake import store_captured_events
from posthog.llm_analytics.queries.figures import FIGURES
from posthog.llm_analytics.queries.ranking import RANKS
from tests.captured_events import make_captured
from tests.integration.api.llm_analytics.sent_sums import group_sent, started_at, sum_sent, tell_told
from tests.integration.api.llm_analytics.world import World, call_at, usage
from tests.integration.factories import list_ai_events

pytestmark = [pytest.mark.django_db, pytest.mark.clickhouse]

RANGE = {"start": "2026-11-02", "end": "2026-11-04", "timezone": "UTC"}
MODELS = ("gpt-4o", "gpt-4o-mini", "o3")
USERS = ("ada", "bob", "eve", None)


def make_calls(count: int = 60) -> list[dict[str, Any]]:
    """Calls of two days with random counts, some without details, some failed, every tenth delivered twice."""
    chance = random.Random(7)
    calls = []
    for number in range(count):
        details = {"cached": chance.randrange(50), "reasoning": chance.randrange(9)} if number % 3 else {}
        fields: dict[str, Any] = {"end_user": chance.choice(USERS)}
        if number % 7 == 0:
            fields |= {"status": "failure", "error_information": {"error_class": "Timeout", "error_code": "504"}}
        counts = usage(chance.randrange(50, 5000), chance.randrange(10, 900), **details)
        key = {"user_api_key_alias": chance.choice(["batch", "web"])}
        calls.append(
            call_at(
                f"2026-11-0{2 + number % 2}T{chance.randrange(24):02d}:{chance.randrange(60):02d}:00",
                number,
                model=f"openai/{chance.choice(MODELS)}",
                response_cost=chance.randrange(1, 10**6) / 10**6,
                metadata={"usage_object": counts, **key},
                **fields,
            )
        )
    return calls + calls[::10]


def test_overview_sums_the_range_and_the_one_before(world: World) -> None:
    """Each call once; the changes follow."""
    calls = make_calls()
    before = call_at("2026-11-01T23:59:59.999999", metadata={"usage_object": usage(7, 3)}, response_cost=0.5)
    world.send(*calls, before)
    answer = world.get("overview/", RANGE)
    assert tell_told(answer["current"]) == sum_sent(calls)
    assert tell_told(answer["previous"]) == sum_sent([before])
    assert answer["changes"]["calls"] == 59
    assert answer["changes"]["reasoning_tokens"] is None
    assert (answer["previous_range"]["start"], answer["completeness"]) == (
        "2026-10-31T00:00:00Z",
        {"complete": True, "reasons": []},
    )


@pytest.mark.parametrize(
    ("bucket", "dimension", "key"),
    [
        pytest.param("hour", "model", lambda call: call["model"].removeprefix("openai/"), id="hours-by-model"),
        pytest.param("day", "model", lambda call: call["model"].removeprefix("openai/"), id="days-by-model"),
        pytest.param("day", "end_user", lambda call: call["end_user"], id="days-by-end-user"),
        pytest.param("day", "distinct_id", lambda call: call["end_user"], id="days-by-distinct-id"),
        pytest.param("day", "call_kind", lambda call: "inference", id="days-by-kind"),
    ],
)
def test_time_series_sums_each_bucket(world: World, bucket: str, dimension: str, key: Any) -> None:
    """Of every series; all points of all series are the range's total."""
    calls = make_calls()
    world.send(*calls)
    figures = [*sum_sent([])]
    answer = world.get("time_series/", RANGE, bucket=bucket, dimension=dimension, figure=figures, limit=2)
    format_ = "%Y-%m-%dT%H:00:00Z" if bucket == "hour" else "%Y-%m-%dT00:00:00Z"
    groups = group_sent(calls, key)
    named = {series["key"] for series in answer["series"] if not series["is_others"]}
    assert len(named) == min(2, len(groups))
    for series in answer["series"]:
        keys = [series["key"]] if not series["is_others"] else [name for name in groups if name not in named]
        own = group_sent(
            (call for name in keys for call in groups[name]), lambda call: started_at(call).strftime(format_)
        )
        assert len(series["points"]) == (48 if bucket == "hour" else 2)
        for point in series["points"]:
            assert tell_told(point["figures"]) == sum_sent(own.get(point["start"], []))


@pytest.mark.parametrize(
    ("dimension", "key"),
    [
        pytest.param("model", lambda call: call["model"].removeprefix("openai/"), id="model"),
        pytest.param("end_user", lambda call: call["end_user"], id="end-user"),
        pytest.param("distinct_id", lambda call: call["end_user"], id="distinct-id"),
        pytest.param("api_key_alias", lambda call: call["metadata"]["user_api_key_alias"], id="key"),
    ],
)
def test_top_lines_sum_to_the_total(world: World, dimension: str, key: Any) -> None:
    """From rollups and from rows; the largest first, all others in the last line."""
    calls = make_calls()
    world.send(*calls)
    answer = world.get("top/", RANGE, dimension=dimension, limit=1, order_by="input_tokens")
    groups = {name: sum_sent(own) for name, own in group_sent(calls, key).items()}
    largest = max(groups, key=lambda name: groups[name]["input_tokens"])
    first, others = answer["lines"]
    assert (first["key"], others["is_others"], others["members"]) == (largest, True, len(groups) - 1)
    assert tell_told(first["figures"]) == groups[largest]
    assert tell_told(others["figures"]) == sum_sent(call for call in calls if key(call) != largest)
    assert tell_told(answer["total"]) == sum_sent(calls)


@pytest.mark.parametrize("order_by", [*RANKS, "input_tokens", "reasoning_tokens", "total_cost_usd"])
def test_users_are_ranked_in_the_store_as_everywhere(world: World, order_by: str) -> None:
    """Names of end users by ClickHouse, distinct ids of the same people here; unknown last, equals by name."""
    world.send(*make_calls(), call_at("2026-11-02T10:00:00", 99, end_user="fay", cache_hit=True, response_cost=0))
    tables = [world.get("users/", RANGE, kind=kind, order_by=order_by, limit=2) for kind in ("end_user", "distinct_id")]
    told = [[(line["user"], line["members"], line["figures"]) for line in table["lines"]] for table in tables]
    assert told[0] == told[1]
    assert tables[0]["total"] == tables[1]["total"]


def test_models_keys_and_users_are_tables_of_the_same_calls(world: World) -> None:
    """Each line has its names and its sums."""
    calls = make_calls()
    world.send(*calls)
    models = world.get("models/", RANGE)["lines"]
    assert {(line["model"], line["provider"], line["figures"]["calls"]) for line in models} == {
        (model, "openai", sum_sent(own)["calls"])
        for model, own in group_sent(calls, lambda call: call["model"].removeprefix("openai/")).items()
    }
    keys = world.get("keys/", RANGE)["lines"]
    by_key = group_sent(calls, lambda call: call["metadata"]["user_api_key_alias"])
    assert {(line["api_key_alias"], line["gateway"]): tell_told(line["figures"]) for line in keys} == {
        (key, "main"): sum_sent(own) for key, own in by_key.items()
    }
    by_user = {name: sum_sent(own) for name, own in group_sent(calls, lambda call: call["end_user"]).items()}
    for kind in ("end_user", "distinct_id"):
        lines = world.get("users/", RANGE, kind=kind)["lines"]
        assert {line["user"]: tell_told(line["figures"]) for line in lines} == by_user


@pytest.mark.parametrize("figure", FIGURES)
def test_table_tells_the_figures_asked_for(world: World, figure: str) -> None:
    """As the table of all figures does, sorted by another; its answer says of no other that it is a lower bound."""
    unpriced: dict[str, Any] = {
        "model": "nobody/knows",
        "custom_llm_provider": "nobody",
        "response_cost": 0.0,
        "end_user": "ada",
    }
    cached: dict[str, Any] = {"cache_hit": True, "response_cost": 0, "end_user": "bob"}
    world.send(
        *make_calls(30), call_at("2026-11-02T10:00:00", 98, **unpriced), call_at("2026-11-02T10:00:00", 99, **cached)
    )
    asked: dict[str, Any] = {"kind": "end_user", "order_by": "input_tokens", "limit": 2}
    whole = world.get("users/", RANGE, **asked)
    part = world.get("users/", RANGE, **asked, figure=[figure])
    bounds = [figure] if figure in whole["total"]["lower_bounds"] else []
    assert part["total"] == {figure: whole["total"][figure], "lower_bounds": bounds}
    assert [(line["user"], line["figures"][figure]) for line in part["lines"]] == [
        (line["user"], line["figures"][figure]) for line in whole["lines"]
    ]
    assert part["completeness"] == whole["completeness"]


def test_filters_narrow_every_sum(world: World) -> None:
    """Values of one filter are alternatives, several filters must all hold; empty finds what nobody named."""
    calls = make_calls()
    world.send(*calls)
    asked: dict[str, Any] = {"model": ["gpt-4o", "o3"], "end_user": ["", "ada"], "is_error": "false"}
    fitting = [
        call
        for call in calls
        if call["model"] in ("openai/gpt-4o", "openai/o3")
        and call["end_user"] in (None, "ada")
        and call["status"] == "success"
    ]
    assert tell_told(world.get("overview/", RANGE, **asked)["current"]) == sum_sent(fitting)
    listed = world.get("generations/", RANGE, limit=500, **asked)["generations"]
    assert len(listed) == sum_sent(fitting)["calls"]


def test_flag_filter_reads_rows(world: World) -> None:
    """Flags are no property of rollups; the sums are the same kind of sums."""
    odd = call_at("2026-11-02T10:00:00", 1, metadata={"usage_object": {**usage(10, 5), "total_tokens": 99}})
    world.send(odd, call_at("2026-11-02T10:00:00", 2, metadata={"usage_object": usage(1, 1)}))
    current = world.get("overview/", RANGE, flag="total_mismatch")["current"]
    assert (current["calls"], current["unexplained_tokens"]) == (1, 84)


def test_other_kinds_of_call_are_told_apart(world: World) -> None:
    """A gateway's own cache hit is counted and its saving told; its tokens are in no sum. A re-read is in nothing."""
    hit: dict[str, Any] = {"cache_hit": True, "response_cost": 0.0, "saved_cache_cost": 0.02}
    world.send(
        call_at("2026-11-02T10:00:00", 1, metadata={"usage_object": usage(10, 5)}, response_cost=0.25),
        call_at("2026-11-02T10:00:00", 2, metadata={"usage_object": usage(10, 5)}, **hit) | {"id": "r_cache_hit1793"},
        call_at("2026-11-02T10:00:00", 3, call_type="aget_responses", response_cost=0.0),
    )
    current = world.get("overview/", RANGE)["current"]
    assert (current["calls"], current["input_tokens"], current["total_cost_usd"]) == (1, 10, "0.25")
    assert (current["gateway_cache_hits"], current["saved_gateway_cache_cost_usd"]) == (1, "0.02")
    by_kind = {line["key"]: line["figures"] for line in world.get("top/", RANGE, dimension="call_kind")["lines"]}
    assert {kind: figures["calls"] for kind, figures in by_kind.items()} == {
        "inference": 1,
        "gateway_cache_hit": 0,
        "read": 0,
    }


def test_unpriced_calls_make_costs_lower_bounds(world: World) -> None:
    """The figure, the answer and the list of bounds say so; a sum of nothing is null, not 0."""
    world.send(call_at("2026-11-02T10:00:00", 1, model="nobody/knows", custom_llm_provider="nobody", response_cost=0.0))
    answer = world.get("overview/", RANGE)
    current = answer["current"]
    assert (current["unpriced_calls"], current["total_cost_usd"]) == (1, None)
    assert "total_cost_usd" in current["lower_bounds"]
    assert "input_tokens" not in current["lower_bounds"]
    assert [(reason["code"], reason["count"]) for reason in answer["completeness"]["reasons"]] == [
        ("unpriced_calls", 1)
    ]


def test_range_before_says_for_itself_whether_it_is_complete(world: World) -> None:
    """What is compared with may lack something that the range itself does not."""
    unknown: dict[str, Any] = {"model": "nobody/knows", "custom_llm_provider": "nobody", "response_cost": 0.0}
    world.send(call_at("2026-10-31T10:00:00", 1, **unknown), call_at("2026-11-02T10:00:00", 2))
    answer = world.get("overview/", start="2026-11-01", end="2026-11-03", timezone="UTC")
    assert (answer["current"]["calls"], answer["previous"]["calls"]) == (1, 1)
    assert answer["completeness"] == {"complete": True, "reasons": []}
    (reason,) = answer["previous_completeness"]["reasons"]
    assert (reason["code"], reason["count"]) == ("unpriced_calls", 1)


def test_empty_range_tells_nothing_rather_than_zero(world: World) -> None:
    """No call, no figure; calls themselves are counted, and are 0."""
    answer = world.get("overview/", RANGE)
    assert tell_told(answer["current"]) == sum_sent([])
    assert answer["changes"]["calls"] is None


def test_errors_are_grouped_by_what_they_said(world: World) -> None:
    """Counts by kind and by status; beyond the limit they are counted, too."""

    def fail(number: int, error_class: str, code: str) -> dict[str, Any]:
        error = {"error_class": error_class, "error_code": code, "error_message": "no"}
        moment = f"2026-11-02T10:00:{number:02d}"
        return call_at(moment, number, status="failure", error_information=error, response_cost=0.0)

    calls = [
        *(fail(n, "RateLimitError", "429") for n in range(3)),
        fail(3, "Timeout", "504"),
        fail(4, "Timeout", "504"),
    ]
    world.send(*calls, call_at("2026-11-02T11:00:00", 9))
    answer = world.get("errors/", RANGE, limit=1)
    (group,) = answer["groups"]
    assert (group["error_type"], group["http_status"], group["calls"]) == ("RateLimitError", "429", 3)
    assert (group["first_at"], group["last_at"]) == ("2026-11-02T10:00:00Z", "2026-11-02T10:00:02Z")
    assert (answer["failed_calls"], answer["other_calls"]) == (5, 2)
    assert [(each["http_status"], each["calls"]) for each in answer["statuses"]] == [("429", 3), ("504", 2)]
    example = world.get(f"generations/{group['example_uuid']}/")
    assert (example["is_error"], example["error_type"]) == (True, "RateLimitError")


def test_a_call_that_its_client_reports_as_well_is_doubted_once(world: World) -> None:
    """Neither the failure nor the flag is counted again."""
    error = {"error_class": "Timeout", "error_code": "504", "error_message": "no"}
    odd = {**usage(10, 5), "total_tokens": 99}
    moments = [timezone.now() - timedelta(hours=2, seconds=second) for second in (0, 1)]
    failed: dict[str, Any] = {"$ai_is_error": True}
    counted: dict[str, Any] = {"$ai_input_tokens": 10, "$ai_output_tokens": 5, "$ai_total_tokens": 99}
    events = [
        make_captured(
            number, timestamp=moment.isoformat(), properties={"$ai_gateway_call_id": f"call-{number}", **said}
        )
        for number, (moment, said) in enumerate(zip(moments, (failed, counted), strict=True))
    ]
    store_captured_events(world.team, events, received_at=timezone.now())
    world.send(
        call_at(moments[0].isoformat(), 0, status="failure", error_information=error, response_cost=0.0),
        call_at(moments[1].isoformat(), 1, metadata={"usage_object": odd}),
    )
    span = {
        "start": (moments[1] - timedelta(days=1)).date().isoformat(),
        "end": (moments[0] + timedelta(days=1)).date().isoformat(),
    }
    reports = [row["call_kind"] for row in list_ai_events(world.team)]
    assert sorted(reports) == ["client_report", "client_report", "inference", "inference"]
    answer = world.get("errors/", span)
    assert (answer["failed_calls"], [group["calls"] for group in answer["groups"]]) == (1, [1])
    flags = [line["calls"] for line in world.get("integrity/", span)["flags"] if line["flag"] == "total_mismatch"]
    assert flags == [1]


def test_integrity_counts_flags_by_day_of_the_zone(world: World) -> None:
    """Per rule, provider, model and day; what each model reported; unexplained tokens and calls without a price."""
    odd = {**usage(10, 5), "total_tokens": 99}
    world.send(
        call_at("2026-11-02T18:29:59", 1, metadata={"usage_object": odd}),
        call_at("2026-11-02T18:30:00", 2, metadata={"usage_object": odd}),
        call_at("2026-11-02T18:31:00", 3, metadata={"usage_object": usage(1, 1, cached=0)}),
    )
    answer = world.get("integrity/", start="2026-11-02", end="2026-11-04", timezone="Asia/Kolkata")
    flags = {
        (line["day"], line["model"]): line["calls"] for line in answer["flags"] if line["flag"] == "total_mismatch"
    }
    assert flags == {("2026-11-02", "gpt-4o"): 1, ("2026-11-03", "gpt-4o"): 1}
    (model,) = answer["models"]
    assert (model["calls"], model["unexplained_tokens"], model["unpriced_calls"]) == (3, 168, 0)
    (reporting,) = answer["reporting"]
    assert (reporting["reported"]["input_tokens"], reporting["reported"]["cache_read_input_tokens"]) == (3, 1)
    assert "total_mismatch" in answer["flag_texts"]


def test_long_amounts_keep_every_digit(world: World) -> None:
    """Twelve digits after the point, summed exactly; no power of ten."""
    costs = [0.000000000001, 0.1, 0.2]
    world.send(*(call_at("2026-11-02T10:00:00", n, response_cost=cost) for n, cost in enumerate(costs)))
    told = world.get("overview/", RANGE)["current"]["total_cost_usd"]
    assert (told, Decimal(told)) == ("0.300000000001", sum(map(Decimal, map(repr, costs))))


def test_range_of_now_is_not_over(world: World) -> None:
    """A range that ends in the future says that it is not complete."""
    first = started_at(call_at("2026-11-02T00:00:00"))
    reasons = world.get("overview/", start=first.date(), end=first.date() + timedelta(days=300))["completeness"]
    assert "period_not_over" in [reason["code"] for reason in reasons["reasons"]]
