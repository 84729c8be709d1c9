"""What a child may read: the standard library, the libraries a submission may import, shared objects and fonts.

The list is computed from the running interpreter and the installed distributions' own records, so it is right for a
virtual environment, a system Python or a wheel in an image. The engine, the portal, test tools and exercise packs are
never on it.
"""

import os
import re
import sys
import sysconfig
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

# What a submission may import, with all that these need. The last ones only where they are installed.
LIBRARIES = ("torch", "numpy", "matplotlib", "scipy", "pandas", "sympy")
NEVER = frozenset({"grader", "submissions", "exercises", "tests", "pytest", "_pytest", "__pycache__"})
_SYSTEM = ("/usr/lib64", "/usr/share/fonts", "/usr/local/share/fonts", "/usr/share/zoneinfo")
_FILES = ("/etc/ld.so.cache", "/etc/localtime")
DEVICES = ("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom")
_LINKS = ("/lib", "/lib64")


@dataclass(frozen=True)
class View:
    """Absolute paths: `trees` and `files` to be readable, `masked` directories inside trees that must not be.

    `links` are (path, target) of the symbolic links that lead to them; `search` are directories that Python looks
    through for modules, of which only the listed entries are readable.
    """

    trees: tuple[str, ...]
    files: tuple[str, ...]
    masked: tuple[str, ...]
    links: tuple[tuple[str, str], ...]
    search: tuple[str, ...]

    def readable(self) -> list[str]:
        """The paths without any masked part: a tree that holds a masked directory is replaced by its entries."""
        found = list(self.files)
        for tree in self.trees:
            inside = [mask for mask in self.masked if mask.startswith(tree + "/")]
            found += _entries_without(tree, inside) if inside else [tree]
        return found


def _entries_without(tree: str, masked: list[str]) -> list[str]:
    found: list[str] = []
    for path in sorted(map(str, Path(tree).iterdir())):
        if path in masked:
            continue
        deeper = [mask for mask in masked if mask.startswith(path + "/")]
        found += _entries_without(path, deeper) if deeper else [path]
    return found


def current_view() -> View:
    """The view for the interpreter that runs this."""
    standard = {os.path.realpath(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib")}
    trees = standard | {path for path in (_shared_objects(), *_SYSTEM) if _is_real_directory(path)}
    files = {path for path in _FILES if Path(path).is_file()}
    search: set[str] = set()
    for entry in _library_entries():
        search.add(str(entry.parent))
        (trees if entry.is_dir() else files).add(str(entry))
    masked = {f"{lib}/{name}" for lib in standard for name in ("site-packages", "dist-packages")}
    masked = {path for path in masked if Path(path).is_dir()}
    links = tuple((path, str(Path(path).readlink())) for path in _LINKS if Path(path).is_symlink())
    trees |= {path for path in _LINKS if _is_real_directory(path)}
    return View(tuple(sorted(trees)), tuple(sorted(files)), tuple(sorted(masked)), links, tuple(sorted(search)))


def _is_real_directory(path: str) -> bool:
    return Path(path).is_dir() and not Path(path).is_symlink()


def _shared_objects() -> str:
    """The directory of the system's shared objects: /usr/lib/<triplet> on Debian, else /usr/lib."""
    triplet = sysconfig.get_config_var("MULTIARCH")
    multiarch = f"/usr/lib/{triplet}"
    return multiarch if triplet and Path(multiarch).is_dir() else "/usr/lib"


def _library_entries() -> set[Path]:
    entries: set[Path] = set()
    for name in sorted(closure(LIBRARIES)):
        distribution = metadata.distribution(name)
        base = Path(os.path.realpath(str(distribution.locate_file(""))))
        entries |= {base / top for top in _top_level(distribution) - NEVER if (base / top).exists()}
    return entries


def closure(roots: tuple[str, ...]) -> set[str]:
    """The installed distributions among `roots` and all they require, extras left out. Names as in PyPI, lower case."""
    found: set[str] = set()
    queue = list(roots)
    while queue:
        name = re.sub(r"[-_.]+", "-", queue.pop()).lower()
        if name in found:
            continue
        try:
            requires = metadata.distribution(name).requires or []
        except metadata.PackageNotFoundError:
            continue
        found.add(name)
        for line in requires:
            match = re.match(r"[A-Za-z0-9._-]+", line)
            if match and "extra ==" not in line:
                queue.append(match.group())
    return found


def _top_level(distribution: metadata.Distribution) -> set[str]:
    """First components of the paths in the distribution's RECORD that lie in site-packages."""
    record = distribution.read_text("RECORD")
    if record is None:
        return {path.parts[0] for path in distribution.files or [] if path.parts[0] != ".."}
    tops = {line.split("/", 1)[0].split(",", 1)[0].strip('"') for line in record.splitlines() if line}
    return {top for top in tops if top not in ("..", "") and not top.endswith(".pth")}


def forget_unreadable_paths(view: View) -> None:
    """Take out of sys.path what the child can't read, and fill the path caches for what it can.

    A filled cache lets a later import find its file even where directories may not be listed (no-namespace rung).
    """
    standard = [path for path in view.trees if Path(path, "os.py").exists()]
    kept = {*view.search, *standard, *(f"{path}/lib-dynload" for path in standard)}
    sys.path[:] = [path for path in sys.path if os.path.realpath(path) in kept]
    for path in list(sys.path_importer_cache):
        if os.path.realpath(path) not in kept and not os.path.realpath(path).startswith((*view.trees,)):
            del sys.path_importer_cache[path]
    for path in sys.path:
        finder = sys.path_importer_cache.get(path)
        if finder is not None and hasattr(finder, "find_spec"):
            finder.find_spec("a_name_no_module_has")
