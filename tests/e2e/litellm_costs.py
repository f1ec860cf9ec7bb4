"""
LiteLLM's own cost calculation, as a filter: one JSON line in, one out. Run by the gateway environment's Python.

In: {"model", "provider", "usage": keyword arguments of its Usage, "service_tier", "call_type"}.
Out: [input cost, output cost] in US dollars, or {"error": ...}.
The first line in is {"billed_at": ISO time}: the moment that off-peak prices go by.
"""

import json
import os
import sys
from datetime import datetime
from typing import Any

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

import litellm
from litellm import _internal_context
from litellm.types.utils import Usage


def compute(case: dict[str, Any]) -> object:
    try:
        return litellm.cost_per_token(
            model=case["model"],
            custom_llm_provider=case["provider"],
            usage_object=Usage(**case["usage"]),
            service_tier=case["service_tier"],
            call_type=case["call_type"],
        )
    except Exception as error:  # noqa: BLE001  # litellm raises bare Exception for what it cannot price
        return {"error": f"{type(error).__name__}: {error}"[:200]}


def main() -> None:
    answers, sys.stdout = sys.stdout, sys.stderr  # litellm prints advice
    header = json.loads(sys.stdin.readline())
    _internal_context._billing_time.set(datetime.fromisoformat(header["billed_at"]))
    answers.writelines(json.dumps(compute(json.loads(line))) + "\n" for line in sys.stdin)


if __name__ == "__main__":
    main()
