"""A pack that is not in order is refused with its place and the repair."""

import pytest

from grader.errors import PackError, PackNotFound
from grader.packs import find_pack, load_pack, pack_ids

GOOD = """
schema = 1
id = "demo"
version = "1.0.0"
forms = ["functions"]
title = { en = "Demo", zh = "示例" }
summary = { en = "A demo.", zh = "一个示例。" }
[limits]
wall_seconds = 2
[[checks]]
name = "first"
title = { en = "First", zh = "第一" }
points = 1
[[checks]]
name = "second"
title = { en = "Second", zh = "第二" }
points = 2.5
visibility = "hidden"
requires = ["first"]
cap = 1
"""


def write(folder, text=GOOD, name="demo"):
    pack = folder / name
    (pack / "checks").mkdir(parents=True, exist_ok=True)
    (pack / "pack.toml").write_text(text, encoding="utf-8")
    return pack


def test_a_good_pack_is_read_whole(tmp_path):
    pack = load_pack(write(tmp_path))
    assert (pack.id, pack.max_score, pack.limits.wall_seconds, pack.limits.total_seconds) == ("demo", 3.5, 2, 20.0)
    assert [(c.name, c.visibility, c.requires, c.cap) for c in pack.checks] == [
        ("first", "public", (), None),
        ("second", "hidden", ("first",), 1),
    ]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("schema = 1", "schema = 2", "schema must be 1"),
        ('id = "demo"', 'id = "other"', "the folder is called 'demo'"),
        ('zh = "示例"', 'de = "Beispiel"', "needs both languages"),
        ('forms = ["functions"]', "forms = []", "forms must list"),
        ("points = 1", "points = -1", "points must be a number"),
        ("points = 1", "points = true", "points must be a number"),
        ('visibility = "hidden"', 'visibility = "secret"', "visibility must be one of"),
        ('requires = ["first"]', 'requires = ["third"]', "requires third"),
        ('name = "second"', 'name = "first"', "declared twice"),
        ("wall_seconds = 2", "wall_second = 2", "unknown entry"),
        ("wall_seconds = 2", "wall_seconds = -2", "above 0"),
        ("cap = 1", "colour = 1", "unknown key 'colour'"),
        ("schema = 1", "schema = = 1", "not valid TOML"),
    ],
)
def test_each_mistake_in_the_declaration_is_named(tmp_path, old, new, says):
    assert old in GOOD
    with pytest.raises(PackError, match=says):
        load_pack(write(tmp_path, GOOD.replace(old, new)))


def test_what_is_seen_later_runs_later_unless_something_requires_it(tmp_path):
    entry = '[[checks]]\nname = "{}"\ntitle = {{ en = "T", zh = "题" }}\npoints = 1\nvisibility = "{}"\nrequires = {}\n'
    checks = [
        ("locked", "hidden", []), ("late", "after_deadline", []), ("open", "public", []), ("also", "public", ["open"]),
        ("tied", "public", ["locked"]), ("last", "hidden", ["open"]),
    ]  # fmt: skip
    text = GOOD.split("[[checks]]", maxsplit=1)[0] + "".join(entry.format(*check) for check in checks)
    pack = load_pack(write(tmp_path, text))

    assert [check.name for check in pack.running_order] == ["open", "also", "late", "locked", "tied", "last"]
    assert [check.name for check in pack.checks] == [name for name, *_ in checks]


def test_an_unknown_id_names_the_nearest_and_all(tmp_path):
    write(tmp_path)
    with pytest.raises(PackNotFound) as caught:
        find_pack("demmo", [tmp_path])
    assert (caught.value.near, caught.value.known) == ("demo", ["demo"])
    assert pack_ids([tmp_path]) == ["demo"]


def test_a_pack_is_found_by_id_and_by_path_but_never_outside_its_folders(tmp_path):
    pack = write(tmp_path / "a")
    assert find_pack("demo", [tmp_path / "a"]).path == find_pack(str(pack), []).path
    with pytest.raises(PackNotFound):
        find_pack("../a/demo", [tmp_path / "b"])


def test_the_digest_follows_the_checks_and_nothing_else(tmp_path):
    pack = write(tmp_path)
    before = load_pack(pack).digest
    (pack / "statement.en.md").write_text("new words")
    assert load_pack(pack).digest == before
    (pack / "checks" / "test_demo.py").write_text("def test_first(student): ...")
    assert load_pack(pack).digest != before
