"""Who may do what: every route in every role, against a table written by hand."""

import pytest
from flask import Flask

from submissions.auth import policy
from submissions.auth.policy import ADMIN, PUBLIC, SIGNED_IN, access, member, owner_or_staff
from submissions.models.base import utc_now
from submissions.models.people import Enrolment
from submissions.models.work import Submission
from submissions.store import accounts, api_tokens, courses
from submissions.store.reach import NothingThereError, reach
from tests.support.access_world import ROLES, AccessWorld, routes, table
from tests.support.web import Browser


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    made = AccessWorld(tmp_path_factory.mktemp("access"))
    yield made
    made.close()


def test_every_route_has_one_line_in_the_table(world):
    listed = [(method, route) for method, route, _ in table()]

    assert sorted(listed) == sorted(routes(world.site.app))


@pytest.mark.parametrize(
    ("method", "route", "outcomes"), table(), ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_route_gives_each_role_what_the_table_says(world, method, route, outcomes):
    assert {role: world.ask(method, route, role) for role in ROLES} == outcomes


# ------------------------------------------------------------------------- the policy on routes of its own

VIEWS = {
    "/t/public": PUBLIC,
    "/t/signed-in": SIGNED_IN,
    "/t/admin": ADMIN,
    "/t/<slug>/student": member("student"),
    "/t/<slug>/assistant": member("assistant"),
    "/t/<slug>/instructor": member("instructor"),
    "/t/a/<int:assignment_id>": member("student"),
    "/t/s/<public_id>": owner_or_staff(),
    "/t/s/<public_id>/instructors": owner_or_staff("instructor"),
    "/t/s/<public_id>/compare/<other>": owner_or_staff(),
    "/t/b/<batch>": owner_or_staff(),
    "/t/<slug>/people/<int:user_id>": member("assistant"),
}
EXPECTED = {
    #                                  anonymous student classmate outsider assistant instructor foreigner admin
    "/t/public":                       "ok      ok  ok  ok  ok  ok  ok  ok",
    "/t/signed-in":                    "sign-in ok  ok  ok  ok  ok  ok  ok",
    "/t/admin":                        "sign-in 403 403 403 403 403 403 ok",
    "/t/<slug>/student":               "sign-in ok  ok  404 ok  ok  404 ok",
    "/t/<slug>/assistant":             "sign-in 403 403 404 ok  ok  404 ok",
    "/t/<slug>/instructor":            "sign-in 403 403 404 403 ok  404 ok",
    "/t/a/<int:assignment_id>":        "sign-in ok  ok  404 ok  ok  404 ok",
    "/t/s/<public_id>":                "sign-in ok  404 404 ok  ok  404 ok",
    "/t/s/<public_id>/instructors":    "sign-in ok  404 404 404 ok  404 ok",
    "/t/s/<public_id>/compare/<other>": "sign-in ok 404 404 ok  ok  404 ok",
    "/t/b/<batch>":                    "sign-in ok  404 404 ok  ok  404 ok",
    "/t/<slug>/people/<int:user_id>":  "sign-in 403 403 404 ok  ok  404 ok",
}  # fmt: skip


@pytest.fixture(scope="module")
def trial(tmp_path_factory):
    """Another such world, whose application has one more view for each kind of rule."""
    made = AccessWorld(tmp_path_factory.mktemp("trial"))
    for number, (route, need) in enumerate(VIEWS.items()):
        view = access(need, scope="trial" if route == "/t/signed-in" else None)(lambda **_names: "ok")
        made.site.app.add_url_rule(route, f"trial{number}", view)
    made.site.app.add_url_rule("/t/late", "late", lambda: "secret")
    yield made
    made.close()


@pytest.mark.parametrize("route", VIEWS)
def test_each_kind_of_rule_lets_in_whom_it_names(trial, route):
    assert [trial.ask("GET", route, role) for role in ROLES] == EXPECTED[route].split()


@pytest.mark.parametrize(
    "path",
    [
        "/t/nowhere/student",
        "/t/a/999999",
        f"/t/a/{10**20}",
        "/t/s/none",
        "/t/s/a%00b",
        f"/t/autodiff/people/{2**31}",
        "/t/b/none",
        "/t/autodiff/people/0",
    ],
)
@pytest.mark.parametrize("role", ["student", "admin"])
def test_what_does_not_exist_is_not_found(trial, path, role):
    assert trial.browser(role).get(path).status_code == 404


def test_a_person_of_another_course_is_not_found_in_ours(trial):
    stranger = trial.people["outsider"].id

    assert trial.browser("instructor").get(f"/t/autodiff/people/{stranger}").status_code == 404


def test_two_submissions_of_two_students_can_not_be_compared(trial):
    site, mine = trial.site, trial.arguments["public_id"]
    with site.db.read() as session:
        assignment = session.get_one(Submission, 1).assignment_id
    theirs = site.submission(trial.people["classmate"], type("A", (), {"id": assignment, "pack_id": "plot-sin"}))

    for role in ("student", "classmate", "instructor"):
        assert trial.browser(role).get(f"/t/s/{mine}/compare/{theirs.public_id}").status_code == 404
    trial.reset()


def test_a_batch_never_reaches_into_another_course(trial):
    site, student = trial.site, trial.people["student"]
    elsewhere = site.assignment(site.course("third"), "plot-sin")
    site.submission(student, elsewhere, batch="first-batch")

    assert trial.ask("GET", "/t/b/<batch>", "assistant") == "404"
    trial.reset()


def test_names_of_an_address_that_do_not_belong_together_are_not_found(trial):
    site, ours = trial.site, trial.arguments["assignment_id"]
    with pytest.raises(NothingThereError):
        reach(site.db, trial.people["student"].id, {"slug": "elsewhere", "assignment_id": ours})
    with pytest.raises(NothingThereError):
        reach(
            site.db, trial.people["student"].id, {"assignment_id": ours + 1, "public_id": trial.arguments["public_id"]}
        )


def test_work_for_an_assignment_that_was_removed_stays_and_the_assignment_does_not(trial):
    courses.remove_assignment(trial.site.db, trial.arguments["assignment_id"], None)

    assert trial.ask("GET", "/t/a/<int:assignment_id>", "student") == "404"
    assert trial.ask("GET", "/t/s/<public_id>", "student") == "ok"
    trial.reset()


def test_whoever_was_taken_off_a_course_is_a_stranger_there(trial):
    with trial.site.db.write() as session:
        session.get_one(Enrolment, (trial.people["student"].id, 1)).removed_at = utc_now()

    assert trial.ask("GET", "/t/<slug>/student", "student") == "404"
    assert trial.ask("GET", "/t/s/<public_id>", "student") == "404"
    trial.reset()


def test_a_closed_account_is_signed_out_at_once(trial):
    accounts.set_active(trial.site.db, trial.people["student"].id, active=False, actor_id=None)

    assert trial.ask("GET", "/t/signed-in", "student") == "sign-in"
    trial.reset()


def test_a_program_is_told_401_and_not_sent_to_a_form(trial):
    answer = Browser(trial.site.app, {"Accept": "application/json"}).get("/t/signed-in")

    assert answer.status_code == 401
    assert answer.json["error"]["status"] == 401


@pytest.mark.parametrize(("scopes", "path", "status"), [
    (["trial"], "/t/signed-in", 200),
    (["other"], "/t/signed-in", 403),
    (["trial"], "/account", 403),
    (["trial"], "/t/autodiff/student", 403),
])  # fmt: skip
def test_a_key_opens_only_views_that_name_its_scope(trial, scopes, path, status):
    _, token = api_tokens.create_token(trial.site.db, trial.people["student"].id, "laptop", scopes, 30)

    assert Browser(trial.site.app, {"Authorization": f"Bearer {token}"}).get(path).status_code == status
    trial.reset()


@pytest.mark.parametrize("header", ["Bearer wrong", "Bearer ", "Basic c3R1ZGVudDpwdw==", ""])
def test_a_wrong_key_is_refused_even_beside_a_valid_cookie(trial, header):
    browser = trial.browser("student")

    assert browser.get("/t/signed-in", headers={"Authorization": header}).status_code == 401


# ----------------------------------------------------------------------------- routes that are not in order


def unsafe(route, need=None, **facts):
    app = Flask(__name__, static_folder=None)
    app.add_url_rule(route, "view", access(need, **facts)(lambda: "") if need else (lambda: ""))
    return app


@pytest.mark.parametrize("app", [
    unsafe("/x"),
    unsafe("/x/<thing_id>", PUBLIC),
    unsafe("/x", member("student")),
    unsafe("/x/<slug>", owner_or_staff()),
], ids=["no rule", "unknown argument", "member of what", "owner of what"])  # fmt: skip
def test_an_application_with_a_route_that_nobody_guards_does_not_start(app):
    with pytest.raises(RuntimeError, match="/x"):
        policy.install(app)


def test_a_view_that_came_without_a_rule_answers_nobody(trial):
    assert [trial.ask("GET", "/t/late", role) for role in ROLES] == ["403"] * len(ROLES)
