"""What the README says of costs is what is counted and computed."""

from pathlib import Path

import pytest

from infra import cost
from infra.cost import Meter

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def measured() -> tuple[Meter, Meter]:
    return cost.measure()


def test_a_month_in_which_nobody_calls_costs_less_than_a_dollar(measured: tuple[Meter, Meter]) -> None:
    idle, _ = measured
    assert 0 < idle.dollars(1, free=True) < 1
    assert idle.dollars(1, free=False) < 2
    assert idle.usage["DynamoDB write units"] == 0


def test_a_thousand_calls_cost_less_than_half_a_dollar(measured: tuple[Meter, Meter]) -> None:
    _, call = measured
    assert 0 < call.dollars(1000, free=True) <= call.dollars(1000, free=False) < 0.5


def test_the_readme_tells_the_computed_costs(measured: tuple[Meter, Meter]) -> None:
    told = (ROOT / "README.md").read_text().partition("<!-- costs -->")[2].partition("<!-- /costs -->")[0]
    assert told.strip() == cost.table(*measured), "put what `python -m infra.cost` prints between the markers"


def test_what_is_free_is_taken_off_once() -> None:
    meter = Meter()
    meter.usage["SQS requests"] = 2_000_000
    assert meter.dollars(1, free=False) == pytest.approx(0.8)
    assert meter.dollars(1, free=True) == pytest.approx(0.4)
    meter.usage["SQS requests"] = 1000
    assert meter.dollars(1, free=True) == 0
