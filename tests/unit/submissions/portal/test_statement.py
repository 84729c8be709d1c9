"""An exercise's text as HTML: formulas are left for the browser, code has colours, and nothing in it can run."""

from html.parser import HTMLParser
from pathlib import Path

import pytest

from submissions.portal.statement import TAGS, rendered

STATEMENTS = sorted((Path(__file__).parents[4] / "exercises").glob("*/statement.*.md"))


class Elements(HTMLParser):
    """The elements and attributes that a browser would see."""

    def __init__(self):
        super().__init__()
        self.names, self.attributes, self.targets = set(), set(), set()

    def handle_starttag(self, tag, attrs):
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.targets |= {value or "" for name, value in attrs if name in ("href", "src")}


def test_formulas_are_left_as_they_are():
    html = rendered("So $a<b$ and\n\n$$\n\\sum_i x_i\n$$\n")
    assert '<span class="math">\\(a&lt;b\\)</span>' in html
    assert '<div class="math-block">\\[\n\\sum_i x_i\n\\]</div>' in html


def test_prices_are_no_formulas():
    assert "math" not in rendered("It costs 1 $ and 2 $.")


def test_code_is_coloured_and_escaped():
    html = rendered("```python\nimport torch  # <b>\n```")
    assert '<span class="kn">import</span>' in html
    assert "&lt;b&gt;" in html


def test_the_title_is_left_to_the_page_and_sections_begin_below_it():
    html = rendered("# Title\n\nText\n\n## Section")
    assert "Title" not in html
    assert "<h2>Section</h2>" in html


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "![x](https://elsewhere.example/x.png)",
        "$</span><script>alert(1)</script>$",
        "```py</code><script>\n1\n```",
        "<svg onload=alert(1)>",
        '<a href="x" style="color:red">',
    ],
)
def test_nothing_in_a_statement_runs_or_fetches(hostile):
    found = Elements()
    found.feed(str(rendered(hostile)))
    assert found.names <= TAGS
    assert found.attributes <= {"class", "href", "rel", "title"}
    assert not any(target.startswith(("javascript:", "data:")) for target in found.targets)


@pytest.mark.parametrize("path", STATEMENTS, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_every_statement_keeps_its_formulas_and_tables(path):
    source = path.read_text(encoding="utf-8")
    html = rendered(source)
    assert html.count("math") >= source.count("$$") // 2
    assert ("<table>" in html) == ("|---" in source)
    assert "$" not in html
