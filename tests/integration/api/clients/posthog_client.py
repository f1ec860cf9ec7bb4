"""
PostHog's own client reports a call and an event that is none; run by path in the clients' environment, where `posthog`
is PostHog's SDK. Takes the application's address and a project token; prints what it was told when something failed.
"""

import sys
from datetime import UTC, datetime, timedelta

from posthog.client import Client

UUID = "0192f3a4-7b5c-7def-8123-456789abcdef"
CALL = {"$ai_model": "gpt-4o", "$ai_provider": "openai", "$ai_input_tokens": 100, "$ai_output_tokens": 20}


def say(answer: object) -> None:
    sys.stdout.write(f"{answer!r}\n")


def main() -> None:
    host, token = sys.argv[1:3]
    client = Client(f" {token}\n", host=host, gzip=True, on_error=lambda error, _events: say(error))
    an_hour_ago = datetime.now(UTC) - timedelta(hours=1)
    client.capture("$ai_generation", distinct_id="ada", properties=CALL, uuid=UUID, timestamp=an_hour_ago)
    client.capture("page seen", distinct_id="ada")
    say(client.get_feature_flag("new-ui", "ada"))
    client.shutdown()


if __name__ == "__main__":
    main()
