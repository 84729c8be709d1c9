"""The pages of regrades. Importing this module declares their routes."""

from __future__ import annotations

from submissions.dashboard.regrades import deciding, pages

__all__ = ["deciding", "pages"]
