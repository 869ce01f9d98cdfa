"""GET /api/v1/webhooks/{webhook_id}/logs/{log_id}."""

from tests.integration.conftest import Client
from tests.integration.doors import listening
from tests.integration.platform.hooks import done, happen, ids, logged, register


def test_a_delivery_is_told_attempt_by_attempt_with_what_was_sent(demo: Client) -> None:
    with listening() as receiver:
        path = register(demo, receiver, retryPolicy={"maxRetries": 2})
        receiver.statuses += [500, 404]
        happen(demo)
        demo.stack.advance(10)
        (log_id,) = set(ids(receiver))
        entry = done(demo, "GET", f"{path}/logs/{log_id}")
        assert {name: entry[name] for name in entry if name not in ("payload", "attemptLog")} == logged(demo, path)[0]
        assert entry["payload"] == receiver.received[0].body
        assert [each["responseStatus"] for each in entry["attemptLog"]] == [500, 404, 200]
        assert [set(each) for each in entry["attemptLog"]] == [{"at", "latencyMs", "responseStatus", "error"}] * 3
        assert entry["attempts"] == 3


def test_an_unknown_delivery_or_webhook_and_anothers_are_not_found(demo: Client, other: Client) -> None:
    with listening() as receiver:
        path, elsewhere = register(demo, receiver), register(demo, "https://example.com/b", "call.failed")
        happen(demo)
        (log_id,) = ids(receiver)
        assert demo("GET", f"{path}/logs/{log_id}").status == 200
        for client, place in ((demo, f"{elsewhere}/logs/{log_id}"), (other, f"{path}/logs/{log_id}")):
            answer = client("GET", place)
            assert (answer.status, answer.json()["code"]) == (404, "RESOURCE_NOT_FOUND")
