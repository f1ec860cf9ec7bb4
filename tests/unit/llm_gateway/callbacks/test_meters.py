"""What Prometheus is told of a call."""

import importlib
from typing import Any

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from posthog.errors import InvalidSetting
from posthog.llm_gateway.callbacks.meter_reporter import MeterReporter, read_max_models
from posthog.llm_gateway.callbacks.meters import Meters
from posthog.llm_usage.accounting import account_event
from posthog.llm_usage.payloads.litellm import build_ai_event
from tests.unit.llm_gateway.callbacks.calls import Payload, list_captured_payloads, make_kwargs, make_payload

PAYLOADS = list_captured_payloads()
USAGE = {
    "prompt_tokens": 100,
    "completion_tokens": 20,
    "total_tokens": 120,
    "prompt_tokens_details": {"cached_tokens": 60, "cache_creation_tokens": 0},
}
LABELS = {"provider": "openai", "model": "gpt-4o", "product": "search", "stream": "false"}
TOKENS = (
    *("input_tokens", "output_tokens", "cache_read_input_tokens"),
    *("cache_creation_input_tokens", "reasoning_tokens"),
)


class Board:
    """Meters with a registry of their own, and what it shows."""

    def __init__(self, **options: Any) -> None:
        self.registry = CollectorRegistry()
        self.meters = Meters(registry=self.registry, **options)

    def count(self, *payloads: Payload) -> "Board":
        for payload in payloads:
            self.meters.count_call(payload)
        return self

    def read(self, name: str, **labels: str) -> float | None:
        return self.registry.get_sample_value(f"posthog_llm_{name}", LABELS | labels)

    def sum(self, name: str) -> float:
        """Of all label values."""
        samples = (sample for family in self.registry.collect() for sample in family.samples)
        return sum(sample.value for sample in samples if sample.name == f"posthog_llm_{name}")


def test_call_is_counted_under_its_labels() -> None:
    """A request, its tokens, its cost and its times, each beside provider, model, product and stream."""
    breakdown = {"input_cost": 0.25, "output_cost": 0.5, "total_cost": 0.75}
    board = Board().count(make_payload(usage=USAGE, response_cost=0.75, cost_breakdown=breakdown))
    assert board.read("requests_total", kind="inference", status="success") == 1
    assert [board.read(f"{name}_total") for name in TOKENS[:4]] == [100, 20, 60, 0]
    costs = [board.read(f"{name}_cost_usd_total") for name in ("total", "input", "output")]
    assert costs == [0.75, 0.25, 0.5]
    assert board.read("latency_seconds_sum") == 2.0


def test_time_to_first_token_is_a_streams() -> None:
    """A whole answer has no first token."""
    board = Board().count(make_payload(usage=USAGE), make_payload(usage=USAGE, stream=True))
    assert board.read("time_to_first_token_seconds_count", stream="true") == 1
    assert board.read("time_to_first_token_seconds_count") is None


def test_missing_count_adds_nothing_and_is_counted_as_missing() -> None:
    """Not even a series at 0: nobody measured it."""
    board = Board().count(make_payload(usage=USAGE))
    assert board.read("reasoning_tokens_total") is None
    assert board.read("reasoning_tokens_unreported_total") == 1


def test_reported_zero_is_a_measurement() -> None:
    """A zero makes the series, and is not missing."""
    board = Board().count(make_payload(usage=USAGE))
    assert board.read("cache_creation_input_tokens_total") == 0
    assert board.read("cache_creation_input_tokens_unreported_total") is None


def test_failure_carries_no_tokens_and_misses_none() -> None:
    """A refused call was not answered: nothing to report, nothing missing."""
    failure = make_payload(status="failure", response={}, response_cost=0.0)
    board = Board().count(failure)
    assert board.read("requests_total", kind="inference", status="failure") == 1
    names = (f"{name}{suffix}" for name in TOKENS for suffix in ("_total", "_unreported_total"))
    assert {board.read(name) for name in names} == {None}


def test_gateways_cache_hit_is_a_request_alone() -> None:
    """No provider worked: its tokens are in no sum."""
    board = Board().count(make_payload(usage=USAGE, cache_hit=True))
    assert board.read("requests_total", kind="gateway_cache_hit", status="success") == 1
    assert board.read("input_tokens_total") is None


def test_models_beyond_the_bound_are_other() -> None:
    """The first names are kept, the rest share one."""
    board = Board(max_models=2)
    board.count(*(make_payload(usage=USAGE, model=f"openai/m{number}") for number in (1, 2, 3, 4, 1)))
    assert [board.read("input_tokens_total", model=model) for model in ("m1", "m2", "m3", "other")] == [
        *(200, 100, None, 200)
    ]


