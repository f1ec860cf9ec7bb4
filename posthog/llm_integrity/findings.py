"""What a check found: one thing that is wrong, where, since when, and the figures that say so."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class Severity(StrEnum):
    """CRITICAL: sums of tokens or dollars are wrong or missing. WARNING: they may be. In the order of urgency."""

    CRITICAL = "critical"
    WARNING = "warning"


class CheckName(StrEnum):
    """Every check; each has a text in `finding_texts` and a section in the runbook."""

    FIELD_VANISHED = "field_vanished"
    COUNT_MISSING = "count_missing"
    STREAM_DIFFERS = "stream_differs"
    RATIO_JUMPED = "ratio_jumped"
    FLAG_SHARE = "flag_share"
    UNKNOWN_USAGE_KEY = "unknown_usage_key"
    UNPRICED_MODEL = "unpriced_model"
    COST_MISSING = "cost_missing"
    SOURCE_SILENT = "source_silent"
    CLOCK_SKEWED = "clock_skewed"
    CALLS_REPEATED = "calls_repeated"
    EVENTS_MISSING = "events_missing"
    PROVIDER_DISAGREES = "provider_disagrees"


class Subject(NamedTuple):
    """What a finding is about; None: not this. An empty `gateway` or `provider` is that of calls without one."""

    gateway: str | None = None
    provider: str | None = None
    model: str | None = None
    is_stream: bool | None = None
    team_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """
    Attributes:
        figure: Which count, ratio or flag; '' where the check has one figure only.
        seen: Its value in the newest calls: a share, a ratio, or a number of calls; see the check's text.
        usual: What was expected; None where nothing was, only a rule.
        calls: That `seen` was taken from.
        since: Begin of the first hour (UTC) that is wrong.
        facts: Sentences with what else is known, for a person; plain text, whose names may be the callers' own.
    """

    check: CheckName
    subject: Subject
    severity: Severity
    figure: str = ""
    seen: float
    usual: float | None = None
    calls: int
    since: datetime
    facts: tuple[str, ...] = ()

    @property
    def key(self) -> "FindingKey":
        """What makes two findings, of different times, the same."""
        return FindingKey(self.check, self.subject, self.figure)


class FindingKey(NamedTuple):
    check: CheckName
    subject: Subject
    figure: str


@dataclass(frozen=True, slots=True)
class Looked:
    """
    What one run of the checks saw.

    Attributes:
        judged: Everything that had enough calls to be judged: what is among these and not among the findings is right.
    """

    findings: list[Finding] = field(default_factory=list)
    judged: set[FindingKey] = field(default_factory=set)

    def put_in_order(self) -> None:
        """Findings in the order of urgency, then of check and subject."""
        self.findings.sort(key=lambda each: (each.severity, each.check, str(each.subject), each.figure))
