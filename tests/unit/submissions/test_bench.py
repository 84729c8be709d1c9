"""What the bench makes of its figures, and how it is asked."""

import pytest

from submissions.bench.board import Board, percentile
from submissions.bench.command import PARTS
from submissions.cli.main import command_line


def test_a_figure_is_the_median_with_its_spread_in_both_languages():
    board = Board()
    board.add("bench.verdict", [30.0, 10.0, 20.0], "ms", "<= 20")
    (figure,) = board.measures
    assert (figure.key, figure.value, figure.spread, figure.samples, figure.met) == (
        "verdict",
        20.0,
        (10.0, 30.0),
        3,
        True,
    )
    assert set(figure.name) == {"en", "zh"}


def test_a_step_is_told_in_both_languages():
    told = []
    Board(told.append).tell("bench.step_accept", rate=50, seconds=10)
    assert "50" in told[0]["en"]
    assert "50" in told[0]["zh"]


@pytest.mark.parametrize(("share", "value"), [(0.5, 50), (0.99, 99), (1.0, 100), (0.001, 1)])
def test_a_percentile_is_a_value_that_was_measured(share, value):
    assert percentile(list(range(100, 0, -1)), share) == value


def test_a_part_that_does_not_exist_is_refused_with_those_that_do(capsys):
    with pytest.raises(SystemExit) as ending:
        command_line("en").main(["bench", "speed"])
    assert ending.value.code == 2
    said = " ".join(capsys.readouterr().err.split())
    assert all(part in said for part in PARTS)
