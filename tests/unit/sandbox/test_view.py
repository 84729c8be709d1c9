"""The list of what a child may read."""

import sysconfig
from pathlib import Path

from grader.sandbox.view import NEVER, View, closure, current_view


def test_the_libraries_come_with_all_they_need_and_nothing_else():
    found = closure(("torch", "numpy", "matplotlib"))
    assert {"torch", "numpy", "matplotlib", "sympy", "pillow", "typing-extensions"} <= found
    assert not {"pytest", "hypothesis", "rich", "click", "autodiff-grader", "pip", "mypy"} & found


def test_a_library_that_is_not_installed_is_left_out():
    assert closure(("no-such-library-exists",)) == set()


def test_the_view_holds_no_part_of_the_grader_or_its_tools():
    view = current_view()
    names = {Path(path).name for path in (*view.trees, *view.files)}
    assert {"torch", "numpy", "matplotlib"} <= names
    assert not NEVER & names
    assert not {"pluggy", "rich", "click", "_hypothesis_globals.py"} & names


def test_site_packages_inside_the_standard_library_is_masked():
    view = current_view()
    inside = Path(sysconfig.get_path("stdlib")).resolve() / "site-packages"
    if inside.is_dir():
        assert str(inside) in view.masked
        assert not [path for path in view.readable() if path.startswith(str(inside)) and path in view.trees]


def test_readable_replaces_a_tree_by_its_entries_around_a_mask(tmp_path):
    for name in ("kept.py", "deep/kept.py", "deep/hidden/secret.py", "hidden/secret.py"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    view = View((str(tmp_path),), (), (f"{tmp_path}/hidden", f"{tmp_path}/deep/hidden"), (), ())
    assert view.readable() == [f"{tmp_path}/deep/kept.py", f"{tmp_path}/kept.py"]
