"""From the callback's hook through the spool to PostHog's capture API."""

import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from posthog.errors import InvalidSetting
from posthog.llm_gateway.callbacks.capture_reporter import CaptureReporter
from posthog.llm_gateway.callbacks.capture_settings import read_capture_settings
from posthog.llm_gateway.callbacks.capture_transport import CapturePost, Project
from posthog.llm_gateway.callbacks.request_context import add_request_context
from posthog.llm_gateway.engine import ShipperEngine
from tests.unit.llm_gateway.callbacks.calls import make_kwargs, make_payload
from tests.unit.llm_gateway.fakes import STARTED_AT, Shipper

USAGE = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}
PROJECT = Project(url="https://posthog.example/batch/", api_key="phc_example", gateway_version="litellm/1.108.7")


class FakePostHog:
    """The capture API at the network's far end; `decide` answers a decoded body."""

    def __init__(self, decide: Callable[[dict[str, Any]], httpx.Response] | None = None) -> None:
        self.requests: list[httpx.Request] = []
        self.bodies: list[dict[str, Any]] = []
        self._decide = decide or (lambda body: httpx.Response(200, json={"status": "Ok"}))

    def make_post(self, project: Project = PROJECT) -> CapturePost:
        return CapturePost(project, clock=lambda: STARTED_AT, make_client=self._make_client)

    @property
    def events(self) -> list[dict[str, Any]]:
        return [event for body in self.bodies for event in body["batch"]]

    def _make_client(self) -> httpx.Client:
        return httpx.Client(transport=httpx.MockTransport(self._answer))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        self.bodies.append(json.loads(gzip.decompress(request.content)))
        return self._decide(self.bodies[-1])


def offer(shipper: Shipper, **fields: Any) -> None:
    shipper.works.intake.offer(add_request_context(make_payload(usage=USAGE, **fields), {}))


def deliver(shipper: Shipper) -> None:
    shipper.seal()
    shipper.send()


def test_event_reaches_the_capture_api(tmp_path: Path) -> None:
    """One POST to /batch/ with the project's key, and the event in it."""
    posthog = FakePostHog()
    shipper = Shipper(tmp_path, posthog.make_post())
    offer(shipper)
    deliver(shipper)
    assert [str(request.url) for request in posthog.requests] == [PROJECT.url]
    assert posthog.bodies[0]["api_key"] == "phc_example"
    assert posthog.bodies[0]["sent_at"].endswith("+00:00")
    assert posthog.events[0]["properties"]["$ai_input_tokens"] == 100
    assert shipper.count("events_delivered") == 1


def test_event_of_an_outage_is_sent_again_as_the_same(tmp_path: Path) -> None:
    """While PostHog is away the event stays; afterwards it comes once more, uuid and trace unchanged."""
    answers = iter([503, 200])
    posthog = FakePostHog(lambda body: httpx.Response(next(answers), json={}))
    shipper = Shipper(tmp_path, posthog.make_post())
    offer(shipper)
    shipper.seal()
    shipper.send(after_s=shipper.send())
    assert (len(posthog.events), posthog.events[0]) == (2, posthog.events[1])
    assert shipper.count("events_delivered") == 1


def test_page_that_is_no_capture_api_takes_nothing(tmp_path: Path) -> None:
    """A login page answers 200 as well; the event stays in the spool."""
    posthog = FakePostHog(lambda body: httpx.Response(200, text="<html>Sign in</html>"))
    shipper = Shipper(tmp_path, posthog.make_post())
    offer(shipper)
    deliver(shipper)
    assert (shipper.count("events_delivered"), shipper.count("posts_failed")) == (0, 1)


def test_call_without_identity_does_not_hold_its_neighbours(tmp_path: Path) -> None:
    """The event that cannot be built is kept aside; the others arrive."""
    posthog = FakePostHog()
    shipper = Shipper(tmp_path, posthog.make_post())
    offer(shipper, id="first")
    offer(shipper, startTime=None)
    offer(shipper, id="last")
    deliver(shipper)
    assert [event["properties"]["$ai_generation_id"] for event in posthog.events] == ["first", "last"]
    assert shipper.count("events_dead_lettered") == 1


def test_large_event_loses_its_answer(tmp_path: Path) -> None:
    """The limit is each event's own."""
    posthog = FakePostHog()
    project = Project(url=PROJECT.url, api_key=PROJECT.api_key, max_event_bytes=5_000)
    shipper = Shipper(tmp_path, posthog.make_post(project))
    offer(shipper, response={"choices": [{"message": {"content": "so much. " * 1000}}]})
    deliver(shipper)
    properties = posthog.events[0]["properties"]
    assert properties["$ai_content_dropped"] == ["$ai_output_choices"]
    assert (properties["$ai_output_tokens"], "$ai_input" in properties) == (20, True)


def test_stripped_spool_sends_numbers_alone(tmp_path: Path) -> None:
    """With POSTHOG_SPOOL_CONTENT=strip nothing that was said is sent, and the trace is still named."""
    posthog = FakePostHog()
    shipper = Shipper(tmp_path, posthog.make_post(), SPOOL_CONTENT="strip")
    offer(shipper)
    deliver(shipper)
    properties = posthog.events[0]["properties"]
    assert properties["$ai_input_tokens"] == 100
    assert properties["$ai_trace_id"]
    assert not {"$ai_input", "$ai_output_choices"} & set(properties)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[ShipperEngine]:
    shipper = Shipper(tmp_path, FakePostHog().make_post())
    engine = ShipperEngine(lambda: shipper.works, drain_s=0)
    yield engine
    engine.close()


def test_calls_are_counted(engine: ShipperEngine) -> None:
    """A call with a payload is a success."""
    reporter = CaptureReporter(engine)
    reporter.report(make_kwargs(make_payload(usage=USAGE)))
    assert (reporter.successes, reporter.errors) == (1, 0)
    assert reporter.read_counters()["events_accepted"] == 1


def test_error_stays_in_the_callback(engine: ShipperEngine) -> None:
    """What is no payload raises nothing into the request, and is counted."""
    reporter = CaptureReporter(engine)
    reporter.report({"standard_logging_object": 7})
    assert (reporter.successes, reporter.errors) == (0, 1)
    assert reporter.read_counters()["internal_errors"] == 1


def make_environment(folder: Path, **variables: str) -> dict[str, str]:
    named = {f"POSTHOG_CALLBACK_{name}": value for name, value in variables.items()}
    return {"POSTHOG_CALLBACK_API_KEY": "phc_example", "POSTHOG_CALLBACK_SPOOL_DIR": str(folder), **named}


def test_settings_name_the_project(tmp_path: Path) -> None:
    """Any host; PostHog's own where none is set."""
    environment = make_environment(tmp_path, HOST="https://eu.example/", MAX_EVENT_BYTES="5000")
    project = read_capture_settings(environment).project
    assert (project.url, project.max_event_bytes) == ("https://eu.example/batch/", 5000)
    assert read_capture_settings(make_environment(tmp_path)).project.url == "https://us.i.posthog.com/batch/"


@pytest.mark.parametrize("name", ["API_KEY", "HOST", "MAX_EVENT_BYTES"])
def test_wrong_setting_stops_the_start(tmp_path: Path, name: str) -> None:
    """With a sentence that names the variable."""
    value = "" if name == "API_KEY" else "no"
    with pytest.raises(InvalidSetting, match=f"POSTHOG_CALLBACK_{name}: expected"):
        read_capture_settings(make_environment(tmp_path, **{name: value}))
