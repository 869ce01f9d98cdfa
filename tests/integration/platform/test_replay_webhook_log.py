"""POST /api/v1/webhooks/{webhook_id}/logs/{log_id}/replay."""

from tests.integration.conftest import Client
from tests.integration.doors import contents, leap, listening, lose_messages
from tests.integration.platform.hooks import ONCE, done, happen, ids, logged, register


def test_what_failed_is_sent_again_under_the_same_id(demo: Client) -> None:
    with listening() as receiver:
        path = register(demo, receiver, retryPolicy=ONCE)
        receiver.statuses.append(500)
        happen(demo)
        (log_id,) = ids(receiver)
        assert logged(demo, path)[0]["status"] == "failed"
        told = done(demo, "POST", f"{path}/logs/{log_id}/replay")
        assert (told["_id"], told["status"]) == (log_id, "pending")
        demo.stack.settle()
        first, again = receiver.received
        assert (again.headers["webhook-id"], again.body, again.genuine) == (log_id, first.body, True)
        (entry,) = logged(demo, path)
        assert (entry["status"], entry["attempts"], entry["responseStatus"]) == ("success", 2, 200)


def test_a_replay_has_all_its_retries(demo: Client) -> None:
    with listening() as receiver:
        path = register(demo, receiver, retryPolicy={"maxRetries": 1, "backoffStrategy": "linear"})
        receiver.statuses += [500, 500, 500]
        happen(demo)
        demo.stack.advance(10)
        (log_id,) = set(ids(receiver))
        assert (logged(demo, path)[0]["status"], len(receiver.received)) == ("failed", 2)
        done(demo, "POST", f"{path}/logs/{log_id}/replay")
        demo.stack.advance(10)
        assert (logged(demo, path)[0]["status"], len(receiver.received)) == ("success", 4)


def test_what_arrived_can_be_sent_once_more(demo: Client) -> None:
    with listening() as receiver:
        path = register(demo, receiver)
        happen(demo)
        (log_id,) = ids(receiver)
        done(demo, "POST", f"{path}/logs/{log_id}/replay")
        demo.stack.settle()
        assert ids(receiver) == [log_id, log_id]


def test_what_waits_goes_out_now_and_not_twice(demo: Client) -> None:
    with listening() as receiver:
        path = register(demo, receiver)
        receiver.statuses += [500, 500]
        happen(demo)
        demo.stack.advance(10)
        (log_id,) = set(ids(receiver))
        assert (logged(demo, path)[0]["status"], len(receiver.received)) == ("pending", 2)
        for _ in range(3):
            assert done(demo, "POST", f"{path}/logs/{log_id}/replay")["status"] == "pending"
        demo.stack.settle()
        assert (logged(demo, path)[0]["status"], len(receiver.received)) == ("success", 3)
        demo.stack.advance(400)
        assert len(receiver.received) == 3


def test_a_request_repeated_with_its_key_replays_once(demo: Client) -> None:
    with listening() as receiver:
        path = register(demo, receiver)
        happen(demo)
        (log_id,) = ids(receiver)
        key = {"idempotency-key": "once"}
        first = demo("POST", f"{path}/logs/{log_id}/replay", headers=key)
        demo.stack.settle()
        again = demo("POST", f"{path}/logs/{log_id}/replay", headers=key)
        demo.stack.settle()
        assert again.json() == first.json()
        assert again.header("idempotent-replayed") == "true"
        assert len(receiver.received) == 2


def test_what_the_queue_loses_the_sweep_sends(demo: Client) -> None:
    with listening() as receiver:
        path = register(demo, receiver)
        happen(demo)
        (log_id,) = ids(receiver)
        done(demo, "POST", f"{path}/logs/{log_id}/replay")
        lose_messages(demo.stack, "WEBHOOK_QUEUE_URL")
        demo.stack.advance(61)
        assert len(receiver.received) == 2


def test_a_replayed_delivery_is_kept_for_another_month(demo: Client) -> None:
    with listening() as receiver:
        path = register(demo, receiver)
        happen(demo)
        (log_id,) = ids(receiver)
        leap(demo.stack, 29 * 86_400)
        done(demo, "POST", f"{path}/logs/{log_id}/replay")
        demo.stack.settle()
        (row,) = demo.items("DELIVERY#")
        assert row["expires_at"] > demo.stack.clock.now() + 29 * 86_400


def test_a_paused_webhook_is_resumed_first(demo: Client) -> None:
    with listening() as receiver:
        path = register(demo, receiver)
        happen(demo)
        (log_id,) = ids(receiver)
        done(demo, "POST", f"{path}/pause")
        before = contents(demo.stack)
        answer = demo("POST", f"{path}/logs/{log_id}/replay")
        assert (answer.status, answer.json()["code"]) == (409, "CONFLICT")
        assert contents(demo.stack) == before


def test_anothers_delivery_is_not_found_and_not_sent(demo: Client, other: Client) -> None:
    with listening() as receiver:
        path = register(demo, receiver)
        happen(demo)
        (log_id,) = ids(receiver)
        before = contents(demo.stack)
        assert other("POST", f"{path}/logs/{log_id}/replay").status == 404
        assert contents(demo.stack) == before
