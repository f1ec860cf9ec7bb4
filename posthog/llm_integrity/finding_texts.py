"""
Every finding in words: for a person who has never seen the system, what is wrong, how it is known, what to do.

The one place of these texts, for alerts, the command, the API and the runbook.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from posthog.llm_integrity.expectations import COST_PER_TOKEN, RATIOS
from posthog.llm_integrity.findings import CheckName, Finding, Subject
from posthog.llm_usage.flag_texts import describe_flag

LONGEST_NAME = 120
"""Characters of a model's or provider's name in a text; `subject` has it in full."""


@dataclass(frozen=True, slots=True)
class CheckText:
    """
    Attributes:
        title: One line; `{figure}` and `{subject}` are filled in.
        meaning: What follows for the sums.
        compares: What the check compares and from which sample on.
        action: What to do first; the runbook has the rest.
        command: That shows more of it; `{gateway}` and `{provider}` are filled in. EVENT is one of the alert's calls.
    """

    title: str
    meaning: str
    compares: str
    action: str
    command: str = "explain_ai_event EVENT"


CHECK_TEXTS: Mapping[CheckName, CheckText] = MappingProxyType(
    {
        CheckName.FIELD_VANISHED: CheckText(
            title="{figure} is no longer reported by {subject}",
            meaning="Calls that used to report this count do not any more: its sum is too low from then on, and so may "
            "be the cost. The calls themselves are stored.",
            compares="The share of successful generations that report the count, in the newest 50 calls or more, with "
            "its share in blocks as large over the past two weeks.",
            action="Look at a call's raw usage. If the provider renamed the count, a reading must learn the new name, "
            "then history is derived again. If an SDK or gateway upgrade dropped it, go back or report it there.",
            command="explain_ai_event EVENT --format json",
        ),
        CheckName.COUNT_MISSING: CheckText(
            title="{figure} is missing from calls of {subject}",
            meaning="Every call has input and output, but these calls do not say how much: their tokens and cost are "
            "unknown, not zero, and missing from every sum.",
            compares="The share of successful generations that report the count, in the newest 50 calls or more, with "
            "the 95 % that are the least for any series.",
            action="Streams report usage only when asked to: check that the gateway asks for it. Then compare with the "
            "gateway's own books and back-fill.",
        ),
        CheckName.STREAM_DIFFERS: CheckText(
            title="{figure} depends on streaming in {subject}",
            meaning="The same model reports this count with streaming far less often than without, or the other way "
            "round. The sums miss what the one of the two does not say.",
            compares="The share of calls that report the count, in the newest 50 calls or more of a series that is too "
            "young to have a past, with the same model called the other way.",
            action="Check that the gateway passes the provider's last chunk, the one with the usage, through.",
        ),
        CheckName.RATIO_JUMPED: CheckText(
            title="{figure} of {subject} left its range",
            meaning="Either the calls changed, or their counts mean something else than before: an upgrade that counts "
            "the cache twice, a part reported under another's name, a price that changed.",
            compares="The ratio's average over the newest 50 calls or more with its median and range over blocks as "
            "large of the past two weeks, and with the four hours before: it lies far outside, or outside at one blow.",
            action="Compare the raw usage of a call from before with one from after. If the calls changed, accept the "
            "new level; if the counts did, fix the reading and derive history again.",
        ),
        CheckName.FLAG_SHARE: CheckText(
            title="Too many calls of {subject} raise {figure}",
            meaning="",  # the flag's own text
            compares="The share of successful generations that raise the flag, in the newest 50 calls or more and in "
            "the newest day, with the flag's threshold and with twice the worst block of the past two weeks.",
            action="Open one of the calls and read where its numbers come from: it shows the arithmetic that failed.",
        ),
        CheckName.UNKNOWN_USAGE_KEY: CheckText(
            title="{subject} reports something that no rule knows",
            meaning="The usage object has a key that was never seen there. What is known was read; the key may mean "
            "tokens or costs that are in no sum.",
            compares="Calls of the newest day with an unknown key; the past two weeks had none. One is enough.",
            action="Look at the raw usage of a call. Teach the reading what the key means, or that it means nothing "
            "for the accounting, then derive history again.",
            command="explain_ai_event EVENT --format json",
        ),
        CheckName.UNPRICED_MODEL: CheckText(
            title="Nobody knows the price of {subject}",
            meaning="Tokens are counted, dollars are not: the cost of these calls is missing from every sum.",
            compares="Calls of the newest day that used tokens and found no price. One is enough.",
            action="Set the model's price for the team or update the price list, then derive history again.",
        ),
        CheckName.COST_MISSING: CheckText(
            title="Calls of {subject} have no cost",
            meaning="They used tokens of a model whose price is known, and still no cost stands in their rows: the "
            "sums of dollars are too low.",
            compares="The share of successful generations that used tokens and have no cost, in the newest 50 calls or "
            "more, with the one in a hundred that is allowed.",
            action="Open one of the calls and read its explanation: it says which term of the price is missing.",
        ),
        CheckName.SOURCE_SILENT: CheckText(
            title="{subject} has gone silent",
            meaning="There used to be calls at this time of the week, and there are none: the gateway is down, its "
            "callback is off, its credential was revoked, or its calls are counted for somebody else.",
            compares="The hours since the last call with the leanest but one of the same hours in the past two weeks, "
            "10 calls or more in all, and with the longest silence there ever was.",
            action="Check that the gateway runs and its sender has no error, then whether its credential is valid. "
            "What the shipper holds back arrives by itself; the rest is in the gateway's own books.",
            command="list_audit_entries --limit 20",
        ),
        CheckName.CLOCK_SKEWED: CheckText(
            title="The clock of {subject} is {figure}",
            meaning="Calls carry the gateway's time, which does not fit the time at which they arrive: they are "
            "counted in the wrong hour, perhaps in the wrong day or month.",
            compares="The share of calls that begin more than 5 minutes after they arrive (1 % is allowed), or end "
            "more than an hour before (half of them, three hours in a row); from 50 calls an hour on.",
            action="Set the gateway's clock (NTP). If the calls are late and not wrong, its sender is behind: see its "
            "spool.",
            command="explain_ai_event EVENT --format json",
        ),
        CheckName.CALLS_REPEATED: CheckText(
            title="{subject} reports calls twice",
            meaning="Several rows have the same response id of the provider: the same calls are counted, and paid for, "
            "more than once in the sums.",
            compares="The share of calls that share their response id with another, in the newest hour with 50 calls "
            "or more, with 1 % and with twice what was usual.",
            action="Look for a second callback or a second gateway that reports the same calls, turn it off, then "
            "take the repetitions out of the sums (`supersede_repeated_calls`).",
            command="explain_ai_event EVENT --format json",
        ),
        CheckName.EVENTS_MISSING: CheckText(
            title="Calls of {subject} never arrived",
            meaning="The gateway's shipper numbered reports that never came: their tokens and cost are in no sum.",
            compares="The shipper's numbers with what arrived, for the hours of the last day that are over for ten "
            "minutes.",
            action="List the holes, look at the shipper's log and spool, then back-fill from the gateway's own books.",
            command="gateway_completeness --gateway {gateway}",
        ),
        CheckName.PROVIDER_DISAGREES: CheckText(
            title="{figure}: our sums and the books of {subject} disagree",
            meaning="The provider counts, and bills, something else than our sums hold: calls went around the gateway "
            "or were lost, were counted twice, or are read or priced in another way.",
            compares="What both sides have over what either has, by day and model, in the latest days of UTC that were "
            "compared with the provider's usage and cost API or with a file of it.",
            action="Start with the models and days that differ most and with their likely causes; compare the days "
            "again once they are mended, or once late events are in.",
            command="list_provider_reconciliations --provider {provider}",
        ),
    }
)


@dataclass(frozen=True, slots=True)
class FindingText:
    """A finding in words, ready to be shown or sent; plain text."""

    title: str
    meaning: str
    evidence: str
    action: str
    runbook: str
    """Where the runbook goes on, relative to the project."""


def describe_finding(finding: Finding) -> FindingText:
    """Everything that a person needs to know of it."""
    text = CHECK_TEXTS[finding.check]
    title = text.title.format(figure=finding.figure, subject=describe_subject(finding.subject))
    meaning = describe_flag(finding.figure) if finding.check == CheckName.FLAG_SHARE else text.meaning
    since = f"Since {finding.since:%Y-%m-%d %H:%M} UTC."
    return FindingText(
        title=title,
        meaning=meaning,
        evidence=" ".join([_describe_values(finding), since, *finding.facts, text.compares]),
        action=f"{text.action} {_name_command(text.command, finding.subject)}",
        runbook=f"docs/runbook.md#{finding.check}",
    )


def describe_subject(subject: Subject) -> str:
    """In a sentence, e.g. `gpt-4o of openai, streamed, by gateway main`."""
    if subject.team_id is not None:
        return f"team {subject.team_id}"
    if subject.gateway is None and subject.provider is not None:
        return f"the provider {_shorten(subject.provider)}"
    gateway = f"gateway {subject.gateway}" if subject.gateway else "no gateway"
    if subject.model is None:
        return gateway
    model, provider = (_shorten(name) for name in (subject.model, subject.provider or ""))
    streamed = {None: "", True: ", streamed", False: ", not streamed"}[subject.is_stream]
    return f"{model or 'no model'} of {provider or 'no provider'}{streamed}, by {gateway}"


def _shorten(name: str) -> str:
    """Names are the callers' own: one with line breaks could write lines of an alert, a long one would bury it."""
    printable = " ".join("".join(each if each.isprintable() else " " for each in name).split())
    return printable if len(printable) <= LONGEST_NAME else f"{printable[: LONGEST_NAME - 1]}…"


