"""The runbook has a section for every check, and names only commands and options that there are."""

import re
import shlex
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

from posthog.llm_integrity.finding_texts import CHECK_TEXTS
from posthog.llm_integrity.findings import CheckName

RUNBOOK = (Path(__file__).resolve().parents[3] / "docs" / "runbook.md").read_text()
COMMAND_LINES = re.findall(r"^    bin/manage (.+)$", RUNBOOK, re.MULTILINE)
SECTIONS = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", RUNBOOK, re.MULTILINE | re.DOTALL))
EXAMPLES = {"EVENT": "0" * 32, "TEAM": "1", "ALERT": "0" * 32, "RECONCILIATION": "0" * 32}


@pytest.mark.parametrize("check", CheckName)
def test_every_check_has_its_section(check: CheckName) -> None:
    """Under its own name, which alerts link to: what it means, how to confirm it, how to repair it."""
    section = SECTIONS[check]
    for part in ("**Means**", "**Confirm**", "**Repair**"):
        assert part in section
    assert "    bin/manage " in section


@pytest.mark.parametrize("line", sorted(set(COMMAND_LINES)))
def test_named_commands_exist_with_these_options(line: str) -> None:
    """Their parsers take them."""
    name, *arguments = shlex.split(line)
    command = load_command_class(get_commands()[name], name)
    parser = command.create_parser("manage.py", name)
    parsed = parser.parse_args([EXAMPLES.get(argument, argument) for argument in arguments])
    assert vars(parsed)


@pytest.mark.parametrize("check", CheckName)
def test_section_has_the_command_that_the_alert_names(check: CheckName) -> None:
    """With an example's gateway and provider."""
    command = CHECK_TEXTS[check].command.format(gateway="main", provider="anthropic")
    assert f"    bin/manage {command}\n" in SECTIONS[check]
