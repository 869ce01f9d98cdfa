"""POST /api/v1/webhooks/{webhook_id}/test."""

import pytest

from infra.local.stack import Stack
from tests.integration.conftest import Client
from tests.integration.doors import listening
from tests.integration.platform.hooks import done, happen, ids, logged, register


def test_a_test_event_is_really_sent_and_its_answer_told(demo: Client) -> None:
    with listening() as receiver:
        path = register(demo, receiver, headers={"X-Own": "1"})
        told = done(demo, "POST", f"{path}/test")
        (one,) = receiver.received
        assert one.genuine
        assert (one.body["event"], one.headers["x-own"]) == ("webhook.test", "1")
        assert one.body["data"] == {"webhookId": path.rpartition("/")[2], "name": "CRM"}
        assert (told["delivered"], told["responseStatus"], told["error"]) == (True, 200, None)
        assert 0 <= told["latencyMs"] < 5000
        assert told["logId"] == one.headers["webhook-id"]
        assert "sent" in told["message"]


@pytest.mark.parametrize("status", [302, 404, 410, 429, 500])
def test_a_refusal_is_told_and_neither_repeated_nor_held_against_the_webhook(status: int, demo: Client) -> None:
    with listening() as receiver:
        path = register(demo, receiver)
        receiver.statuses.append(status)
        told = done(demo, "POST", f"{path}/test")
        assert (told["delivered"], told["responseStatus"]) == (False, status)
        demo.stack.advance(130)
        assert len(receiver.received) == 1
        shown = done(demo, "GET", path)
        assert (shown["isActive"], shown["failingSince"]) == (True, None)


def test_a_server_that_is_not_there_is_told_as_such(demo: Client) -> None:
    with listening() as receiver:
        path = register(demo, receiver)
    told = done(demo, "POST", f"{path}/test")
    assert (told["delivered"], told["responseStatus"]) == (False, None)
    assert told["error"]


def test_an_address_that_became_private_is_not_connected_to(demo: Client, stack: Stack) -> None:
    with listening() as receiver:
        path = register(demo, receiver)
        environment = stack.variables(stack.functions["PlatformTestWebhook"])
        kept, environment["WEBHOOK_EGRESS_ALLOW"] = environment["WEBHOOK_EGRESS_ALLOW"], ""
        try:
            told = done(demo, "POST", f"{path}/test")
        finally:
            environment["WEBHOOK_EGRESS_ALLOW"] = kept
        assert (told["delivered"], told["responseStatus"], receiver.received) == (False, None, [])


def test_the_test_stands_in_the_log_and_can_be_sent_again(demo: Client) -> None:
    with listening() as receiver:
        path = register(demo, receiver)
        receiver.statuses.append(500)
        log_id = done(demo, "POST", f"{path}/test")["logId"]
        (entry,) = logged(demo, path, "?event=webhook.test")
        assert (entry["_id"], entry["status"], entry["attempts"], entry["responseStatus"]) == (
            log_id, "failed", 1, 500,
        )  # fmt: skip
        done(demo, "POST", f"{path}/logs/{log_id}/replay")
        demo.stack.settle()
        assert ids(receiver) == [log_id, log_id]
        assert [each["status"] for each in logged(demo, path)] == ["success"]


def test_a_paused_webhook_can_be_tried(demo: Client) -> None:
    with listening() as receiver:
        path = register(demo, receiver)
        done(demo, "POST", f"{path}/pause")
        happen(demo)
        assert done(demo, "POST", f"{path}/test")["delivered"]
        assert receiver.events() == ["webhook.test"]
        assert not done(demo, "GET", path)["isActive"]


def test_another_workspaces_webhook_is_not_found_and_not_sent_to(demo: Client, other: Client) -> None:
    with listening() as receiver:
        path = register(demo, receiver)
        assert other("POST", f"{path}/test").status == 404
        assert receiver.received == []
