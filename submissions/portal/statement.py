"""An exercise's text: Markdown to HTML that can only hold text. Formulas stay as they are, for KaTeX in the browser."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markupsafe import Markup, escape
from mdit_py_plugins.dollarmath import dollarmath_plugin

from submissions.portal.codeview import coloured
from submissions.portal.plain import marked

TAGS = set(
    "p h2 h3 h4 h5 h6 ul ol li blockquote hr br em strong s code pre span div a table thead tbody tr th td".split()
)
ATTRIBUTES = {
    "a": {"href", "title"},
    "code": {"class"},
    "pre": {"class"},
    "span": {"class"},
    "div": {"class"},
    "ol": {"start"},
    "th": {"scope"},
}


@lru_cache(maxsize=256)
def rendered(text: str) -> Markup:
    """The text as HTML. Its first heading is left out: the page has the title already. Headings begin at level 2."""
    html = _markdown().render(_without_title(text))
    return Markup(nh3.clean(html, tags=TAGS, attributes=ATTRIBUTES, url_schemes={"https", "http", "mailto"}))  # noqa: S704 - cleaned


def _without_title(text: str) -> str:
    lines = text.lstrip().split("\n")
    return "\n".join(lines[1:]) if lines[0].startswith("# ") else text


@lru_cache(maxsize=1)
def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False, "highlight": _highlight}).enable(["table", "strikethrough"])
    markdown.use(dollarmath_plugin, allow_space=False, allow_digits=False, double_inline=True)
    markdown.disable("image")
    for name, rule in {"math_inline": _inline, "math_inline_double": _inline_display, "math_block": _display}.items():
        markdown.add_render_rule(name, rule)
    markdown.add_render_rule("th_open", _head_cell)
    markdown.add_render_rule("table_open", _table_open)
    markdown.add_render_rule("table_close", _table_close)
    return markdown


def _inline(_self: RendererHTML, tokens: Any, at: int, *_: Any) -> str:
    return str(Markup('<span class="math">\\({}\\)</span>').format(tokens[at].content))


def _inline_display(_self: RendererHTML, tokens: Any, at: int, *_: Any) -> str:
    return str(Markup('<span class="math">\\[{}\\]</span>').format(tokens[at].content))


def _display(_self: RendererHTML, tokens: Any, at: int, *_: Any) -> str:
    return str(Markup('<div class="math-block">\\[{}\\]</div>\n').format(tokens[at].content))


def _head_cell(*_: Any) -> str:
    return '<th scope="col">'


def _table_open(*_: Any) -> str:
    return '<div class="table-wrap"><table>'


def _table_close(*_: Any) -> str:
    return "</table></div>"


def _highlight(code: str, language: str, _attributes: str) -> str:
    text = code.removesuffix("\n")
    body = coloured(text) if language in ("python", "py") else marked(text)
    return f'<pre class="code"><code class="language-{escape(language or "text")}">{body}</code></pre>'
