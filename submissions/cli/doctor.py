"""`submissions doctor`: each point of the examination with PASS, CAUTION or FAIL, the reason and the repair."""

from __future__ import annotations

from contextlib import nullcontext

import click

from grader.cli import doctor
from grader.cli.terminal import err, out
from grader.cli.usage import LocalCommand, locale_option
from submissions.cli.texts import ServiceTexts
from submissions.settings import read_service_settings
from submissions.supervisor.examination import examine

# `grader doctor` speaks of the machine, this of the service.
SUMMARIES = {
    "doctor-fit": "doctor.fit",
    "doctor-fit-with-cautions": "doctor.fit_with_cautions",
    "doctor-unfit": "doctor.unfit",
}


def command(texts: ServiceTexts) -> click.Command:
    """The command, with its help in the language of `texts`."""
    return LocalCommand("doctor", texts, callback=run, help=texts("cli.help_doctor"), params=[locale_option(texts)])


def run(locale: str) -> int:
    """Examine and print; 0 when nothing fails."""
    texts, waiting = _DoctorTexts(locale), err()
    with waiting.status(texts("doctor.examining")) if waiting.is_terminal else nullcontext():
        findings = list(examine(read_service_settings()))
    return doctor.show(out(), findings, texts)


class _DoctorTexts(ServiceTexts):
    def __call__(self, key: str, **blanks: object) -> str:
        return super().__call__(SUMMARIES.get(key, key), **blanks)
