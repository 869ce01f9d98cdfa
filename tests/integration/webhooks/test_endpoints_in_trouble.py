"""Deliveries when workers die and endpoints fail, go away or come back."""

import hashlib
import hmac
from datetime import timedelta

import pytest
import standardwebhooks

from tandem import clock
from tandem.aws import table
from tandem.webhooks import delivery_store, service, store, sweep
from tandem.webhooks.breaker import IN_FLIGHT
from tandem.webhooks.delivery import attempt
from tandem.webhooks.models import EndpointChange, Status
from tests.integration.webhooks.conftest import Platform, Receiver
from tests.integration.webhooks.test_deliveries import TENANT, register


def test_a_worker_that_died_is_replaced_when_its_lease_has_run_out(platform: Platform, receiver: Receiver) -> None:
    endpoint = register(receiver.url)
    event = platform.publish(TENANT)
    delivery_store.lease(TENANT, endpoint.endpoint_id, event.event_id, "dead", clock.now())
    platform.tick()
    assert receiver.received == []
    platform.advance(seconds=31)
    platform.tick()
    assert platform.delivery(TENANT, endpoint.endpoint_id, event).status is Status.SUCCESS


def test_a_delivery_that_kills_its_workers_is_not_sent_for_ever(platform: Platform, receiver: Receiver) -> None:
    endpoint = register(receiver.url)
    event = platform.publish(TENANT)
    for _ in range(5):
        assert delivery_store.lease(TENANT, endpoint.endpoint_id, event.event_id, "dead", clock.now())
        platform.advance(seconds=31)
    platform.tick()
    row = platform.delivery(TENANT, endpoint.endpoint_id, event)
    assert receiver.received == []
    assert [(each.status, each.error) for each in row.attempts] == [(None, "interrupted")]
    assert (row.status, row.claims) == (Status.PENDING, 0)


def test_a_worker_that_comes_back_after_its_lease_changes_nothing(platform: Platform, receiver: Receiver) -> None:
    endpoint = register(receiver.url)
    event = platform.publish(TENANT)
    late = delivery_store.lease(TENANT, endpoint.endpoint_id, event.event_id, "late", clock.now())
    assert late is not None
    platform.advance(seconds=31)
    platform.tick()
    done = platform.delivery(TENANT, endpoint.endpoint_id, event)
    failed = done.attempts[0]
    assert not delivery_store.record(late, "late", failed, excerpt=None, status=Status.FAILED, due_at=None)
    assert not delivery_store.park(late, "late", clock.now())
    assert not delivery_store.cancel(late, "late")
    assert platform.delivery(TENANT, endpoint.endpoint_id, event) == done


def test_no_more_than_ten_attempts_are_under_way_and_dead_workers_free_their_places(
    platform: Platform, receiver: Receiver
) -> None:
    endpoint = register(receiver.url)
    for slot in range(IN_FLIGHT):
        moment = clock.now()
        token = store.slot_token(f"dead{slot}", moment)
        store.take_slot(TENANT, endpoint.endpoint_id, slot, token, moment, rested_until=None)
    event = platform.publish(TENANT)
    platform.work()
    waiting = platform.delivery(TENANT, endpoint.endpoint_id, event)
    assert receiver.received == []
    assert (waiting.status, list(waiting.attempts), waiting.claims) == (Status.PENDING, [], 0)
    platform.advance(seconds=10)
    assert sweep.run_due_deliveries(clock.now()) == 0
    platform.advance(seconds=21)
    platform.tick()
    assert platform.delivery(TENANT, endpoint.endpoint_id, event).status is Status.SUCCESS


def test_slots_are_given_back_whatever_the_answer(platform: Platform, receiver: Receiver) -> None:
    endpoint = register(receiver.url)
    receiver.answers["/"] = [(200, {}, b""), (500, {}, b""), (410, {}, b"")]
    for _ in range(3):
        platform.publish(TENANT)
        platform.work()
        (state,) = store.states([(TENANT, endpoint.endpoint_id)], clock.now())
        assert state is not None
        assert state.busy == frozenset()


