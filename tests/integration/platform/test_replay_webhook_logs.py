"""POST /api/v1/webhooks/{webhook_id}/replay."""

from datetime import UTC, datetime, timedelta

from infra.local.workspaces import operating
from tandem.ids import earliest_id
from tandem.webhooks import delivery_store
from tandem.webhooks.logs import MOST_REPLAYED
from tandem.webhooks.models import Delivery, Status
from tests.integration.conftest import Client
from tests.integration.doors import contents, leap, listening
from tests.integration.platform.hooks import ONCE, done, happen, ids, logged, register

LONG_AGO = "2024-01-01"


def replay(client: Client, path: str, start: str = LONG_AGO, **more: str) -> dict[str, object]:
    return done(client, "POST", f"{path}/replay", startDate=start, **more)


def test_what_failed_is_sent_again_and_what_arrived_is_not(demo: Client) -> None:
    with listening() as receiver:
        path = register(demo, receiver, retryPolicy=ONCE)
        receiver.statuses += [500, 200, 500]
        happen(demo, 3)
        first, arrived, third = ids(receiver)
        assert replay(demo, path) == {"replayed": 2, "more": False, "nextStartDate": None}
        demo.stack.settle()
        assert sorted(ids(receiver)[3:]) == sorted([first, third])
        assert arrived not in ids(receiver)[3:]
        assert {each["status"] for each in logged(demo, path)} == {"success"}


def test_repeating_it_sends_nothing_twice(demo: Client) -> None:
    with listening() as receiver:
        path = register(demo, receiver, retryPolicy=ONCE)
        receiver.statuses += [500]
        happen(demo)
        assert [replay(demo, path)["replayed"] for _ in range(3)] == [1, 0, 0]
        demo.stack.settle()
        assert replay(demo, path)["replayed"] == 0
        assert len(receiver.received) == 2


def test_the_span_and_the_event_bound_it(demo: Client) -> None:
    with listening() as receiver:
        path = register(demo, receiver, retryPolicy=ONCE)
        receiver.statuses += [500] * 3
        days = []
        for _ in range(3):
            happen(demo)
            days.append(datetime.fromtimestamp(demo.stack.clock.now(), UTC))
            leap(demo.stack, 86_400)
        middle = ids(receiver)[1]
        assert replay(demo, path, event="customer.updated")["replayed"] == 0
        day = f"{days[1]:%Y-%m-%d}"
        assert replay(demo, path, day, endDate=day)["replayed"] == 1
        demo.stack.settle()
        assert ids(receiver)[3:] == [middle]
        after = (days[1] + timedelta(hours=1)).isoformat()
        assert replay(demo, path, after, event="customer.created")["replayed"] == 1


def test_what_arrived_can_be_sent_again_too(demo: Client) -> None:
    with listening() as receiver:
        path = register(demo, receiver)
        happen(demo, 2)
        assert replay(demo, path, status="success")["replayed"] == 2
        demo.stack.settle()
        assert sorted(ids(receiver)[2:]) == sorted(ids(receiver)[:2])


def test_more_than_one_request_can_do_is_done_by_several(demo: Client) -> None:
    path = register(demo, "https://example.com/hooks")
    begin = datetime.fromtimestamp(demo.stack.clock.now(), UTC)
    moments = [begin + timedelta(seconds=number) for number in range(MOST_REPLAYED + 3)]
    with operating(demo.stack):
        for moment in moments:
            delivery_store.insert_made(
                Delivery(
                    demo.workspace.tenant_id,
                    path.rpartition("/")[2],
                    earliest_id(moment),
                    "customer.created",
                    "{}",
                    Status.FAILED,
                    moment,
                )
            )
    first = replay(demo, path)
    assert (first["replayed"], first["more"]) == (MOST_REPLAYED, True)
    following = moments[MOST_REPLAYED].isoformat(timespec="milliseconds").replace("+00:00", "Z")
    assert first["nextStartDate"] == following
    assert replay(demo, path, following) == {"replayed": 3, "more": False, "nextStartDate": None}
    assert done(demo, "GET", f"{path}/logs?status=pending")["total"] == MOST_REPLAYED + 3


def test_a_paused_webhook_is_resumed_first(demo: Client) -> None:
    path = register(demo, "https://example.com/hooks")
    done(demo, "POST", f"{path}/pause")
    assert demo("POST", f"{path}/replay", json={"startDate": LONG_AGO}).status == 409


def test_without_a_beginning_it_is_refused(demo: Client) -> None:
    path = register(demo, "https://example.com/hooks")
    answer = demo("POST", f"{path}/replay", json={"status": "failed"})
    assert [field["field"] for field in answer.json()["error"]["details"]["fields"]] == ["startDate"]


def test_another_workspaces_webhook_is_not_found_and_sent_nothing(demo: Client, other: Client) -> None:
    with listening() as receiver:
        path = register(demo, receiver, retryPolicy=ONCE)
        receiver.statuses.append(500)
        happen(demo)
        before = contents(demo.stack)
        assert other("POST", f"{path}/replay", json={"startDate": LONG_AGO}).status == 404
        assert contents(demo.stack) == before
