"""The runbook as a page: sections can be led to, and nothing in it is taken for a tag."""

import pytest

from posthog.api.runbook_page import render_markdown


@pytest.mark.parametrize(
    ("text", "html"),
    [
        pytest.param("# When it goes wrong", "<h1>When it goes wrong</h1>\n", id="title"),
        pytest.param("## field_vanished", '<h2 id="field_vanished">field_vanished</h2>\n', id="section"),
        pytest.param(
            "    bin/manage a > b", '<pre tabindex="0"><code>bin/manage a &gt; b\n</code></pre>\n', id="commands"
        ),
        pytest.param("**Means**: `a` < b", "<p><strong>Means</strong>: <code>a</code> &lt; b</p>\n", id="paragraph"),
        pytest.param("Not <script>here</script>", "<p>Not &lt;script&gt;here&lt;/script&gt;</p>\n", id="no-tags"),
    ],
)
def test_markdown_becomes_html(text: str, html: str) -> None:
    """With an anchor for each section."""
    assert render_markdown(text) == html
