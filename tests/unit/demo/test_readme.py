"""What the README tells people to copy is what the demo's gateway runs with."""

import re

from demo.gateway_commands import CONFIG, FLUSH_INTERVAL_S, REPOSITORY


def read_readme() -> str:
    return (REPOSITORY / "README.md").read_text()


def test_gateway_settings_in_the_readme_are_the_demos() -> None:
    """Line by line; only the webhook's address is another."""
    block = re.search(r"```yaml\n(callback_settings:.*?)```", read_readme(), re.S)
    assert block is not None
    own = CONFIG.read_text().splitlines()
    others = [line for line in block[1].splitlines() if line not in own]
    assert others == ["    endpoint: https://posthog.example.com/api/llm_gateway/webhook"]


def test_gateway_environment_in_the_readme_is_the_demos() -> None:
    """The variables that the settings need."""
    readme = read_readme()
    assert 'POSTHOG_WEBHOOK_AUTHORIZATION="Bearer ' in readme
    assert f"DEFAULT_FLUSH_INTERVAL_SECONDS={FLUSH_INTERVAL_S} " in readme
