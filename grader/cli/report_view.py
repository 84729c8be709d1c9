"""A report as a person likes to read it: the score, the checks, what went wrong and where, the curves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grader.cli import plot
from grader.cli.error_view import error_lines
from grader.cli.terminal import is_unicode, one_line, plain
from grader.cli.texts import Texts
from grader.packs import Pack
from grader.report import CheckResult, Plot, Report, ReviewNote

BAR_WIDTH = 30
PLOT_WIDTH = 76
MAX_PLOTS = 3
MAX_ERRORS = 5
MAX_STDOUT_LINES = 12

MARKS = {
    "passed": ("✓", "+", "bold green"),
    "failed": ("✗", "x", "bold red"),
    "crashed": ("✗", "x", "bold red"),
    "timed_out": ("✗", "x", "bold red"),
    "out_of_memory": ("✗", "x", "bold red"),
    "skipped": ("–", "-", "dim"),
    "broken": ("?", "?", "bold magenta"),
}
# Verdicts that the mark and the feedback do not tell already.
NAMED_VERDICTS = ("crashed", "timed_out", "out_of_memory", "skipped", "broken")


def show_report(console: Console, report: Report, pack: Pack, texts: Texts) -> None:
    """Print the whole report."""
    view = ReportView(report, pack, texts, console)
    for part in view.parts():
        console.print(part)


class ReportView:
    """The parts of one report, for one console and in one language."""

    def __init__(self, report: Report, pack: Pack, texts: Texts, console: Console) -> None:
        self.report, self.pack, self.texts = report, pack, texts
        self.width, self.unicode = console.width, is_unicode(console)

    def parts(self) -> Iterator[RenderableType]:
        """Everything there is to show, from the top."""
        yield self._title()
        if self.report.status != "graded":
            yield from self._status()
        if self.report.checks:
            yield self._score()
            yield from self._caps()
            yield Text()
            yield self._checks()
        yield from self._errors()
        yield from self._plots()
        yield from self._notes()
        yield from self._review()
        yield Text()
        yield self._footer()

    def _title(self) -> Text:
        title = plain(self.pack.title[self.texts.locale])
        version = self.report.pack_version or self.pack.version
        words = self.texts("title-line", title=title, id=self.pack.id, version=one_line(version))
        line = Text(words, "dim")
        line.stylize("not dim bold", 0, len(title))
        return line

    def _status(self) -> Iterator[RenderableType]:
        style = "bold red" if self.report.status == "rejected" else "bold magenta"
        yield Text(plain(self.report.message[self.texts.locale]), style)
        if self.report.fault:
            yield Text(self.texts("fault", text=plain(self.report.fault)), "dim")

    def _score(self) -> Text:
        score, most = self.report.score, self.report.max_score
        share = min(1.0, max(0.0, score / most)) if most else 0.0
        colour = "green" if share == 1 else "yellow" if share >= 0.5 else "red"
        width = min(BAR_WIDTH, max(10, self.width // 3))
        # Rounded down: only full marks look full.
        filled = int(share * width + 1e-9)
        full, empty = ("█", "░") if self.unicode else ("#", ".")
        return Text.assemble(
            f"{self.texts('score')}  ",
            (f"{score:g} / {most:g}", f"bold {colour}"),
            "  ",
            (full * filled, colour),
            (empty * (width - filled), "dim"),
        )

    def _caps(self) -> Iterator[Text]:
        earned = sum(check.points for check in self.report.checks)
        for check in self.report.checks:
            missed = check.verdict not in ("passed", "skipped", "broken")
            if missed and check.cap is not None and self.report.score == check.cap < earned:
                title = one_line(check.title[self.texts.locale])
                yield Text(self.texts("cap", title=title, cap=f"{check.cap:g}"), "yellow")

    def _checks(self) -> Table:
        table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False, header_style="dim", expand=False)
        table.add_column("", width=1, no_wrap=True)
        table.add_column(self.texts("column-check"), ratio=1, overflow="fold")
        table.add_column(self.texts("column-points"), justify="right", no_wrap=True)
        told: set[tuple[str, str]] = set()
        for check in self.report.checks:
            fancy, ascii_mark, style = MARKS[check.verdict]
            mark = Text(fancy if self.unicode else ascii_mark, style)
            points = Text(f"{check.points:g}/{check.max_points:g}", "" if check.verdict == "passed" else style)
            table.add_row(mark, self._check(check, told), points)
        return table

    def _check(self, check: CheckResult, told: set[tuple[str, str]]) -> Group:
        lines: list[RenderableType] = [self._heading(check)]
        words = (check.feedback[self.texts.locale], check.hint[self.texts.locale])
        if words in told and check.verdict != "skipped":
            # One mistake often fails several checks; saying it once is kinder.
            lines.append(Text(self.texts("as-above")))
        else:
            lines += self._feedback(check, *words)
        told.update([words] if any(words) else [])
        if check.diagnosis:
            lines.append(Text(one_line(check.diagnosis), "dim"))
        return Group(*lines)

    def _heading(self, check: CheckResult) -> Text:
        quiet = check.verdict in ("passed", "skipped")
        heading = Text(one_line(check.title[self.texts.locale]), "" if quiet else "bold")
        if check.verdict in NAMED_VERDICTS:
            heading.append(f"  {self.texts(f'verdict-{check.verdict}')}", f"not bold {MARKS[check.verdict][2]}")
        if check.visibility != "public":
            heading.append(f"  [{self.texts(f'visibility-{check.visibility}')}]", "not bold dim")
        return heading

    def _feedback(self, check: CheckResult, feedback: str, hint: str) -> Iterator[Text]:
        if feedback:
            yield Text(plain(feedback), "dim" if check.verdict == "skipped" else "")
        if hint and check.verdict != "passed":
            yield Text(self.texts("hint", text=plain(hint)), "italic")
        if check.verdict == "broken" and check.detail.get("fault"):
            yield Text(self.texts("fault", text=plain(str(check.detail["fault"]))), "dim")

    def _errors(self) -> Iterator[RenderableType]:
        if not self.report.errors:
            return
        yield Text()
        yield Text(self.texts("errors"), "bold")
        for error in self.report.errors[:MAX_ERRORS]:
            yield from error_lines(error, self.texts, self.width)
        hidden = len(self.report.errors) - MAX_ERRORS
        if hidden > 0:
            yield Text(self.texts("more-errors", count=hidden), "dim")

    def _plots(self) -> Iterator[RenderableType]:
        width = min(PLOT_WIDTH, self.width - 1)
        for title, curves in _plots_to_show(self.report, self.texts.locale):
            yield Text()
            yield Text(self.texts("plot-title", title=one_line(title)), "bold")
            yield from plot.draw(curves.yours, curves.expected, width, unicode=self.unicode)
            yield plot.legend(self.texts("plot-yours"), self.texts("plot-expected"), unicode=self.unicode)
            lost = sum(not plot.is_shown(point) for point in curves.yours)
            if lost:
                yield Text(self.texts("plot-off-scale", count=lost), "dim")

    def _notes(self) -> Iterator[RenderableType]:
        if self.report.notes:
            lines = self.texts.listed([one_line(note) for note in self.report.notes])
            yield Text()
            yield Text(self.texts("notes", lines=lines), "dim")
        printed = plain(self.report.stdout).rstrip("\n")
        if not printed:
            return
        lines_printed = printed.split("\n")
        yield Text()
        yield Text(self.texts("stdout"), "bold")
        yield Padding(Text("\n".join(lines_printed[:MAX_STDOUT_LINES]), "dim", overflow="fold"), (0, 0, 0, 2))
        if len(lines_printed) > MAX_STDOUT_LINES:
            rest = self.texts("more-lines", count=len(lines_printed) - MAX_STDOUT_LINES)
            yield Padding(Text(rest, "dim italic"), (0, 0, 0, 2))

    def _review(self) -> Iterator[RenderableType]:
        if not self.report.review:
            return
        yield Text()
        yield Text(self.texts("review"), "bold magenta")
        titles = {check.name: check.title[self.texts.locale] for check in self.report.checks}
        for note in self.report.review:
            yield Text(one_line(self._place(note, titles)), "bold")
            yield Padding(Text(plain(note.text[self.texts.locale])), (0, 0, 0, 2))
            if note.source:
                yield Padding(Text(one_line(note.source), "dim"), (0, 0, 0, 2))

    def _place(self, note: ReviewNote, titles: Mapping[str, str]) -> str:
        if note.line is None:
            return titles.get(note.check or "", note.code)
        key = "at-line" if note.cell is None else "at-cell-line"
        return self.texts(key, line=note.line, cell=note.cell or 0)

    def _footer(self) -> Text:
        report = self.report
        if not report.torch_version:
            return Text(self.texts("footer-ungraded", seed=report.seed, engine=report.engine_version), "dim")
        return Text(
            self.texts(
                "footer",
                seed=report.seed,
                milliseconds=f"{report.timing_ms.get('total', 0.0):.0f}",
                torch=report.torch_version,
                engine=report.engine_version,
            ),
            "dim",
        )


def _plots_to_show(report: Report, locale: str) -> list[tuple[str, Plot]]:
    """The curves of the checks that did not pass; where none of those has any, of those that did. None twice."""
    found: dict[Plot, str] = {}
    for passed in (False, True):
        for check in report.checks:
            if check.plot is not None and (check.verdict == "passed") is passed:
                found.setdefault(check.plot, check.title[locale])
        if found:
            break
    return [(title, curves) for curves, title in found.items()][:MAX_PLOTS]
