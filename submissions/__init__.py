"""The service around the grader. `create_app` wires the web part and is the only place that knows all of it.

Nothing is imported before it is called: a worker, the reconciler and the command line load no web framework.
"""

from __future__ import annotations

import typing

if typing.TYPE_CHECKING:
    from flask import Flask

    from submissions.service import Service
    from submissions.settings import ServiceSettings


def create_app(settings: ServiceSettings | None = None, service: Service | None = None) -> Flask:
    """The WSGI application. Raises ServiceSettingsError where a setting is missing.

    The order counts: who asks, in which language, with which token, and may they? Then how often.
    """
    from flask import Flask

    from submissions.auth import limits, policy, sessions
    from submissions.auth.passwords import Passwords
    from submissions.service import EXTENSION, make_service
    from submissions.settings import read_service_settings
    from submissions.web import assets, errors, language, security

    service = service or make_service(settings or read_service_settings())
    app = Flask("submissions.web", static_folder=None)
    app.extensions[EXTENSION] = service
    app.extensions["passwords"] = Passwords()
    security.configure(app, service.settings)
    sessions.install(app)
    language.install(app)
    security.install(app, service.settings)
    errors.install(app)
    assets.install(app, service.settings.data)
    for blueprint in _blueprints():
        app.register_blueprint(blueprint)
    policy.install(app)
    limits.install(app, service.settings)
    return app


# Parts whose pages come with them: each has a module `views` with a `blueprint`.
PARTS = ("portal", "dashboard", "api")


def _blueprints() -> list[typing.Any]:
    from importlib import import_module
    from importlib.util import find_spec

    from submissions.auth import account, pages, views  # noqa: F401 - account and views add theirs to one blueprint
    from submissions.web import health

    parts = [f"{__name__}.{part}.views" for part in PARTS if find_spec(f"{__name__}.{part}")]
    found = [import_module(name).blueprint for name in parts if find_spec(name)]
    return [pages.blueprint, health.blueprint, *found]
