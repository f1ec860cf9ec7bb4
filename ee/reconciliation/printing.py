"""A reconciliation for a person (table), a script (JSON) or a spreadsheet (CSV)."""

import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from ee.exports.csv_text import write_csv
from ee.models import ProviderReconciliation
from ee.reconciliation.causes import TEXTS
from ee.reconciliation.comparison import BooksComparison, ComparedLine
from ee.reconciliation.history import tell_kind, write_amount
from ee.reconciliation.kinds import COST

WITHOUT_MODEL = "(no model)"
LISTED = 100
COLUMNS = ("day", "model", "kind", "theirs", "ours", "difference", "agreement", "causes")
NOTHING = "–"


def write_table(kept: ProviderReconciliation, compared: BooksComparison) -> Iterator[str]:
    """Lines of text: agreement of each kind, what differs, and why it may."""
    yield f"{kept.provider}, {kept.start} to before {kept.end} (UTC); threshold {write_amount(kept.threshold)} %"
    yield ""
    yield from _align(
        ("kind", "theirs", "ours", "agreement %"),
        [
            (each.kind, *(_show(each.kind, of) for of in (each.theirs, each.ours)), write_amount(each.agreement) or "")
            for each in compared.kinds
        ],
    )
    differing = [line for line in compared.lines if line.causes]
    if differing:
        yield from _list_differing(differing)
    if any(kind.not_told for kind in compared.kinds):
        yield ""
        yield "Not compared, for the provider's books do not tell it: " + ", ".join(
            f"{kind.kind} of {kind.not_told} lines" for kind in compared.kinds if kind.not_told
        )


def _list_differing(differing: Sequence[ComparedLine]) -> Iterator[str]:
    worst = sorted(differing, key=lambda line: (line.agreement or 0, line.day, line.model))[:LISTED]
    yield ""
    yield from _align(COLUMNS, [_list_cells(line) for line in worst])
    if len(differing) > LISTED:
        yield f"… and {len(differing) - LISTED:,} more; see --format csv"
    yield ""
    codes = {code for line in worst for code in line.causes}
    yield from (f"{code}: {text}" for code, text in TEXTS.items() if code in codes)


def _list_cells(line: ComparedLine) -> tuple[str, ...]:
    return (
        line.day.isoformat(),
        line.model or WITHOUT_MODEL,
        line.kind,
        _show(line.kind, line.theirs),
        _show(line.kind, line.ours),
        _show(line.kind, line.difference),
        write_amount(line.agreement) or "",
        ",".join(line.causes),
    )


def _show(kind: str, amount: Decimal | None) -> str:
    if amount is None:
        return NOTHING
    return f"{amount:,.6f}" if kind == COST else f"{int(amount):,}"


def _align(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    for row in (header, *rows):
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def write_json(kept: ProviderReconciliation, compared: BooksComparison) -> str:
    """One line; numbers as text, so that none loses a digit."""
    answer: dict[str, Any] = {
        "id": str(kept.id),
        "provider": kept.provider,
        "organization": None if kept.organization is None else kept.organization.name,
        "source": kept.source,
        "start": kept.start.isoformat(),
        "end": kept.end.isoformat(),
        "threshold": write_amount(kept.threshold),
        "lowest_agreement": write_amount(kept.lowest_agreement),
        "is_agreed": kept.is_agreed,
        "kinds": {kind.kind: tell_kind(kind) for kind in compared.kinds},
        "lines": [
            {
                "day": line.day.isoformat(),
                "model": line.model,
                "kind": line.kind,
                "theirs": write_amount(line.theirs),
                "ours": write_amount(line.ours),
                "agreement": write_amount(line.agreement),
                "causes": {code: TEXTS[code] for code in line.causes},
            }
            for line in compared.lines
        ],
    }
    return json.dumps(answer, ensure_ascii=False)


def write_lines(compared: BooksComparison) -> Iterator[str]:
    """CSV: every compared line, whether it differs or not."""
    rows = (
        (
            line.day,
            line.model,
            line.kind,
            line.theirs,
            line.ours,
            line.difference,
            line.agreement,
            ",".join(line.causes),
        )
        for line in compared.lines
    )
    return write_csv(COLUMNS, rows)
