"""What people typed, and what was imported as such, stays text on every page."""

import html
import re

import pytest

from submissions.store import accounts
from submissions.texts import visible
from tests.support.access_world import EXERCISES
from tests.support.pages import Page, foreign_pictures
from tests.support.web import PASSWORD, make_site

NASTY = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'-alert(1)-'",
    "{{ 7*7 }}{% raw %}",
    "\x1b[31mred\x07\x08",
    "safe\u202egnp.exe",
    "a\u2066b\u200f\u200bc",
    "&lt;b&gt;",
    "javascript:alert(1)",
    "\x00\x01\ufeff",
]
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


@pytest.mark.parametrize("words", NASTY)
def test_names_and_titles_are_shown_as_text_and_never_run(site, words):
    course = site.course(title_en=words, title_zh=words)
    # As an import or a command could have stored it; the form would have refused or cleaned it.
    user = site.person("ann", words)
    user = accounts.change_account(site.db, user.id, email=words)
    token = site.invitation(course, by=user)
    browser = site.browser(user, **{"User-Agent": "x"})
    plain = Page(site.browser(site.person("plain", "Plain")).get("/account").get_data(as_text=True))

    for path in ("/account", f"/invite/{token}"):
        text = browser.get(path).get_data(as_text=True)
        page = Page(text)
        assert len(page.named("script")) == len(plain.named("script"))
        assert not foreign_pictures(page)
        assert not [name for _, attributes in page.elements for name in attributes if name.startswith("on")]
    for answer in (browser.submit("/account/name", name=words, email=words), browser.get(f"/sign-in?next={words}")):
        assert not foreign_pictures(Page(answer.get_data(as_text=True)))
    heading = re.search(r"<h1>(.*?)</h1>", browser.get(f"/invite/{token}").get_data(as_text=True), re.DOTALL)[1]
    shown = html.unescape(re.sub(r"</?bdi>", "", heading))
    assert shown == visible(words)
    assert not UNSEEN.search(shown)


@pytest.mark.parametrize("words", NASTY)
def test_what_was_typed_comes_back_in_forms_as_text(site, words):
    browser = site.browser()

    for path, fields in (
        ("/sign-in", {"login": words, "next": words}),
        ("/sign-up", dict.fromkeys(("login", "name", "code", "email"), words)),
    ):
        text = browser.submit(path, **fields).get_data(as_text=True)
        page = Page(text)
        assert len([tag for tag in page.named("script") if "src" in tag]) == 1
        assert not foreign_pictures(page)
        assert "<script>alert" not in text
    refused = browser.submit("/sign-up", code=words, login="fresh", name="Fresh", password=PASSWORD, email="")
    assert refused.status_code == 422


@pytest.mark.parametrize("words", NASTY)
def test_a_submission_s_name_and_code_are_shown_as_text_on_every_page(tmp_path, words):
    site = make_site(tmp_path, packs=[EXERCISES])
    course = site.course(title_en=words, title_zh=words)
    ann = site.member("ann", course, name=words)
    work = site.assignment(course, "plot-sin")
    first, second = (site.submission(ann, work, content=f"x = {n}\n{words}\n".encode(), name=words) for n in range(2))
    browser = site.browser(ann)
    paths = [
        "/", f"/courses/{course.slug}", f"/assignments/{work.id}", f"/assignments/{work.id}/history",
        f"/submissions/{first.public_id}", f"/submissions/{first.public_id}/panel",
        f"/submissions/{first.public_id}/compare/{second.public_id}",
    ]  # fmt: skip

    for path in paths:
        answer = browser.get(path)
        text = answer.get_data(as_text=True)
        page = Page(text)
        assert answer.status_code == 200, path
        assert not foreign_pictures(page), path
        assert not [tag for tag in page.named("script") if "nonce" not in tag], path
        assert not [name for _, attributes in page.elements for name in attributes if name.startswith("on")], path
        assert not [tag for tag in page.named("a") if tag.get("href", "").startswith("javascript")], path
        assert not UNSEEN.search(html.unescape(text)), path
    source = browser.get(f"/submissions/{first.public_id}/source")
    assert source.mimetype in ("text/plain", "application/octet-stream")
    assert "attachment" in source.headers["Content-Disposition"]
    assert source.headers["X-Content-Type-Options"] == "nosniff"
    site.close()