def test_models_that_nobody_answers_for_leave_room() -> None:
    """Calls of made-up models fill half of the names; one of them that works at last keeps its own."""
    board = Board(max_models=4)
    board.count(*(make_payload(status="failure", model=f"openai/made-up-{number}") for number in range(3000)))
    board.count(*(make_payload(usage=USAGE, model=f"openai/{name}") for name in ("m1", "made-up-0", "m2", "m3")))
    sums = {name: board.read("input_tokens_total", model=name) for name in ("m1", "made-up-0", "m2", "m3", "other")}
    assert sums == {"m1": 100, "made-up-0": 100, "m2": 100, "m3": None, "other": 100}
    assert board.read("requests_total", model="other", kind="inference", status="failure") == 2998


def test_name_that_is_no_utf_8_breaks_no_scrape() -> None:
    """JSON can spell half a character; Prometheus could read no metric of the process any more."""
    board = Board().count(make_payload(usage=USAGE, model="openai/\ud83d"))
    assert b'model="?"' in generate_latest(board.registry)


def test_combinations_of_labels_are_bounded() -> None:
    """Few models and few products are many series together; the sums stay whole."""
    products = [{"user_api_key_auth_metadata": {"product": f"product-{number}"}} for number in range(8)]
    board = Board(max_combinations=10).count(
        *(
            make_payload(usage=USAGE, model=f"openai/m{number}", metadata=product)
            for number in range(8)
            for product in products
        )
    )
    series = [sample for family in board.registry.collect() for sample in family.samples]
    assert sum(sample.name == "posthog_llm_input_tokens_total" for sample in series) == 11
    assert board.sum("input_tokens_total") == 64 * 100


def list_inference() -> list[Any]:
    events = (build_ai_event(payload, team_id=1) for payload in PAYLOADS.values())
    return [account_event(event) for event in events if event.properties["$ai_call_kind"] == "inference"]


@pytest.mark.parametrize("name", TOKENS)
def test_sums_equal_the_rows(name: str) -> None:
    """Of all recorded calls Prometheus and ClickHouse hold the same sum."""
    rows = [getattr(accounted.usage, name) for accounted in list_inference()]
    assert Board().count(*PAYLOADS.values()).sum(f"{name}_total") == sum(filter(None, rows))


@pytest.mark.parametrize("name", ["total_cost_usd", "input_cost_usd", "output_cost_usd"])
def test_costs_equal_the_rows(name: str) -> None:
    """To the rounding of floats."""
    rows = [getattr(accounted.costs, name) for accounted in list_inference()]
    expected = float(sum(filter(None, rows)))
    assert Board().count(*PAYLOADS.values()).sum(f"{name}_total") == pytest.approx(expected, rel=1e-9)


def test_savings_less_overspend_equal_the_rows() -> None:
    """Two counters, for a counter cannot fall."""
    written = {"prompt_tokens": 2000, "completion_tokens": 1, "cache_creation_input_tokens": 1000}
    writing = make_payload(usage=written, custom_llm_provider="anthropic", model="anthropic/claude-sonnet-4-5")
    board = Board().count(*PAYLOADS.values(), writing)
    accounts = [*list_inference(), account_event(build_ai_event(writing, team_id=1))]
    rows = [accounted.costs.saved_cache_cost_usd for accounted in accounts]
    saved, overspent = board.sum("cache_savings_usd_total"), board.sum("cache_overspend_usd_total")
    assert overspent > 0
    assert saved - overspent == pytest.approx(float(sum(filter(None, rows))), rel=1e-9)


def read_errors(board: Board) -> float | None:
    return board.registry.get_sample_value("posthog_llm_callback_errors_total")


def test_hook_hands_the_call_on() -> None:
    """A thread counts what the hook was given."""
    board = Board()
    reporter = MeterReporter(board.meters)
    reporter.report(make_kwargs(make_payload(usage=USAGE)))
    reporter.drain()
    assert (board.read("input_tokens_total"), read_errors(board)) == (100, 0)


def test_error_stays_in_the_callback() -> None:
    """What cannot be counted is counted as that, and the next call as ever."""
    board = Board()
    reporter = MeterReporter(board.meters)
    for payload in (make_payload(startTime=None), None, make_payload(usage=USAGE)):
        reporter.report(make_kwargs(payload))
    reporter.drain()
    assert (board.read("input_tokens_total"), read_errors(board)) == (100, 2)


def test_full_queue_refuses_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """While nothing is counted, memory has a bound."""
    board = Board()
    reporter = MeterReporter(board.meters, max_waiting=1)
    monkeypatch.setattr(reporter, "start", lambda: None)
    for _ in range(3):
        reporter.report(make_kwargs(make_payload(usage=USAGE)))
    assert read_errors(board) == 2


def test_start_without_prometheus_client_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """The proxy stops at its start, rather than counting nothing."""

    def refuse(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", refuse)
    with pytest.raises(InvalidSetting, match="needs the package prometheus-client"):
        Meters()


def test_bound_is_a_setting() -> None:
    """A whole number above 0."""
    assert read_max_models({"POSTHOG_PROMETHEUS_MAX_MODELS": "7"}) == 7
    with pytest.raises(InvalidSetting, match="POSTHOG_PROMETHEUS_MAX_MODELS: expected"):
        read_max_models({"POSTHOG_PROMETHEUS_MAX_MODELS": "0"})
