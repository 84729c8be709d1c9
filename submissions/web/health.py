"""Whether this process can answer: for load balancers and the supervisor."""

from __future__ import annotations

from flask import Blueprint, jsonify
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from submissions.auth.policy import PUBLIC, access
from submissions.service import current_service

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@access(PUBLIC)
def healthz() -> Response | tuple[Response, int]:
    """200 while the database answers. A dead broker only makes things slower, so it isn't asked."""
    try:
        with current_service().db.read() as session:
            session.execute(select(1))
    except SQLAlchemyError:
        return jsonify(status="no database"), 503
    return jsonify(status="ok")
