"""What makes a stage local, and what a function is that was not told its stage."""

from collections.abc import Iterator

import pytest

from tandem.config import settings


@pytest.fixture(autouse=True)
def _fresh_settings() -> Iterator[None]:
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.mark.parametrize(
    ("stage", "moved", "local", "production"),
    [
        ("local", True, True, False),
        ("local", False, False, False),
        ("dev", True, False, False),
        ("prod", True, False, True),
        (None, True, False, True),
        (None, False, False, True),
    ],
)
def test_a_stage_is_local_by_its_name_and_by_having_a_clock_to_be_moved(
    stage: str | None, moved: bool, local: bool, production: bool, clock_file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("STAGE", stage), ("TANDEM_CLOCK_FILE", clock_file if moved else None)):
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, value)
    assert (settings().is_local, settings().is_production) == (local, production)
