"""Nothing about a screen, a font, a style or a folder stops a student's plot."""

from __future__ import annotations

import pytest

DRAW = "import matplotlib.pyplot as plt\nplt.plot([0, 1, 2], [0, 1, 4], label='a')\n"


def problems(report):
    return [(cell.problem.types[0], cell.problem.message) for cell in report.cells if cell.problem]


def curves(report):
    return [len(axes.series) for figure in report.figures for axes in figure.axes]


@pytest.mark.parametrize(
    "line",
    [
        "plt.show()",
        "plt.savefig('a.png')",
        "plt.savefig('a.pdf', dpi=600, bbox_inches='tight')",
        "plt.savefig('/nowhere/at/all/x.png')",
        "plt.savefig('no/such/folder/x.png')",
        r"plt.savefig('C:\\Users\\me\\x.png')",
        "plt.savefig('/proc/x.png')",
        "import pathlib; plt.gcf().savefig(pathlib.Path.home() / 'Desktop' / 'x.svg')",
        "import io; plt.savefig(io.BytesIO())",
        "import matplotlib; matplotlib.use('TkAgg'); plt.title('x')",
        "plt.switch_backend('Qt5Agg'); plt.title('x')",
        "plt.rcParams['backend'] = 'TkAgg'; plt.title('x')",
        "plt.style.use('no-such-style')",
        "plt.style.use(['seaborn-whitegrid', 'seaborn', 'nothing'])",
        "with plt.style.context('no-such'): plt.plot([1])",
        "plt.rcParams['font.sans-serif'] = ['SimHei']; plt.title('导数'); plt.savefig('a.png')",
        "plt.rc('font', family='Microsoft YaHei'); plt.xlabel('横轴'); plt.tight_layout()",
        "plt.rc('text', usetex=True); plt.title(r'$\\frac{1}{2}$'); plt.savefig('a.png')",
        "plt.rcParams['axes.unicode_minus'] = False; plt.tight_layout()",
        "plt.pause(20)",
        "plt.ion(); [plt.plot([i]) for i in range(50)]; plt.draw(); plt.show()",
        "plt.ginput(3); plt.waitforbuttonpress(); plt.gcf().ginput(1)",
        "plt.get_current_fig_manager().set_window_title('x')",
        "plt.show(block=False)",
        "import matplotlib.animation as m; k = m.FuncAnimation(plt.gcf(), print); k.save('a.mp4'); del k",
        "%matplotlib inline",
        "%config InlineBackend.figure_format = 'svg'",
        "get_ipython().run_line_magic('matplotlib', 'inline')",
        "from matplotlib_inline import backend_inline; backend_inline.set_matplotlib_formats('svg')",
        "from IPython import display; display.set_matplotlib_formats('svg'); display.display(plt.gcf())",
    ],
)
def test_it_succeeds_and_the_curve_is_seen(run, line):
    report = run(DRAW + line + "\n")
    assert problems(report) == []
    assert any(curves(report))


def test_saving_into_the_working_directory_really_writes(run, tmp_path):
    run(DRAW + "plt.savefig('a.png')\n")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


def test_a_file_format_that_does_not_exist_is_still_the_students_mistake(run):
    assert problems(run(DRAW + "plt.savefig('a.xyz')\n"))[0][0] == "ValueError"


def test_a_shown_figure_is_closed_as_its_window_would_be(run):
    report = run(DRAW + "plt.show()\nplt.plot([1, 2], [3, 4])\nplt.show()\n")
    assert [(figure.event, curves_of(figure)) for figure in report.figures] == [("show", 1), ("show", 1)]


def test_a_notebook_shows_and_closes_figures_after_each_cell(run, notebook):
    report = run(notebook(DRAW, "plt.plot([1, 2], [3, 4])"), "ipynb")
    assert [(figure.cell, figure.event, curves_of(figure)) for figure in report.figures] == [
        (0, "show", 1),
        (1, "show", 1),
    ]


def test_a_file_with_percent_marks_may_build_a_figure_over_several_cells(run):
    report = run(f"# %%\n{DRAW}# %%\nplt.plot([1, 2], [3, 4])\nplt.legend()\n")
    assert [curves_of(figure) for figure in report.figures] == [2]


def curves_of(figure):
    return sum(len(axes.series) for axes in figure.axes)


def test_pylab_names_are_the_watched_ones(run):
    assert curves(run("from pylab import *\nplot([1, 2], [3, 4])\nshow()\n")) == [1]


def test_the_books_plot_draws_several_named_curves(run):
    report = run("""\
        import torch
        from d2l import torch as d2l
        x = torch.linspace(-3, 3, 50, requires_grad=True)
        y = torch.sin(x)
        y.sum().backward()
        d2l.plot(x.detach(), [y.detach(), x.grad], 'x', 'f(x)', legend=['f', "f'"], figsize=(5, 3))
        """)
    assert problems(report) == []
    (axes,) = report.figures[-1].axes
    assert (axes.xlabel, axes.legend, [len(series.x.data) for series in axes.series]) == ("x", ("f", "f'"), [400, 400])


def test_the_books_plot_refuses_a_tensor_with_a_graph_as_the_real_one_does(run):
    report = run("""\
        import torch
        import d2l.torch as d2l
        x = torch.linspace(-3, 3, 50, requires_grad=True)
        d2l.plot(x, torch.sin(x))
        """)
    assert "Can't call numpy() on Tensor that requires grad" in problems(report)[0][1]


def test_the_book_has_its_names_and_not_its_other_frameworks(run):
    report = run("""\
        from d2l import torch as d2l
        x = d2l.arange(4.0); d2l.numpy(d2l.reshape(d2l.ones(2, 2), (4,))); d2l.reduce_sum(x)
        d2l.set_figsize(); d2l.use_svg_display(); d2l.plt.plot([1]); d2l.try_gpu(); d2l.Timer().stop()
        d2l.plot([1, 2, 3]); d2l.Animator(legend=['a']).add(1, (1,))
        from d2l import mxnet
        """)
    assert [kind for kind, _ in problems(report)] == ["ImportError"]
