"""POST /api/v1/webhooks/{webhook_id}/resume."""

from tests.integration.conftest import Client
from tests.integration.doors import contents, listening, lose_messages
from tests.integration.platform.hooks import done, happen, ids, logged, register


def test_what_was_held_is_sent_once_and_in_full(demo: Client) -> None:
    with listening() as receiver:
        path = register(demo, receiver)
        done(demo, "POST", f"{path}/pause")
        happen(demo, 3)
        resumed = done(demo, "POST", f"{path}/resume")
        assert (resumed["isActive"], resumed["pausedAt"], resumed["pausedReason"]) == (True, None, None)
        demo.stack.settle()
        held = [each["_id"] for each in logged(demo, path, "?status=success")]
        assert sorted(ids(receiver)) == sorted(held)
        assert len(held) == 3
        happen(demo)
        demo.stack.advance(130)
        assert len(ids(receiver)) == 4


def test_a_webhook_that_was_gone_is_used_again(demo: Client) -> None:
    with listening() as receiver:
        path = register(demo, receiver)
        receiver.statuses.append(410)
        happen(demo)
        demo.stack.advance(70)
        assert done(demo, "POST", f"{path}/resume")["isActive"]
        demo.stack.settle()
        assert len(set(ids(receiver))) == 1
        assert len(ids(receiver)) == 2


def test_what_the_queue_loses_the_sweep_finds(demo: Client) -> None:
    with listening() as receiver:
        path = register(demo, receiver)
        done(demo, "POST", f"{path}/pause")
        happen(demo)
        done(demo, "POST", f"{path}/resume")
        lose_messages(demo.stack, "WEBHOOK_QUEUE_URL")
        demo.stack.advance(70)
        assert len(ids(receiver)) == 1


def test_another_workspaces_webhook_is_not_found_and_stays(demo: Client, other: Client) -> None:
    path = register(demo, "https://example.com/a")
    done(demo, "POST", f"{path}/pause")
    before = contents(demo.stack)
    assert other("POST", f"{path}/resume").status == 404
    assert contents(demo.stack) == before
