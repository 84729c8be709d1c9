"""What staff see of a course, and do in it: one blueprint, to which each area adds its pages (see `views`)."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("dashboard", __name__, template_folder="templates")
