"""
Make the sample calls through a running gateway.

    python -m demo.calls --base-url http://127.0.0.1:4000

Runs in any environment with the `openai` and `anthropic` clients; the gateway environment has both.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import anthropic
import httpx2
import openai
from anthropic import Anthropic
from openai import OpenAI

from demo.gateway.team_keys import KEY_BY_TEAM
from demo.sample_calls import SAMPLE_CALLS, Clients, SampleCall

CALL_ID_HEADER = "x-litellm-call-id"
READY_PATH = "/health/liveliness"
TIMEOUT_S = 120.0
CONNECT_RETRIES = 3
LOOK_EVERY_S = 0.1


class UnexpectedOutcome(Exception):
    """A sample call was answered where it should fail, failed where it should be answered, or found no gateway."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallResult:
    """
    What came of one call.

    Attributes:
        gateway_call_id: LiteLLM's `litellm_call_id`, from the response headers; '' where there was none.
    """

    call: SampleCall
    http_status: int
    gateway_call_id: str
    duration_s: float


def run_sample_calls(
    base_url: str,
    *,
    calls: Iterable[SampleCall] = SAMPLE_CALLS,
    on_progress: Callable[[CallResult], None] = lambda result: None,
    parallel: int = 1,
) -> list[CallResult]:
    """
    Make the calls, some at a time; results come in the order of the calls.

    Args:
        base_url: The gateway's, without `/v1`.
    Raises:
        UnexpectedOutcome: At the first call whose answer is not the intended one.
    """
    results = []
    with ThreadPoolExecutor(parallel) as pool:
        for result in pool.map(lambda call: run_sample_call(base_url, call), calls):
            results.append(result)
            on_progress(result)
    return results


def run_sample_call(base_url: str, call: SampleCall) -> CallResult:
    """Make one call with fresh clients: their only response tells its status and id."""
    responses: list[httpx2.Response] = []
    started_at = time.monotonic()
    # A connection that was refused is tried again: nothing was sent, so a call stays one event.
    transport = httpx2.HTTPTransport(retries=CONNECT_RETRIES)
    with httpx2.Client(timeout=TIMEOUT_S, transport=transport, event_hooks={"response": [responses.append]}) as http:
        try:
            call.send(make_clients(base_url, call.key or KEY_BY_TEAM[call.team], http), call)
            error = None
        except (openai.APIStatusError, anthropic.APIStatusError) as exc:
            error = exc
        except (openai.APIConnectionError, anthropic.APIConnectionError) as exc:
            cause = repr(exc.__cause__ or exc)
            raise UnexpectedOutcome(f"{call.name}: the gateway's connection broke: {cause}") from exc
    if (error is None) != (call.outcome == "answered"):
        raise UnexpectedOutcome(f"{call.name}: expected to be {call.outcome}, got {error or 'an answer'}")
    return CallResult(
        call=call,
        http_status=responses[-1].status_code,
        gateway_call_id=responses[-1].headers.get(CALL_ID_HEADER, ""),
        duration_s=time.monotonic() - started_at,
    )


def wait_for_gateway(base_url: str, timeout_s: float) -> None:
    """
    Return when the gateway answers.

    Raises:
        TimeoutError: It does not within the time.
    """
    deadline = time.monotonic() + timeout_s
    while True:
        try:
            if httpx2.get(f"{base_url}{READY_PATH}", timeout=2).is_success:
                return
        except httpx2.TransportError:
            pass
        if time.monotonic() > deadline:
            raise TimeoutError(f"no gateway answers at {base_url}")
        time.sleep(LOOK_EVERY_S)


def make_clients(base_url: str, key: str, http: httpx2.Client) -> Clients:
    """Both clients without retries of their own: one call, one event."""
    return Clients(
        OpenAI(base_url=f"{base_url}/v1", api_key=key, http_client=http, max_retries=0),
        Anthropic(base_url=base_url, api_key=key, http_client=http, max_retries=0),
    )


def _print_result(result: CallResult) -> None:
    call, team = result.call, result.call.team or "no team"
    remark = "  refused, as it should be" if call.outcome == "failed" else ""
    duration_ms = result.duration_s * 1000
    sys.stdout.write(f"{call.name:<38} {team:<11} {result.http_status} {duration_ms:6.0f} ms{remark}\n")
    sys.stdout.flush()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base-url", default="http://127.0.0.1:4000")
    parser.add_argument("--wait-s", type=float, default=0.0, help="for a gateway that is starting")
    parser.add_argument("--parallel", type=int, default=4, help="calls at a time")
    options = parser.parse_args()
    try:
        wait_for_gateway(options.base_url, options.wait_s)
        run_sample_calls(options.base_url, on_progress=_print_result, parallel=options.parallel)
    except (TimeoutError, UnexpectedOutcome) as exc:
        sys.stderr.write(f"{exc}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
