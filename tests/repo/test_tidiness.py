"""Nothing of one machine is in the repository, and everything in it has a size that can be read."""

import ast
import re
import tomllib

import pytest

LONGEST_FUNCTION = 60
LONGEST_MODULE = 400

# Put together here, so that this file does not contain what it looks for.
HOSTS = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"), ("files", "pythonhosted", "org"), ("download", "pytorch", "org"), ("registry", "npmjs", "org"),
        ("conda", "anaconda", "org"), ("deb", "debian", "org"), ("archive", "ubuntu", "com"),
        ("pypi", "tuna", "tsinghua", "edu", "cn"), ("mirrors", "aliyun", "com"),
    )
]  # fmt: skip
PLACES = re.compile(r"/(?:work|opt/wheels|opt/pypi|root/\.\w+|home/\w+/|Users/\w+/|tmp/notes)\b")
PYTHON = ("dev.py", "grader/", "submissions/", "tools/", "tests/")


@pytest.fixture(scope="module")
def trees(texts) -> dict[str, ast.Module]:
    return {
        name: ast.parse(content)
        for name, content in texts.items()
        # A migration is written by a program from the models, and as long as what changed.
        if name.endswith(".py") and name.startswith(PYTHON) and "/migrations/versions/" not in name
    }


def test_no_file_names_a_package_registry(texts):
    found = [(name, host) for name, content in texts.items() for host in HOSTS if host in content]

    assert not found, "mirrors and registries are the reader's to choose, through pip's own settings"


def test_no_file_names_a_place_on_one_machine(texts):
    found = [(name, place[0]) for name, content in texts.items() for place in PLACES.finditer(content)]

    assert not [(name, place) for name, place in found if name != "tests/repo/test_tidiness.py"]


def test_no_function_is_too_long_to_read(trees):
    lengths = {
        f"{name}:{node.lineno} {node.name}": node.end_lineno - node.lineno + 1
        for name, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }

    assert not {place: lines for place, lines in lengths.items() if lines > LONGEST_FUNCTION}


def test_no_module_is_too_long_to_read(texts, trees):
    # The list of wire messages is one table; cut in two it would be harder to read.
    lengths = {name: texts[name].count("\n") for name in trees if name != "grader/wire/messages.py"}

    assert not {name: lines for name, lines in lengths.items() if lines > LONGEST_MODULE}


def test_every_module_says_what_it_is_for(trees):
    assert not [name for name, tree in trees.items() if tree.body and not ast.get_docstring(tree)]


def test_no_test_is_hidden_by_another_of_the_same_name(trees):
    hidden = []
    for name, tree in trees.items():
        for scope in (tree, *(node for node in tree.body if isinstance(node, ast.ClassDef))):
            names = [node.name for node in scope.body if isinstance(node, ast.FunctionDef)]
            hidden += [f"{name}: {test}" for test in set(names) if names.count(test) > 1 and test.startswith("test")]
    assert not hidden


def test_constraints_hold_versions_only_and_the_torch_that_is_declared(texts):
    lines = texts["constraints.txt"].splitlines()
    declared = tomllib.loads(texts["pyproject.toml"])["project"]["dependencies"]

    assert not [line for line in lines if not re.fullmatch(r"[\w.-]+==[\w.]+", line)]
    assert {line for line in lines if line.startswith("torch==")} == {
        requirement for requirement in declared if requirement.startswith("torch")
    }


def test_every_declared_package_is_pinned(texts):
    project = tomllib.loads(texts["pyproject.toml"])["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    declared = {re.match(r"[\w-]+", requirement)[0].lower() for group in groups for requirement in group}
    pinned = {line.partition("==")[0].lower() for line in texts["constraints.txt"].splitlines()}

    assert declared - {project["name"]} <= pinned
