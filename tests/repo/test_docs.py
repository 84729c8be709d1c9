"""What is written is true: links lead somewhere, every limit and setting is listed, commands exist."""

import dataclasses
import re
import subprocess
import sys
from pathlib import Path

import pytest

from grader import limits
from grader.cli.main import command_line
from submissions.cli.main import command_line as service_command_line

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"```.*?```|`[^`]*`", re.DOTALL)
DECISION_PARTS = ("## Context", "## Choice", "## Consequence")


def anchors(document: str) -> set[str]:
    """The anchors that a forge makes from the headings."""
    heads = re.findall(r"^#+ (.+)$", document, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}


def test_every_relative_link_leads_somewhere(texts, root):
    broken = []
    for name, content in texts.items():
        if not name.endswith(".md"):
            continue
        for target in LINK.findall(CODE.sub("", content)):
            if re.match(r"[a-z]+:", target):
                continue
            file, _, anchor = target.partition("#")
            path = (root / name).parent / file if file else root / name
            if not path.exists() or (anchor and anchor not in anchors(path.read_text(encoding="utf-8"))):
                broken.append(f"{name}: {target}")
    assert not broken


def documented_values(document: str) -> dict[str, str]:
    """The first two columns of every table row whose first column is `code`."""
    return dict(re.findall(r"^\| `([^`]+)` \| ([^|]*?) \|", document, re.MULTILINE))


def readable(value: float) -> str:
    """A limit as the page writes it: bytes in MiB or KiB where that is exact."""
    for unit, name in ((1024**2, "MiB"), (1024, "KiB")):
        if isinstance(value, int) and value >= unit and value % unit == 0:
            return f"{value // unit} {name}"
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"


def test_every_limit_is_documented_with_its_value(texts):
    listed = documented_values(texts["docs/settings.md"])
    constants = {name: value for name, value in vars(limits).items() if name.isupper() and name != "MIB"}
    fields = {field.name: field.default for field in dataclasses.fields(limits.Limits)}

    for name, value in (constants | fields).items():
        assert name in listed, f"{name} of grader/limits.py is not in docs/settings.md"
        accepted = {readable(value), f"{value:,}"}
        assert listed[name] in accepted, f"docs/settings.md: {name} is {listed[name]}, should be one of {accepted}"


def test_every_environment_variable_is_documented(texts):
    listed = documented_values(texts["docs/settings.md"])
    programs = ("grader/", "submissions/")
    sources = [content for name, content in texts.items() if name.startswith(programs) and name.endswith(".py")]
    used = {
        name for content in sources for name in re.findall(r"\b(?:GRADER|SUBMISSIONS|VALKEY)_[A-Z_]*[A-Z]\b", content)
    }

    assert used <= set(listed), f"not in docs/settings.md: {sorted(used - set(listed))}"


def test_no_setting_is_documented_that_does_not_exist(texts):
    listed = documented_values(texts["docs/settings.md"])
    sources = "\n".join(content for name, content in texts.items() if name.endswith(".py"))

    assert not [name for name in listed if not re.search(rf"\b{name}\b", sources)]


@pytest.mark.parametrize("readme", ["README.md", "README.zh.md"])
def test_the_readme_names_commands_that_exist(readme, texts, root):
    usage = subprocess.run([sys.executable, "dev.py"], cwd=root, capture_output=True, text=True, check=False).stdout
    commands = set(re.findall(r"python3 dev\.py (\w+)", texts[readme]))

    assert {"run", "test"} <= commands
    assert all(re.search(rf"\b{command}\b", usage) for command in commands)


@pytest.mark.parametrize(("program", "line"), [("grader", command_line), ("submissions", service_command_line)])
def test_every_command_in_the_documents_exists(program, line, texts):
    known = set(line("en").commands)
    documents = {name: content for name, content in texts.items() if name.endswith(".md")}
    named = {
        (name, command)
        for name, content in documents.items()
        for command in re.findall(rf"^\s*(?:\$ )?(?:\.venv/bin/)?{program} ([a-z-]+)", content, re.MULTILINE)
    }

    assert not [(name, command) for name, command in sorted(named) if command not in known]


def test_both_readmes_have_the_same_sections(texts):
    def outline(document: str) -> list[str]:
        return [line.split()[0] for line in CODE.sub("", document).splitlines() if line.startswith("#")]

    assert outline(texts["README.md"]) == outline(texts["README.zh.md"])


def test_decisions_are_numbered_without_gaps_and_complete(root):
    decisions = sorted((root / "docs" / "decisions").glob("[0-9]*.md"))

    assert [path.name[:4] for path in decisions] == [f"{number:04}" for number in range(1, len(decisions) + 1)]
    for path in decisions:
        assert all(part in path.read_text(encoding="utf-8") for part in DECISION_PARTS), path.name


def test_architecture_names_every_module_of_the_engine(texts, root):
    entries = [path for path in (root / "grader").iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()]
    names = {Path(entry).stem for entry in entries} - {"__init__", "__main__"}

    assert not [name for name in sorted(names) if not re.search(rf"\b{name}\b", texts["ARCHITECTURE.md"])]
