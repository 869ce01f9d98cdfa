"""How deliveries are found, and what a row keeps of many attempts."""

from datetime import timedelta

import pytest

from tandem import clock, ids
from tandem.webhooks import delivery_store, logs, service
from tandem.webhooks.models import Delivery, DeliveryFilter, Status
from tests.integration.webhooks.conftest import Platform, Receiver
from tests.integration.webhooks.test_deliveries import TENANT, register

ENDPOINT = "01890a5d-ac96-774b-bcce-b302099a8057"


def filled(number: int) -> list[str]:
    """Deliveries a second apart, each third one failed, each second one of another event; their events."""
    begin = clock.now()
    events = []
    for index in range(number):
        moment = begin + timedelta(seconds=index)
        status = Status.SUCCESS if index % 3 else Status.FAILED
        event_type = "call.failed" if index % 2 else "call.completed"
        events.append(ids.earliest_id(moment))
        delivery_store.insert_made(Delivery(TENANT, ENDPOINT, events[-1], event_type, "{}", status, moment))
    return events


@pytest.mark.parametrize("chunk", [1, 2, 100])
def test_deliveries_are_found_in_order_whatever_their_status_and_however_they_are_read(
    chunk: int, platform: Platform
) -> None:
    events = filled(7)

    def found(wanted: DeliveryFilter, *, most: int = 100, newest_first: bool = True) -> list[str]:
        return list(delivery_store.find(TENANT, ENDPOINT, wanted, most, chunk=chunk, newest_first=newest_first))

    assert found(DeliveryFilter()) == events[::-1]
    assert found(DeliveryFilter(), newest_first=False) == events
    assert found(DeliveryFilter(Status.FAILED)) == [events[6], events[3], events[0]]
    assert found(DeliveryFilter(Status.FAILED, "call.failed")) == [events[3]]
    assert found(DeliveryFilter(Status.FAILED), most=2) == [events[6], events[3]]
    assert found(DeliveryFilter(Status.HELD)) == []


def test_no_more_than_so_many_are_counted(platform: Platform) -> None:
    filled(7)
    wanted = DeliveryFilter(Status.SUCCESS)
    assert [delivery_store.count(TENANT, ENDPOINT, wanted, most) for most in (1, 3, 4, 100)] == [1, 3, 4, 4]
    assert delivery_store.count(TENANT, ENDPOINT, DeliveryFilter(), 100) == 7
    assert delivery_store.count(TENANT, ENDPOINT, DeliveryFilter(event_type="call.failed"), 100) == 3


def test_a_span_that_ends_before_it_begins_holds_nothing(platform: Platform) -> None:
    filled(3)
    moment = clock.now()
    assert delivery_store.count(TENANT, ENDPOINT, DeliveryFilter(start=moment, end=moment - timedelta(1)), 100) == 0


def test_the_last_fifty_attempts_are_kept_and_all_are_counted(platform: Platform, receiver: Receiver) -> None:
    endpoint = register(receiver.url, retryPolicy={"maxRetries": 0})
    receiver.default = (500, {}, b"")
    event = platform.publish(TENANT)
    platform.work()
    for number in range(52):
        if number % 4 == 0:  # else the breaker opens for longer and longer
            service.set_active(TENANT, endpoint.endpoint_id, active=True, actor="tester")
        logs.replay(TENANT, endpoint.endpoint_id, event.event_id)
        platform.work()
    row = platform.delivery(TENANT, endpoint.endpoint_id, event)
    assert (len(row.attempts), row.made, row.tries, row.status) == (50, 53, 1, Status.FAILED)


def test_what_is_replayed_twice_at_once_is_sent_once(platform: Platform, receiver: Receiver) -> None:
    endpoint = register(receiver.url)
    event = platform.publish(TENANT)
    platform.work()
    seen = platform.delivery(TENANT, endpoint.endpoint_id, event)
    assert [delivery_store.restart(seen, clock.now()) for _ in range(2)] == [True, False]
    platform.tick()
    assert len(receiver.received) == 2
    done = platform.delivery(TENANT, endpoint.endpoint_id, event)
    assert not delivery_store.hasten(done, clock.now())


def test_a_delivery_under_way_is_not_hastened(platform: Platform, receiver: Receiver) -> None:
    endpoint = register(receiver.url)
    event = platform.publish(TENANT)
    leased = delivery_store.lease(TENANT, endpoint.endpoint_id, event.event_id, "me", clock.now())
    assert leased is not None
    before = platform.delivery(TENANT, endpoint.endpoint_id, event)
    shown = logs.replay(TENANT, endpoint.endpoint_id, event.event_id)
    assert (shown.status, shown.next_attempt_at) == (Status.PENDING, None)
    assert not delivery_store.hasten(before, clock.now())
    assert platform.delivery(TENANT, endpoint.endpoint_id, event) == before
