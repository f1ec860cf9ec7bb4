"""
The runbook that alerts lead to, docs/runbook.md, as a page.

It is written in the part of Markdown that is read here: headings, paragraphs, lists of `- `, commands indented by four
spaces, and in them `code` and **strong** words.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe

INDENT = "    "
MARKED = (
    (re.compile(r"`([^`]+)`"), r"<code>\1</code>"),
    (re.compile(r"\*\*(.+?)\*\*", re.DOTALL), r"<strong>\1</strong>"),
)


class Block(NamedTuple):
    """`kind` is title, section, commands, list or paragraph; a list has its items, all others one text."""

    kind: str
    texts: Sequence[str]


@login_required
@require_safe
def runbook_page(request: HttpRequest) -> HttpResponse:
    """Each section has its name as anchor: that of the check whose alerts lead to it."""
    return render(request, "posthog/runbook.html", {"blocks": _read_blocks()})


@cache
def _read_blocks() -> list[Block]:
    return parse_blocks((settings.BASE_DIR / "docs" / "runbook.md").read_text())


def parse_blocks(text: str) -> list[Block]:
    """What stands between empty lines, in order."""
    return [_parse_block(part) for part in re.split(r"\n{2,}", text.strip("\n"))]


def _parse_block(part: str) -> Block:
    if part.startswith(INDENT):
        return Block("commands", [escape("\n".join(line.removeprefix(INDENT) for line in part.splitlines()))])
    if part.startswith("- "):
        return Block("list", [_mark(item) for item in re.split(r"^- ", part, flags=re.MULTILINE)[1:]])
    for kind, mark in (("title", "# "), ("section", "## ")):
        if part.startswith(mark):
            return Block(kind, [escape(part.removeprefix(mark))])
    return Block("paragraph", [_mark(part)])


def _mark(text: str) -> SafeString:
    marked = str(escape(text))
    for pattern, replacement in MARKED:
        marked = pattern.sub(replacement, marked)
    return mark_safe(marked)  # escaped above; only the two tags were added
