"""The runbook that alerts lead to, docs/runbook.md, as a page."""

from functools import cache

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe
from markdown_it import MarkdownIt


@login_required
@require_safe
def runbook_page(request: HttpRequest) -> HttpResponse:
    """Each section has its name as anchor: that of the check whose alerts lead to it."""
    return render(request, "posthog/runbook.html", {"runbook": _read_runbook()})


@cache
def _read_runbook() -> SafeString:
    return render_markdown((settings.BASE_DIR / "docs" / "runbook.md").read_text())


def render_markdown(text: str) -> SafeString:
    """CommonMark → HTML; tags in the text are text. Commands wider than a phone can be scrolled by keyboard."""
    markdown = MarkdownIt("commonmark", {"html": False})
    tokens = markdown.parse(text)
    for place, token in enumerate(tokens):
        if token.type == "heading_open" and token.tag == "h2":
            token.attrSet("id", tokens[place + 1].content)
        elif token.type == "code_block":
            token.attrSet("tabindex", "0")
    html: str = markdown.renderer.render(tokens, markdown.options, {})
    return mark_safe(html)  # escaped by the renderer
