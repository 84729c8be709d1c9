"""What staff write to students: a little Markdown, turned into HTML that can hold words, links, lists and code only."""

from __future__ import annotations

from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

from submissions.portal.pages import blueprint
from submissions.portal.plain import plain

TAGS = set("p br em strong s code pre blockquote ul ol li a".split())
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}


@blueprint.app_template_filter("remark")
def remark(text: str) -> Markup:
    """A comment as HTML. Markup that was typed is shown as it was typed, and so is what can't be seen."""
    html = _markdown().render(plain(text))
    clean = nh3.clean(html, tags=TAGS, attributes=ATTRIBUTES, url_schemes={"https", "http", "mailto"})
    return Markup(clean.strip())  # noqa: S704 - cleaned


@lru_cache(maxsize=1)
def _markdown() -> MarkdownIt:
    # A heading would stand in the order of the page's own; an image would tell its host who reads.
    markdown = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable("strikethrough")
    return markdown.disable(["image", "heading", "lheading", "hr"])
