"""What a browser would make of a page."""

from html.parser import HTMLParser


class Page(HTMLParser):
    """What a browser would do with a page: elements, and everything it would run or fetch."""

    def __init__(self, text):
        super().__init__()
        self.elements = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def named(self, *tags):
        return [attributes for tag, attributes in self.elements if tag in tags]


def foreign_pictures(page):
    """Pictures that are not the service's own."""
    return [tag for tag in page.named("img") if not tag.get("src", "").startswith("/static/")]