def test_a_deleted_endpoint_gets_nothing_more_and_its_deliveries_end(platform: Platform, receiver: Receiver) -> None:
    endpoint = register(receiver.url)
    event = platform.publish(TENANT)
    service.delete_endpoint(TENANT, endpoint.endpoint_id, actor="tester")
    platform.tick()
    row = platform.delivery(TENANT, endpoint.endpoint_id, event)
    assert (row.status, row.due_at) == (Status.CANCELLED, None)
    assert receiver.received == []
    platform.tick()
    assert platform.hints() == []


def test_410_pauses_the_endpoint_and_resuming_it_sends_all_that_was_held(
    platform: Platform, receiver: Receiver
) -> None:
    receiver.default = (410, {}, b"gone")
    endpoint = register(receiver.url)
    first = platform.publish(TENANT)
    platform.work()
    paused = service.get_endpoint(TENANT, endpoint.endpoint_id)
    assert (paused.is_active, paused.paused_reason) == (False, "gone")
    second = platform.publish(TENANT)
    platform.advance(hours=1)
    platform.tick()
    assert len(receiver.received) == 1
    for event in (first, second):
        row = platform.delivery(TENANT, endpoint.endpoint_id, event)
        assert (row.status, row.due_at) == (Status.HELD, None)
    receiver.default = (200, {}, b"")
    resumed = EndpointChange.model_validate({"isActive": True})
    changed = service.update_endpoint(TENANT, endpoint.endpoint_id, resumed, actor="tester")
    assert changed.is_active
    platform.work()
    assert sorted(request.event_id for request in receiver.received[1:]) == sorted([first.event_id, second.event_id])
    platform.advance(seconds=61)  # once more when the index has surely heard of all that was held
    platform.tick()
    assert len(receiver.received) == 3
    assert list(delivery_store.due(clock.now() + timedelta(days=30))) == []


def test_a_resume_that_was_cut_short_is_finished_by_the_sweep(platform: Platform, receiver: Receiver) -> None:
    endpoint = register(receiver.url)
    service.set_active(TENANT, endpoint.endpoint_id, active=False, actor="tester")
    event = platform.publish(TENANT)
    table.transact([store.resuming(TENANT, endpoint.endpoint_id, clock.now())])
    platform.tick()
    assert receiver.received == []
    platform.advance(seconds=61)
    platform.tick()
    assert [request.event_id for request in receiver.received] == [event.event_id]


def test_a_delivery_is_never_held_for_an_endpoint_that_is_not_paused(platform: Platform, receiver: Receiver) -> None:
    endpoint = register(receiver.url)
    event = platform.publish(TENANT)
    leased = delivery_store.lease(TENANT, endpoint.endpoint_id, event.event_id, "me", clock.now())
    assert leased is not None
    assert not delivery_store.hold(leased, "me")
    assert platform.delivery(TENANT, endpoint.endpoint_id, event).status is Status.PENDING


def test_an_endpoint_that_only_fails_is_warned_of_after_a_day_and_paused_after_five(
    platform: Platform, receiver: Receiver
) -> None:
    receiver.default = (500, {}, b"")
    endpoint = register(receiver.url)
    warned: list[object] = []
    days = 0
    while days < 7:
        platform.publish(TENANT)
        platform.tick()
        (state,) = store.states([(TENANT, endpoint.endpoint_id)], clock.now())
        assert state is not None
        if state.health.warned_at:
            warned.append(state.health.warned_at)
        if not state.endpoint.is_active:
            break
        platform.advance(days=1, seconds=1)
        days += 1
    assert state is not None
    assert days == 5
    assert len(warned) == 5
    assert len(set(warned)) == 1
    assert state.endpoint.paused_reason == "failing"


