"""POST /api/v1/webhooks/{webhook_id}/pause."""

from tests.integration.conftest import Client
from tests.integration.doors import contents, listening
from tests.integration.platform.hooks import done, happen, logged, register


def test_a_paused_webhook_says_so_and_its_events_are_held(demo: Client) -> None:
    with listening() as receiver:
        path = register(demo, receiver)
        paused = done(demo, "POST", f"{path}/pause")
        assert (paused["isActive"], paused["pausedReason"]) == (False, "customer")
        assert paused["pausedAt"] >= paused["createdAt"]
        happen(demo)
        demo.stack.advance(70)
        assert receiver.received == []
        assert [each["status"] for each in logged(demo, path)] == ["held"]


def test_retries_wait_too(demo: Client) -> None:
    with listening() as receiver:
        path = register(demo, receiver)
        receiver.statuses.append(500)
        happen(demo)
        done(demo, "POST", f"{path}/pause")
        demo.stack.advance(600)
        assert len(receiver.received) == 1


def test_pausing_twice_is_pausing_once(demo: Client) -> None:
    path = register(demo, "https://example.com/a")
    first = done(demo, "POST", f"{path}/pause")
    demo.stack.advance(1)
    before = contents(demo.stack)
    assert done(demo, "POST", f"{path}/pause") == first
    assert contents(demo.stack) == before


def test_another_workspaces_webhook_is_not_found_and_stays(demo: Client, other: Client) -> None:
    path = register(demo, "https://example.com/a")
    before = contents(demo.stack)
    assert other("POST", f"{path}/pause").status == 404
    assert contents(demo.stack) == before
