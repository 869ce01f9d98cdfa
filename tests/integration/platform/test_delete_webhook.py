"""DELETE /api/v1/webhooks/{webhook_id}."""

from tests.integration.conftest import Client
from tests.integration.doors import contents, listening
from tests.integration.platform.hooks import PATH, done, happen, register

CONFIGURE = "/api/telephony/configure"


def test_a_deleted_webhook_is_gone_and_sent_nothing_more(demo: Client) -> None:
    with listening() as receiver:
        path = register(demo, receiver)
        receiver.statuses.append(500)
        happen(demo)
        assert done(demo, "DELETE", path) == {"_id": path.rpartition("/")[2], "deleted": True}
        for method, place in (("GET", path), ("DELETE", path), ("GET", f"{path}/logs"), ("POST", f"{path}/test")):
            assert demo(method, place).status == 404
        demo.stack.advance(70)
        happen(demo)
        assert len(receiver.received) == 1
        (row,) = demo.items("DELIVERY#")
        assert (row["status"], "due_at" in row) == ("cancelled", False)
        assert [one["action"] for one in demo.items("AUDIT#") if one["subject"] == path.rpartition("/")[2]] == [
            "webhook.create",
            "webhook.delete",
        ]


def test_another_workspaces_webhook_is_not_found_and_stays(demo: Client, other: Client) -> None:
    path = register(demo, "https://example.com/a")
    before = contents(demo.stack)
    assert other("DELETE", path).status == 404
    assert contents(demo.stack) == before


def test_without_its_webhook_the_phone_service_has_none(demo: Client) -> None:
    done(demo, "POST", CONFIGURE, webhookUrl="https://example.com/a")
    (one,) = done(demo, "GET", PATH)["webhooks"]
    done(demo, "DELETE", f"{PATH}/{one['_id']}")
    assert done(demo, "GET", CONFIGURE)["webhookUrl"] is None
    assert done(demo, "POST", CONFIGURE, recordingEnabled=False)["webhookUrl"] is None
    assert done(demo, "POST", CONFIGURE, webhookUrl="https://example.com/a")["webhookSecret"].startswith("whsec_")
