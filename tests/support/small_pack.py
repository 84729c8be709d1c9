"""A small pack on disk, made by the template, and the reports a fake engine may give for it."""

from grader.packcheck.scaffold import new_pack
from grader.packs import load_pack
from grader.report import CheckResult, Report, total

WORDS = {"en": "Something is wrong.", "zh": "有错误。"}


def small_pack(folder):
    """The pack of the template, under the name small-pack."""
    return load_pack(new_pack("small-pack", folder))


def result(check, verdict, code=None, **changes):
    """The result of one declared check."""
    facts = {
        "name": check.name, "title": check.title, "verdict": verdict, "visibility": check.visibility,
        "points": check.points if verdict == "passed" else 0.0, "max_points": check.points, "diagnosis": code,
        "feedback": WORDS if verdict != "passed" else {"en": "", "zh": ""},
    }  # fmt: skip
    return CheckResult(**facts | changes)


def report_of(pack, failures=None, seed=1, **changes):
    """A report in which the checks of `failures` (name to code or CheckResult) fail and the others pass."""
    failures = failures or {}
    checks = []
    for check in pack.checks:
        given = failures.get(check.name, "passed")
        if isinstance(given, CheckResult):
            checks.append(given)
        elif given == "passed":
            blocked = any(name in failures for name in check.requires)
            checks.append(result(check, "skipped" if blocked else "passed"))
        else:
            checks.append(result(check, "failed", given))
    facts = {
        "pack": pack.id, "pack_version": "1", "engine_version": "1", "torch_version": "2", "status": "graded",
        "score": total(checks), "max_score": pack.max_score, "seed": seed, "checks": tuple(checks),
    }  # fmt: skip
    return Report(**facts | changes)


class DeclaredEngine:
    """Grades every file as it declares itself: what an engine does whose pack is in order.

    `answers` maps a file's name to a function of (pack, seed) for what shall be otherwise.
    """

    def __init__(self, pack, answers=None):
        from grader.packcheck.expectations import wrong_samples

        self.pack, self.answers, self.calls = pack, answers or {}, []
        self.declared = {sample.path.name: dict(sample.failures) for sample in wrong_samples(pack.path)}
        everything = {check.name: "no-gradient" for check in pack.checks if not check.requires}
        self.declared |= dict.fromkeys(["starter.py", "empty.py", "mute.py"], everything)

    def start(self):
        pass

    def stop(self):
        pass

    def __call__(self, _settings):
        return self

    def grade(self, pack, submission, seed=None):
        self.calls.append((submission.name, seed))
        if submission.name in self.answers:
            return self.answers[submission.name](pack, seed)
        return report_of(pack, self.declared.get(submission.name), seed)
