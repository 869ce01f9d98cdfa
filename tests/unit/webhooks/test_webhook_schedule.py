"""When the next attempt is."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.webhooks.models import Backoff, Policy
from tandem.webhooks.schedule import DURABLE, LONGEST_RETRY_AFTER, next_delay, retry_after

NOW = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)


@given(st.text(min_size=1))
def test_the_durable_schedule_keeps_its_promise_for_every_delivery(delivery_id: str) -> None:
    pauses = [next_delay(None, made, delivery_id) for made in range(1, 11)]
    assert pauses[9] is None
    known = [pause for pause in pauses if pause is not None]
    assert len(known) == 9
    assert all(0.9 * plan <= pause <= plan for plan, pause in zip(DURABLE, known, strict=True))
    assert 64.8 * 3600 <= sum(known) <= 72 * 3600
    assert known == [next_delay(None, made, delivery_id) for made in range(1, 10)]


def test_deliveries_do_not_come_back_together() -> None:
    assert len({next_delay(None, 5, f"delivery-{number}") for number in range(100)}) == 100


@pytest.mark.parametrize("backoff", list(Backoff))
@pytest.mark.parametrize("retries", range(11))
def test_a_customers_policy_is_exact(backoff: Backoff, retries: int) -> None:
    policy = Policy(retries, backoff)
    pauses = [next_delay(policy, made, "d") for made in range(1, 13)]
    linear, exponential = [5 * n for n in range(1, 11)], [2**n for n in range(1, 11)]
    wanted = linear if backoff is Backoff.LINEAR else exponential
    assert pauses[:retries] == wanted[:retries]
    assert set(pauses[retries:]) == {None}


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("-1", None),
        ("1.5", None),
        ("١٢", None),
        ("0", 0),
        ("120", 120),
        (" 120 ", 120),
        ("9" * 400, LONGEST_RETRY_AFTER),
        ("Sat, 21 Nov 2026 12:02:00 GMT", 120),
        ("Sat, 21 Nov 2026 14:02:00 +0200", 120),
        ("Sat, 21 Nov 2026 12:02:00 -0000", 120),
        ("Sat, 21 Nov 2026 11:59:59 GMT", None),
        ("Sat, 99 Nov 2026 12:02:00 GMT", None),
    ],
)
def test_a_retry_after_header_is_read_or_ignored(value: str | None, seconds: float | None) -> None:
    assert retry_after(value, NOW) == seconds


@given(st.text())
def test_no_retry_after_header_can_raise(value: str) -> None:
    seconds = retry_after(value, NOW)
    assert seconds is None or seconds >= 0


@pytest.mark.parametrize(("wish", "pause"), [(1, 8), (8, 8), (9, 9), (10**9, LONGEST_RETRY_AFTER)])
def test_the_receivers_wish_lengthens_a_pause_and_never_shortens_it(wish: float, pause: float) -> None:
    assert next_delay(Policy(3, Backoff.EXPONENTIAL), 3, "d", wish) == pause
    assert next_delay(Policy(3, Backoff.EXPONENTIAL), 4, "d", wish) is None
