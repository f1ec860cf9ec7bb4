"""
Disagreements with a provider's books as findings, from which alerts follow as from every other check.

A kind is judged by the newest comparison of the latest days, with the provider's API and with files each for itself:
the alert ends when every one of them agrees. A comparison of all organizations' calls is told to the oldest
organization, whose instance it is. Of a kind whose whole disagrees, too, nothing is said: the whole's alert is enough.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, time
from types import MappingProxyType

from django.db.models import Q

from ee.models import ProviderReconciliation, ProviderReconciliationLine
from ee.reconciliation.causes import TEXTS
from ee.reconciliation.history import Disagreement, list_newest, list_under, write_amount
from ee.reconciliation.kinds import COST, INPUT_PARTS, LIFETIMES
from posthog.llm_analytics.alerts.further_looks import register_look
from posthog.llm_analytics.alerts.looking import list_organizations
from posthog.llm_integrity.findings import CheckName, Finding, FindingKey, Looked, Severity, Subject
from posthog.models import Organization

WHOLES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        **dict.fromkeys(INPUT_PARTS, ("input_tokens",)),
        **dict.fromkeys(LIFETIMES, ("input_tokens", "cache_creation_input_tokens")),
        "reasoning_tokens": ("output_tokens",),
    }
)
"""Kind → the kinds that it is a part of."""
BILLED = frozenset({"input_tokens", "output_tokens", COST})
TOLD_LINES = 3
NOBODYS = "none"


def look_at_books(organization: Organization, looked: Looked) -> None:
    """Judge every kind that was compared for the organization."""
    findings: dict[FindingKey, Finding] = {}
    for newest in list_newest().filter(_is_told_to(organization)):
        found, judged = _judge(newest)
        looked.judged.update(judged)
        for finding in found:
            known = findings.get(finding.key)
            if known is None or finding.seen < known.seen:
                findings[finding.key] = finding
    looked.findings.extend(findings.values())


def _is_told_to(organization: Organization) -> Q:
    own = Q(organization=organization)
    oldest = min(list_organizations(), key=lambda each: (each.created_at, each.id), default=None)
    return own | Q(organization=None) if oldest == organization else own


def _judge(newest: ProviderReconciliation) -> tuple[list[Finding], set[FindingKey]]:
    under = {each.kind: each for each in list_under(newest)}
    silent = {kind for kind in under if any(whole in under for whole in WHOLES.get(kind, ()))}
    compared = {kind for kind, told in newest.kinds.items() if told["agreement"] is not None}
    return (
        [_find(each) for kind, each in under.items() if kind not in silent],
        {_build_key(newest.provider, kind) for kind in compared - silent},
    )


def _build_key(provider: str, kind: str) -> FindingKey:
    return FindingKey(CheckName.PROVIDER_DISAGREES, Subject(provider=provider), kind)


def _find(disagreement: Disagreement) -> Finding:
    first = min((line.day for line in disagreement.worst), default=disagreement.start)
    return Finding(
        check=CheckName.PROVIDER_DISAGREES,
        subject=Subject(provider=disagreement.provider),
        severity=Severity.CRITICAL if disagreement.kind in BILLED else Severity.WARNING,
        figure=disagreement.kind,
        seen=float(disagreement.agreement) / 100,
        usual=float(disagreement.threshold) / 100,
        calls=disagreement.calls,
        since=datetime.combine(first, time.min, UTC),
        facts=tuple(_list_facts(disagreement)),
    )


def _list_facts(disagreement: Disagreement) -> Iterator[str]:
    whose = "of all organizations " if disagreement.organization_id is None else ""
    yield (
        f"From {disagreement.start} to before {disagreement.end} the provider's books have "
        f"{write_amount(disagreement.theirs)}, calls {whose}here have {write_amount(disagreement.ours) or NOBODYS}."
    )
    yield from _describe_lines([line for line in disagreement.worst if line.causes][:TOLD_LINES])
    yield f"All lines: `bin/manage list_provider_reconciliations --id {disagreement.reconciliation_id}`."


def _describe_lines(lines: Iterable[ProviderReconciliationLine]) -> Iterator[str]:
    for line in lines:
        amounts = f"theirs {write_amount(line.theirs)}, ours {write_amount(line.ours) or NOBODYS}"
        cause = TEXTS[line.causes[0]].removesuffix(".")
        yield f"{line.day}, {line.model or 'no model'}: {amounts} ({cause})."


register_look(look_at_books)
