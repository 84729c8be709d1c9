"""Scripts, styles and fonts: served before Flask, for ever, under an address that changes with their content."""

from __future__ import annotations

import hashlib
from collections.abc import MutableMapping
from pathlib import Path

from flask import Flask
from whitenoise import WhiteNoise

FOLDER = Path(__file__).parent / "static"
VERSION_CHARACTERS = 12
STATIC_POLICY = "default-src 'none'; frame-ancestors 'none'"


def install(app: Flask, folder: Path = FOLDER) -> None:
    """Serve `folder`; `asset("build/app.js")` is the address of a file in a template."""
    prefix = f"/static/{version(folder)}/"
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app, root=folder, prefix=prefix, immutable_file_test=lambda _path, _url: True,
        add_headers_function=_headers, allow_all_origins=False,
    )  # fmt: skip
    app.jinja_env.globals["asset"] = lambda name: f"{prefix}{name}"


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
