"""The runbook as a page: what it is written in is read, and nothing else is taken for a tag."""

import pytest

from posthog.api.runbook_page import Block, parse_blocks


@pytest.mark.parametrize(
    ("text", "block"),
    [
        pytest.param("# When it goes wrong", Block("title", ["When it goes wrong"]), id="title"),
        pytest.param("## field_vanished", Block("section", ["field_vanished"]), id="section"),
        pytest.param(
            "    bin/manage a\n    bin/manage b > c",
            Block("commands", ["bin/manage a\nbin/manage b &gt; c"]),
            id="commands",
        ),
        pytest.param("- one,\n  still\n- two", Block("list", ["one,\n  still\n", "two"]), id="list"),
        pytest.param(
            "**Means**: `a` < b", Block("paragraph", ["<strong>Means</strong>: <code>a</code> &lt; b"]), id="paragraph"
        ),
    ],
)
def test_block_is_read_by_how_it_begins(text: str, block: Block) -> None:
    """Code and strong words are marked; all else is escaped."""
    assert parse_blocks(f"{text}\n") == [block]


def test_blocks_keep_their_order() -> None:
    """Empty lines part them."""
    assert [block.kind for block in parse_blocks("# A\n\nText\n\n\n    command\n")] == [
        "title",
        "paragraph",
        "commands",
    ]
