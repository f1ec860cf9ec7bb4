"""
A process that ships, as a proxy's worker does, for tests that kill it.

    python -m tests.e2e.run_shipper_process URL FOLDER EVENTS NAME
"""

import sys
import time
from pathlib import Path

from posthog.llm_gateway.assembly import build_works
from posthog.llm_gateway.engine import ShipperEngine
from posthog.llm_gateway.settings import read_settings


def main(url: str, folder: Path, events: int, name: str) -> None:
    settings = read_settings(
        {
            "POSTHOG_GATEWAY_URL": url,
            "POSTHOG_GATEWAY_TOKEN": "phg_example",
            "POSTHOG_GATEWAY_FLUSH_INTERVAL_S": "0.02",
            "POSTHOG_GATEWAY_MAX_RETRY_S": "0.2",
            "POSTHOG_SPOOL_DIR": str(folder),
        }
    )
    engine = ShipperEngine(lambda: build_works(settings), drain_s=0)
    engine.start()
    for number in range(events):
        engine.offer({"litellm_call_id": f"{name}-{number}"})
        time.sleep(0.001)
    time.sleep(3600)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
