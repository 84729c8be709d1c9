"""The built script and stylesheet are what their sources give, bring their licences along, and ship in the wheel."""

import json
import re
import subprocess
import tomllib
import zipfile
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

from tests.support.node_packages import sources_with_packages
from tests.support.tools import program

BUILT = "submissions/web/static"
SHIPPED = ("submissions/**/*.html", "submissions/**/*.toml", "submissions/migrations/**/*", f"{BUILT}/**/*")


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def sources(root, tmp_path_factory) -> Path:
    """The sources with the packages of the lock installed, in a folder of their own."""
    return sources_with_packages(root, tmp_path_factory.mktemp("frontend"))


@pytest.fixture(scope="module")
def rebuilt(sources) -> dict[str, bytes]:
    target = sources.parent / "built"
    node = program("node", "nodejs")
    done = subprocess.run(
        [node, "build.mjs", target], cwd=sources, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return contents(target)


def test_the_committed_files_are_what_the_sources_give_byte_by_byte(root, rebuilt):
    committed = contents(root / BUILT)

    assert sorted(committed) == sorted(rebuilt)
    assert not [name for name in rebuilt if rebuilt[name] != committed[name]], (
        "run: cd frontend && npm ci && npm run build"
    )


def test_every_package_in_the_bundle_has_its_licence_beside_it(root, rebuilt):
    licences = (root / BUILT / "LICENSES.txt").read_text(encoding="utf-8")
    named = re.findall(r"^(@?[\w/.-]+) \d[\w.]* \(MIT\)$", licences, re.MULTILINE)
    lock = json.loads((root / "frontend/package-lock.json").read_text(encoding="utf-8"))["packages"]
    wanted = set(json.loads((root / "frontend/package.json").read_text(encoding="utf-8"))["dependencies"])

    assert wanted <= set(named)
    assert {f"node_modules/{name}" for name in named} <= set(lock)
    assert licences.count("Permission is hereby granted") == len(named)


def test_the_lock_names_versions_and_checksums_and_no_registry(texts):
    packages = json.loads(texts["frontend/package-lock.json"])["packages"]

    assert not [name for name, entry in packages.items() if "resolved" in entry]
    assert not [name for name, entry in packages.items() if name and "integrity" not in entry]


def test_nothing_in_the_bundle_asks_another_host_for_anything(root):
    # Addresses may stand in error texts and namespaces; nothing may be loaded from one.
    loading = re.compile(rb"""(?:url\(|@import|from|import\(|fetch\(|src=)\s*["'`]?(?:https?:)?//""")
    script = contents(root / BUILT)

    assert not [name for name, content in script.items() if name.endswith((".js", ".css")) and loading.search(content)]


def test_the_script_needs_no_evaluation_that_the_pages_forbid(root):
    forbidden = re.compile(rb"\beval\(|new Function\(|\.innerHTML\s*=[^=]|document\.write\(")
    own = list((root / "frontend/src").rglob("*.js"))

    assert own
    assert not [path.name for path in own if forbidden.search(path.read_bytes())]


def test_every_sentence_of_the_script_is_said_with_the_blanks_it_has(texts):
    sentences = tomllib.loads(texts["submissions/texts/script.toml"])["script"]
    spoken = {name: sentence for name, sentence in sentences.items() if not name.startswith("editor_")}
    script = {name: content for name, content in texts.items() if name.startswith("frontend/src/js/")}
    fallback = dict(re.findall(r'^  (\w+): "(.*)",$', script.pop("frontend/src/js/texts.js"), re.MULTILINE))
    said = set(re.findall(r'"(\w+)"', "".join(script.values())))

    assert {name: sentence["en"] for name, sentence in spoken.items()} == fallback
    assert set(spoken) <= said
    assert set(re.findall(r'say\("(\w+)"', "".join(script.values()))) <= set(spoken)


def test_every_phrase_of_the_editor_is_translated(sources, texts):
    sentences = tomllib.loads(texts["submissions/texts/script.toml"])["script"]
    table = texts["frontend/src/js/editor.js"].partition("const PHRASES = {\n")[2].partition("};")[0]
    phrases = {phrase: f"editor_{key}" for key, phrase in re.findall(r'^  (\w+): "(.+)",$', table, re.MULTILINE)}
    used = set()
    for name in ("autocomplete", "commands", "language", "search", "view"):
        code = (sources / f"node_modules/@codemirror/{name}/dist/index.js").read_text(encoding="utf-8")
        used |= set(re.findall(r"""phrase\(\s*(?:\w+\s*\?\s*)?"([^"]+)""", code))

    assert len(used) > 10
    assert used <= set(phrases)
    assert set(phrases.values()) == {name for name in sentences if name.startswith("editor_")}


def test_the_wheel_holds_pages_texts_migrations_and_the_built_files(root, files, tmp_path):
    wheel = next(WheelBuilder(str(root)).build(directory=str(tmp_path), versions=["standard"]))
    held = set(zipfile.ZipFile(wheel).namelist())
    ours = {path.relative_to(root).as_posix() for path in files}
    wanted = {
        name
        for pattern in SHIPPED
        for path in root.glob(pattern)
        if (name := path.relative_to(root).as_posix()) in ours
    }

    assert {f"{BUILT}/app.js", f"{BUILT}/app.css", f"{BUILT}/LICENSES.txt", "submissions/texts/script.toml"} <= wanted
    assert wanted <= held
    assert not [name for name in held if "node_modules" in name or name.startswith("frontend/")]
