"""What the tests of the pages share: a site with its people."""

import pytest

from tests.support.web import make_site


@pytest.fixture
def site(tmp_path):
    """An empty installation."""
    made = make_site(tmp_path)
    yield made
    made.close()
