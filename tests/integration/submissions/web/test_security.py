"""What holds for every answer and every request: headers, tokens, caps, hosts, cookies, and that nothing typed runs."""

import gzip
import io
import re

import pytest

from grader.limits import SUBMISSION_BYTES
from submissions import create_app
from submissions.auth.passwords import Passwords
from submissions.auth.policy import PUBLIC, access
from submissions.settings import ServiceSettingsError, read_service_settings
from submissions.store import accounts, login_sessions
from submissions.web import assets
from submissions.web.security import REQUEST_BYTES
from tests.support.access_world import WRITING
from tests.support.pages import Page
from tests.support.web import PASSWORD, Browser, make_site

PAGES = ("/sign-in", "/sign-up", "/join", "/account", "/invite/none", "/nothing", "/healthz", "/sign-out")
PRODUCTION = {
    "SUBMISSIONS_PROFILE": "production", "SUBMISSIONS_DATABASE_URL": "postgresql://db/x",
    "SUBMISSIONS_BROKER_URL": "redis://broker/0", "SUBMISSIONS_SECRET_KEY": "k" * 40,
    "SUBMISSIONS_GRADING_SOCKET": "/run/grader.sock", "SUBMISSIONS_HOSTS": "grader.example.edu",
}  # fmt: skip


def policy_of(answer):
    parts = answer.headers["Content-Security-Policy"].split(";")
    return {name: set(values) for name, *values in (part.split() for part in parts)}


# ---------------------------------------------------------------------------------------------- headers


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_has_a_policy_that_lets_nothing_foreign_or_inline_run(site, path):
    answer = site.browser(site.person("ann")).get(path)

    policy, headers = policy_of(answer), answer.headers
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == {"'none'"}
    for kind in ("script-src", "style-src"):
        (nonce,) = policy[kind] - {"'self'"}
        assert re.fullmatch(r"'nonce-[\w-]{20,}'", nonce)
    assert policy["img-src"] == policy["font-src"] == policy["connect-src"] == policy["form-action"] == {"'self'"}
    assert (headers["X-Content-Type-Options"], headers["X-Frame-Options"]) == ("nosniff", "DENY")
    assert (headers["Referrer-Policy"], headers["Cache-Control"]) == ("same-origin", "no-store")


def test_a_nonce_is_never_used_twice(site):
    nonces = [policy_of(site.browser().get("/sign-in"))["script-src"].pop() for _ in range(5)]

    assert len({nonce for nonce in nonces if nonce != "'self'"}) == len([n for n in nonces if n != "'self'"])


@pytest.mark.parametrize("path", PAGES[:6])
@pytest.mark.parametrize("locale", ["en", "zh"])
def test_pages_bring_no_inline_code_and_ask_nobody_else(site, path, locale):
    browser = site.browser(site.person("ann"))
    browser.submit("/preferences", locale=locale)
    answer = browser.get(path, follow_redirects=True)
    nonce = next(part for part in policy_of(answer)["script-src"] if part != "'self'")[7:-1]
    page = Page(answer.get_data(as_text=True))

    assert not page.named("style", "base", "iframe", "object", "embed")
    assert all(script["nonce"] == nonce for script in page.named("script"))
    attributes = [(name, value) for _, attributes in page.elements for name, value in attributes.items()]
    assert not [name for name, _ in attributes if name == "style" or name.startswith("on")]
    addresses = [value for name, value in attributes if name in ("src", "href", "action")]
    assert all(value.startswith(("/", "#")) and not value.startswith("//") for value in addresses)


def test_static_files_stay_for_ever_under_an_address_of_their_content(site):
    page = Page(site.browser().get("/sign-in").get_data(as_text=True))
    addresses = [link["href"] for link in page.named("link")] + [
        tag["src"] for tag in page.named("script") if "src" in tag
    ]

    for address in addresses:
        answer = site.browser().get(address)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        answer.close()