def test_sporadic_failures_pause_nothing(platform: Platform, receiver: Receiver) -> None:
    endpoint = register(receiver.url, retryPolicy={"maxRetries": 0})
    receiver.answers["/"] = [(500 if number % 2 else 200, {}, b"") for number in range(14)]
    for _ in range(14):
        platform.publish(TENANT)
        platform.tick()
        platform.advance(hours=12)
    assert service.get_endpoint(TENANT, endpoint.endpoint_id).is_active
    assert len(receiver.received) == 14


def test_the_breaker_lets_one_attempt_try_after_each_rest_and_closes_on_success(
    platform: Platform, receiver: Receiver
) -> None:
    receiver.default = (500, {}, b"")
    endpoint = register(receiver.url, retryPolicy={"maxRetries": 0})
    for _ in range(14):
        platform.publish(TENANT)
        platform.work()
    assert len(receiver.received) == 5
    for rest in (30, 60, 120, 240, 480, 900, 900):
        before = receiver.received[:]
        (state,) = store.states([(TENANT, endpoint.endpoint_id)], clock.now())
        assert state is not None
        opens = state.health.open_until
        assert opens is not None
        assert (opens - before[-1].at).total_seconds() == pytest.approx(rest, abs=3)
        assert sweep.run_due_deliveries(opens - timedelta(milliseconds=1)) == 0
        platform.advance(seconds=rest + 1)
        platform.tick()
        assert len(receiver.received) == len(before) + 1
    receiver.default = (200, {}, b"")
    platform.advance(seconds=901)
    platform.tick()
    platform.tick()
    rows = platform.deliveries(TENANT, endpoint.endpoint_id)
    assert sorted(row.status for row in rows) == ["failed"] * 12 + ["success"] * 2
    assert {len(row.attempts) for row in rows} == {1}


def test_one_dead_endpoint_delays_nobody(platform: Platform, receiver: Receiver) -> None:
    receiver.answers["/dead"] = [(500, {}, b"")]
    register(f"{receiver.url}/dead")
    healthy = register(f"{receiver.url}/healthy")
    events = [platform.publish(TENANT) for _ in range(30)]
    hints = platform.hints()
    for hint, _ in hints:
        attempt(hint.tenant_id, hint.endpoint_id, hint.event_id, hint.hops)
    assert len(receiver.at("/dead")) == 5
    assert {request.event_id for request in receiver.at("/healthy")} == {event.event_id for event in events}
    assert len(receiver.at("/healthy")) == 30
    assert {row.status for row in platform.deliveries(TENANT, healthy.endpoint_id)} == {Status.SUCCESS}
    platform.hints()
    platform.advance(seconds=10)
    assert sweep.run_due_deliveries(clock.now()) == 0


def test_a_rotated_secret_signs_along_for_a_day(platform: Platform, receiver: Receiver) -> None:
    endpoint = register(receiver.url)
    old = endpoint.secrets[0].value
    rotated, until = service.rotate_secret(TENANT, endpoint.endpoint_id, actor="tester")
    new = rotated.secrets[0].value
    assert until - clock.now() > timedelta(hours=23, minutes=59)
    platform.publish(TENANT)
    platform.work()
    during = receiver.received[-1]
    for secret in (old, new):
        standardwebhooks.Webhook(secret).verify(during.body, during.headers)
    newest = hmac.new(new.encode(), during.body, hashlib.sha256).hexdigest()
    assert during.headers["x-webhook-signature"] == f"sha256={newest}"
    platform.advance(hours=24, seconds=1)
    platform.publish(TENANT)
    platform.work()
    after = receiver.received[-1]
    standardwebhooks.Webhook(new).verify(after.body, after.headers)
    with pytest.raises(standardwebhooks.WebhookVerificationError):
        standardwebhooks.Webhook(old).verify(after.body, after.headers)


def test_a_long_answer_is_kept_as_an_excerpt(platform: Platform, receiver: Receiver) -> None:
    receiver.default = (200, {}, b"\xff" + b"x" * 200_000)
    endpoint = register(receiver.url)
    event = platform.publish(TENANT)
    platform.work()
    excerpt = platform.delivery(TENANT, endpoint.endpoint_id, event).excerpt
    assert excerpt == "\ufffd" + "x" * 1023
