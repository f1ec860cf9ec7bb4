"""A provider's books as a file: our column names or its own, and a sentence about what is neither."""

from datetime import date
from decimal import Decimal
from io import StringIO

import pytest

from ee.reconciliation.answer_fields import BooksUnreadable
from ee.reconciliation.csv_books import read_csv_books
from ee.reconciliation.kinds import BookLine


def test_fixed_header_is_read() -> None:
    """An empty cell is not told; a moment is of its day of UTC; other columns do not matter."""
    text = (
        "day,model,input_tokens,output_tokens,total_cost_usd,note\r\n"
        '2026-04-01,"m,1",10,,0.10,x\r\n'
        "2026-04-01T23:30:00-02:00,m2,5.0,7,-1.5,\r\n"
    )
    told, lines = read_csv_books(StringIO(text, newline=""), {})
    assert told == {"input_tokens", "output_tokens", "total_cost_usd"}
    assert lines == [
        BookLine(
            day=date(2026, 4, 1),
            model="m,1",
            figures={"input_tokens": 10, "output_tokens": None, "total_cost_usd": Decimal("0.10")},
        ),
        BookLine(
            day=date(2026, 4, 2),
            model="m2",
            figures={"input_tokens": 5, "output_tokens": 7, "total_cost_usd": Decimal("-1.5")},
        ),
    ]


def test_other_headers_are_named() -> None:
    """What is not named keeps our own name."""
    told, lines = read_csv_books(StringIO("Usage Date,output_tokens\n2026-04-01,3\n"), {"day": "Usage Date"})
    assert told == {"output_tokens"}
    assert lines == [BookLine(day=date(2026, 4, 1), model="", figures={"output_tokens": 3})]


@pytest.mark.parametrize(
    ("text", "columns", "sentence"),
    [
        pytest.param("", {}, "header: expected a column 'day' for day", id="empty"),
        pytest.param("day,model\n", {}, "header: expected one or more of input_tokens,", id="no-kind"),
        pytest.param(
            "day,output_tokens\n", {"model": "M"}, "header: expected a column 'M' for model", id="chosen-is-missing"
        ),
        pytest.param(
            "day,output_tokens\n1.4.2026,3\n", {}, "line 2: day: expected YYYY-MM-DD, got '1.4.2026'", id="day"
        ),
        pytest.param(
            "day,output_tokens\n2026-04-01T10:00:00,3\n",
            {},
            "line 2: day: expected YYYY-MM-DD or a moment",
            id="no-zone",
        ),
        pytest.param(
            "day,output_tokens\n2026-04-01,3\n2026-04-01,-3\n",
            {},
            "line 3: output_tokens: expected a whole number >= 0, got '-3'",
            id="negative",
        ),
        pytest.param(
            "day,output_tokens\n2026-04-01,1.5\n", {}, "line 2: output_tokens: expected a whole number", id="fraction"
        ),
        pytest.param(
            "day,total_cost_usd\n2026-04-01,NaN\n", {}, "line 2: total_cost_usd: expected a number, got 'NaN'", id="nan"
        ),
        pytest.param(
            "day,total_cost_usd\n2026-04-01,$1\n", {}, "line 2: total_cost_usd: expected a number, got '$1'", id="sign"
        ),
        pytest.param(
            "day,input_tokens,output_tokens\n2026-04-01,1,234,5\n", {}, "line 2: expected 3 cells", id="thousands"
        ),
        pytest.param("day,model,output_tokens\n2026-04-01,m\n", {}, "line 2: expected 3 cells", id="broken-off"),
        pytest.param(
            "day,output_tokens\n2026-04-01,12.000\n", {}, "line 2: output_tokens: expected a whole", id="point-thousands"
        ),
        pytest.param(
            "day,output_tokens,output_tokens\n2026-04-01,1,2\n",
            {},
            "header: expected one column 'output_tokens', got 2",
            id="column-twice",
        ),
        pytest.param('day,output_tokens\n"2026-04-01"x,1\n', {}, "expected CSV in UTF-8", id="quotes"),
    ],
)
def test_bad_file_names_line_and_column(text: str, columns: dict[str, str], sentence: str) -> None:
    """In one sentence."""
    with pytest.raises(BooksUnreadable) as caught:
        read_csv_books(StringIO(text, newline=""), columns)
    assert sentence in str(caught.value)