def test_large_static_files_travel_compressed(site):
    address = site.app.jinja_env.globals["asset"]("app.css")

    plain = site.browser().get(address)
    packed = site.browser().get(address, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < len(plain.data) / 3
    plain.close()
    packed.close()


def test_a_data_folder_that_can_not_be_written_serves_files_as_they_are(tmp_path):
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where the folder should be")

    assert assets.compressed(assets.FOLDER, blocked / "static" / "v1") == assets.FOLDER


@pytest.mark.parametrize(
    "path", ["../settings.py", "..%2f..%2fsettings.py", "../../../../etc/passwd", "%00", "app.js/x"]
)
def test_no_other_file_is_served(site, path):
    prefix = site.app.jinja_env.globals["asset"]("")

    assert site.browser().get(prefix + path).status_code == 404


# ------------------------------------------------------------------------------------------------- CSRF


def writing_routes(app):
    for rule in app.url_map.iter_rules():
        for method in rule.methods & set(WRITING):
            yield method, re.sub(r"<[^>]*>", "1", rule.rule)


def test_no_write_works_without_a_token(site):
    course = site.course()
    browser = site.browser(site.member("ann", course))
    stranger = site.browser(site.person("eve"))
    foreign = stranger.token()

    for method, path in writing_routes(site.app):
        for headers in ({}, {"X-CSRFToken": "x"}, {"X-CSRFToken": foreign}):
            answer = browser.client.open(path, method=method, headers=headers, data={"name": "x", "code": course.code})
            assert answer.status_code == 400, f"{method} {path} with {headers}"
            assert "too old" in answer.get_data(as_text=True)
    assert accounts.user_by_login(site.db, "ann").name == "Ann"
    assert browser.get("/account").status_code == 200


def test_a_token_counts_in_a_field_and_in_the_header(site):
    browser = site.browser(site.person("ann"))

    assert browser.submit("/account/name", name="One").status_code == 303
    assert browser.send("POST", "/account/name", data={"name": "Two"}).status_code == 303


# ------------------------------------------------------------------------------------------------- caps


def send_form(browser, content, field="file"):
    """A form as a browser sends it. (The test client would put a large one into a file and leave that open.)"""
    name = '; filename="x.py"' if field == "file" else ""
    parts = [
        '--b\r\nContent-Disposition: form-data; name="name"\r\n\r\nAnn\r\n',
        f'--b\r\nContent-Disposition: form-data; name="{field}"{name}\r\n\r\n',
    ]
    body = "".join(parts).encode() + content + b"\r\n--b--\r\n"
    return browser.send("POST", "/account/name", data=body, content_type="multipart/form-data; boundary=b")


def test_an_upload_over_the_cap_is_refused_before_it_is_read(site):
    browser = site.browser(site.person("ann"))
    token = browser.token()
    seen = []

    class Endless(io.RawIOBase):
        def readable(self):
            return True

        def readinto(self, buffer):
            seen.append(len(buffer))
            buffer[:] = b"x" * len(buffer)
            return len(buffer)

    environ = {"CONTENT_LENGTH": str(10**9), "wsgi.input": Endless(), "HTTP_X_CSRFTOKEN": token}
    answer = browser.client.open(
        "/account/name", method="POST", content_type="multipart/form-data; boundary=b", environ_overrides=environ
    )

    assert answer.status_code == 413
    assert sum(seen) < 1_000_000
    assert "1 MB" in answer.get_data(as_text=True)


def test_the_largest_submission_fits_into_a_request(site):
    browser = site.browser(site.person("ann"))

    assert send_form(browser, b"x" * SUBMISSION_BYTES).status_code == 303
    assert send_form(browser, b"y" * SUBMISSION_BYTES, "source").status_code == 303
    assert send_form(browser, b"z" * REQUEST_BYTES).status_code == 413


def test_a_form_of_very_many_parts_is_refused(site):
    browser = site.browser(site.person("ann"))
    fields = {f"f{number}": "x" for number in range(2000)}

    answer = browser.client.post(
        "/account/name", data=fields | {"csrf_token": browser.token()}, content_type="multipart/form-data"
    )
    assert answer.status_code == 413


# ---------------------------------------------------------------------------------------- cookies, hosts


@pytest.mark.parametrize("https", [False, True])
def test_cookies_are_out_of_reach_of_scripts_and_other_sites(tmp_path, https):
    site = make_site(tmp_path, https=https)
    site.person("ann")
    base = {"base_url": "https://localhost", "headers": {"Referer": "https://localhost/"}} if https else {}
    client = site.app.test_client()
    page = client.get("/sign-in", **base)
    token = re.search(r'csrf-token" content="([^"]+)', page.get_data(as_text=True))[1]
    fields = {"login": "ann", "password": PASSWORD, "csrf_token": token}
    answer = client.post("/sign-in", data=fields, **base)
    theme = client.post("/preferences", data=fields | {"theme": "dark"}, **base)

    cookies = [cookie for sent in (page, answer) for cookie in sent.headers.getlist("Set-Cookie")]
    assert answer.status_code == 303
    assert theme.status_code == 400  # signing in made another token
    for cookie in cookies:
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert "Path=/" in cookie
        assert "Domain" not in cookie
        assert ("Secure" in cookie, cookie.startswith("__Host-")) == (https, https)
    assert ("Strict-Transport-Security" in answer.headers) == https
    site.close()


@pytest.mark.parametrize(("host", "status"), [
    ("localhost", 200), ("127.0.0.1:8000", 200), ("evil.example", 400), ("localhost.evil.example", 400), ("", 400),
])  # fmt: skip
def test_another_host_s_name_is_refused(site, host, status):
    answer = site.browser().get("/sign-in", headers={"Host": host})

    assert answer.status_code == status
    assert "evil" not in answer.get_data(as_text=True)


def test_a_forwarded_address_counts_only_behind_a_trusted_proxy(tmp_path):
    seen = []
    for proxies in (0, 1):
        site = make_site(tmp_path / str(proxies), trusted_proxies=proxies)
        user = site.person("ann")
        site.browser().submit(
            "/sign-in", login="ann", password=PASSWORD, headers={"X-Forwarded-For": "1.1.1.1, 9.9.9.9"}
        )
        seen.append(login_sessions.sessions_of(site.db, user.id)[0].address)
        site.close()

    assert seen == ["127.0.0.1", "9.9.9.9"]


@pytest.mark.parametrize("missing", [name for name in PRODUCTION if name != "SUBMISSIONS_PROFILE"])
def test_production_does_not_start_without_a_secret_or_an_address(tmp_path, missing):
    given = PRODUCTION | {"SUBMISSIONS_DATA": str(tmp_path)}
    assert read_service_settings(given).https

    with pytest.raises(ServiceSettingsError, match=missing):
        create_app(read_service_settings({name: value for name, value in given.items() if name != missing}))


def test_production_does_not_start_with_a_short_secret():
    with pytest.raises(ServiceSettingsError, match="SECRET_KEY"):
        read_service_settings(PRODUCTION | {"SUBMISSIONS_SECRET_KEY": "short"})


# ----------------------------------------------------------------------------------------------- errors


@access(PUBLIC)
def broken():
    raise RuntimeError("secret of the server")


@pytest.mark.parametrize(("locale", "words"), [("en", "Something of ours went wrong"), ("zh", "我们这边出了问题")])
def test_our_fault_tells_nothing_of_the_inside(site, locale, words):
    site.app.add_url_rule("/broken", "broken", broken)
    answer = Browser(site.app, {"Accept-Language": locale}).get("/broken")

    assert answer.status_code == 500
    assert words in answer.get_data(as_text=True)
    assert "secret" not in answer.get_data(as_text=True)
    assert "Traceback" not in answer.get_data(as_text=True)
    assert "script-src" in answer.headers["Content-Security-Policy"]


def test_our_log_holds_no_password_and_no_token_of_anybody(site, capsys, monkeypatch):
    site.person("ann")
    browser = site.browser()
    token = browser.token()

    def fail(_hasher, _stored, password):
        raise RuntimeError("the hasher broke")

    monkeypatch.setattr(Passwords, "matches", fail)
    monkeypatch.setattr(accounts, "invitation", lambda *_: 1 / 0)
    browser.client.post("/sign-in", data={"login": "ann", "password": "my own secret", "csrf_token": token})
    browser.get("/invite/a-secret-token")

    told = "".join(capsys.readouterr())
    assert "the hasher broke" in told
    assert "/invite/<token>" in told
    assert "my own secret" not in told
    assert "a-secret-token" not in told


@pytest.mark.parametrize(("method", "path", "status"), [
    ("GET", "/nothing", 404), ("DELETE", "/healthz", 405), ("GET", "/invite/%00", 404), ("GET", "/invite/%ff%fe", 404),
])  # fmt: skip
def test_errors_are_pages_for_people_and_json_for_programs(site, method, path, status):
    person, program = site.browser(), Browser(site.app, {"Accept": "application/json"})

    page, record = person.send(method, path), program.send(method, path)

    assert (page.status_code, page.mimetype) == (status, "text/html")
    if path != "/invite/%00" and not path.startswith("/invite"):
        assert record.json["error"]["status"] == status


def test_health_is_bad_when_the_database_is(site):
    assert site.browser().get("/healthz").json == {"status": "ok"}
    site.db.dispose()
    site.service.settings.data.joinpath("service.db").write_bytes(b"no database at all" * 100)

    answer = site.browser().get("/healthz")

    assert (answer.status_code, answer.json) == (503, {"status": "no database"})
