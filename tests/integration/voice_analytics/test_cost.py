"""What figures cost: as much as the span has days, whatever the number of its calls."""

from infra.local.stack import Stack
from tests.benchmarks.overviews import DAYS, MOST_UNITS, overview


def test_an_overview_of_thirty_days_costs_the_same_of_any_number_of_calls(stack: Stack) -> None:
    few, many = (overview(stack, number) for number in (300, 3000))
    assert (few.calls, few.requests, few.items) == (300, many.requests, many.items)
    assert DAYS <= many.items <= DAYS + 1
    assert few.units <= many.units <= MOST_UNITS
