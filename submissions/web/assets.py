"""Scripts, styles and fonts: served before Flask, for ever, under an address that changes with their content."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import MutableMapping
from pathlib import Path

from flask import Flask
from whitenoise import WhiteNoise
from whitenoise.compress import Compressor

FOLDER = Path(__file__).parent / "static"
VERSION_CHARACTERS = 12
STATIC_POLICY = "default-src 'none'; frame-ancestors 'none'"


def install(app: Flask, data: Path, folder: Path = FOLDER) -> None:
    """Serve `folder`; `asset("app.js")` is the address of a file in a template. Compressed copies go to `data`."""
    name = version(folder)
    prefix = f"/static/{name}/"
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=compressed(folder, data / "static" / name),
        prefix=prefix,
        immutable_file_test=lambda _path, _url: True,
        add_headers_function=_headers,
        allow_all_origins=False,
    )
    app.jinja_env.globals["asset"] = lambda name: f"{prefix}{name}"


def compressed(folder: Path, copy: Path) -> Path:
    """A copy of `folder` with a .gz beside what becomes smaller by it; `folder` itself where nothing can be written."""
    if copy.is_dir():
        return copy
    try:
        copy.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix="draft-", dir=copy.parent))
    except OSError:
        return folder
    try:
        shutil.copytree(folder, draft, dirs_exist_ok=True)
        packer = Compressor(use_brotli=False, quiet=True)
        for path in [path for path in draft.rglob("*") if path.is_file() and packer.should_compress(path.name)]:
            packer.compress(str(path))
        draft.rename(copy)  # at once, and only the first process's: the next one finds a folder that isn't empty
    except OSError:
        shutil.rmtree(draft, ignore_errors=True)
    return copy if copy.is_dir() else folder


def version(folder: Path) -> str:
    """One hash over all files. They name each other relatively, so one address changes with all of them."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(
                f"{path.relative_to(folder).as_posix()}\0".encode() + hashlib.sha256(path.read_bytes()).digest()
            )
    return digest.hexdigest()[:VERSION_CHARACTERS]


def _headers(headers: MutableMapping[str, str], _path: str, _url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Content-Security-Policy"] = STATIC_POLICY