def _name_command(command: str, subject: Subject) -> str:
    filled = command.format(gateway=subject.gateway or "NAME", provider=subject.provider or "NAME")
    event = ", where EVENT is one of the calls that show it" if "EVENT" in filled else ""
    return f"To see more: bin/manage {filled}{event}."


def _describe_values(finding: Finding) -> str:
    return _DESCRIBERS.get(finding.check, _describe_share)(finding)


def _describe_share(finding: Finding) -> str:
    usual = "" if finding.usual is None else f"; usual is {_write_share(finding.usual, 2)}"
    return f"{_write_share(finding.seen, 2)} of {finding.calls:,} calls{usual}."


def _write_share(share: float, digits: int) -> str:
    """With as many digits more as it takes: only nothing reads 0 %, and only all of it 100 %."""
    text = f"{share:.{digits}%}"
    is_rounded_away = 0 < share < 1 and float(text.removesuffix("%")) in (0, 100)
    return _write_share(share, digits + 1) if is_rounded_away else text


def _describe_number(finding: Finding) -> str:
    return f"{finding.seen:,.0f} of {finding.calls:,} calls."


def _describe_ratio(finding: Finding) -> str:
    any_part = ""
    if finding.figure == COST_PER_TOKEN:
        values = f"${finding.seen:.3g} a token; usual is ${finding.usual or 0:.3g}"
    else:
        ratio = RATIOS[finding.figure]
        values = f"{ratio.part} / {ratio.whole} = {finding.seen:.3g}; usual is {finding.usual or 0:.3g}"
        any_part = f" with any {ratio.part}" if ratio.is_where_any else ""
    return f"{values}, on average over {finding.calls:,} calls{any_part}."


def _describe_silence(finding: Finding) -> str:
    return f"No call; {finding.usual or 0:,.0f} at least were usual in the same hours."


def _describe_agreement(finding: Finding) -> str:
    seen, due = _write_share(finding.seen, 4), _write_share(finding.usual or 0, 4)
    return f"Agreement {seen} over {finding.calls:,} calls of ours; at least {due} is due."


_DESCRIBERS: Mapping[CheckName, Callable[[Finding], str]] = {
    CheckName.UNKNOWN_USAGE_KEY: _describe_number,
    CheckName.UNPRICED_MODEL: _describe_number,
    CheckName.RATIO_JUMPED: _describe_ratio,
    CheckName.SOURCE_SILENT: _describe_silence,
    CheckName.PROVIDER_DISAGREES: _describe_agreement,
}
