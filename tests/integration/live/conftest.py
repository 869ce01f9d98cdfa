"""What tests of live calls have."""

import pytest

from tests.integration.conftest import Client
from tests.integration.live.listening import Line


@pytest.fixture
def line(demo: Client) -> Line:
    """A call that rings for longer than any of these tests takes."""
    return Line(demo, demo.place("+15005550003")["callId"])
