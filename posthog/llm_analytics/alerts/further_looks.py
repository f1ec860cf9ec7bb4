"""
Looks that other packages bring along: they import this one and register, it imports none of them.

A registered look adds to what was looked at: what it judged, and what of that is wrong. From there on its findings
are alerts like all others. Each of its checks has a name in `findings`, a text, and a section in the runbook.
"""

from collections.abc import Callable

from posthog.llm_integrity.findings import Looked
from posthog.models import Organization

Look = Callable[[Organization, Looked], None]

_looks: list[Look] = []


def register_look(look: Look) -> None:
    """Have it called at every look at an organization; once, however often it is registered."""
    if look not in _looks:
        _looks.append(look)


def look_further(organization: Organization, looked: Looked) -> None:
    """Let every registered look add what it sees."""
    for look in _looks:
        look(organization, looked)
    looked.put_in_order()
