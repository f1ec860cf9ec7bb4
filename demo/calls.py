"""
Make the sample calls through a running gateway.

    python -m demo.calls --base-url http://127.0.0.1:4000

Runs in any environment with the `openai` and `anthropic` clients; the gateway environment has both.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import anthropic
import httpx2
import openai
from anthropic import Anthropic
from openai import OpenAI

from demo.gateway.team_keys import KEY_BY_TEAM
from demo.sample_calls import SAMPLE_CALLS, Clients, SampleCall

CALL_ID_HEADER = "x-litellm-call-id"
TIMEOUT_S = 120.0


class UnexpectedOutcome(Exception):
    """A sample call was answered where it should fail, or failed where it should be answered."""


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
) -> list[CallResult]:
    """
    Make the calls one after the other.

    Args:
        base_url: The gateway's, without `/v1`.
    Raises:
        UnexpectedOutcome: At the first call whose answer is not the intended one.
    """
    results = []
    for call in calls:
        results.append(run_sample_call(base_url, call))
        on_progress(results[-1])
    return results


def run_sample_call(base_url: str, call: SampleCall) -> CallResult:
    """Make one call with fresh clients: their only response tells its status and id."""
    responses: list[httpx2.Response] = []
    started_at = time.monotonic()
    with httpx2.Client(timeout=TIMEOUT_S, event_hooks={"response": [responses.append]}) as http:
        try:
            call.send(make_clients(base_url, call.key or KEY_BY_TEAM[call.team], http), call)
            error = None
        except (openai.APIStatusError, anthropic.APIStatusError) as exc:
            error = exc
    if (error is None) != (call.outcome == "answered"):
        raise UnexpectedOutcome(f"{call.name}: expected to be {call.outcome}, got {error or 'an answer'}")
    return CallResult(
        call=call,
        http_status=responses[-1].status_code,
        gateway_call_id=responses[-1].headers.get(CALL_ID_HEADER, ""),
        duration_s=time.monotonic() - started_at,
    )


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
    try:
        run_sample_calls(parser.parse_args().base_url, on_progress=_print_result)
    except (UnexpectedOutcome, openai.APIConnectionError, anthropic.APIConnectionError) as exc:
        sys.stderr.write(f"{exc}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
