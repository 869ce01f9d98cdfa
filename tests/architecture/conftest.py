"""The journeys, gone once for all tests that look at what they left."""

import pytest

from tests.architecture.journeys import Seen, gone


@pytest.fixture(scope="session")
def seen() -> Seen:
    return gone()
