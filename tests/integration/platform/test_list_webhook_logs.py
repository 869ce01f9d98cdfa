"""GET /api/v1/webhooks/{webhook_id}/logs."""

from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest

from infra.local.stack import Stack
from tests.integration.conftest import Client
from tests.integration.doors import leap, listening
from tests.integration.platform.hooks import ONCE, done, happen, logged, register

FIELDS = {
    "_id", "webhookId", "event", "status", "attempts", "responseStatus", "responseBody", "error", "latencyMs",
    "createdAt", "deliveredAt", "nextAttemptAt",
}  # fmt: skip


def today(stack: Stack) -> datetime:
    return datetime.fromtimestamp(stack.clock.now(), UTC)


def test_a_delivery_is_told_with_its_answer(demo: Client) -> None:
    with listening() as receiver:
        path = register(demo, receiver)
        happen(demo)
        (entry,) = logged(demo, path)
        assert set(entry) == FIELDS
        assert entry["_id"] == receiver.received[0].headers["webhook-id"]
        assert entry["webhookId"] == path.rpartition("/")[2]
        assert (entry["event"], entry["status"], entry["attempts"]) == ("customer.created", "success", 1)
        assert (entry["responseStatus"], entry["responseBody"], entry["error"]) == (200, "", None)
        assert entry["deliveredAt"] >= entry["createdAt"]
        assert (entry["nextAttemptAt"], entry["latencyMs"] >= 0) == (None, True)


def test_one_that_waits_says_for_when(demo: Client) -> None:
    with listening() as receiver:
        path = register(demo, receiver, retryPolicy={"maxRetries": 2, "backoffStrategy": "linear"})
        receiver.statuses.append(503)
        happen(demo)
        (entry,) = logged(demo, path)
        assert (entry["status"], entry["responseStatus"], entry["deliveredAt"]) == ("pending", 503, None)
        assert entry["nextAttemptAt"] > entry["createdAt"]
        demo.stack.advance(6)
        (entry,) = logged(demo, path)
        assert (entry["status"], entry["attempts"], entry["responseStatus"]) == ("success", 2, 200)


def test_a_server_that_is_not_there_is_told_in_a_word(demo: Client) -> None:
    with listening() as receiver:
        path = register(demo, receiver, retryPolicy=ONCE)
    happen(demo)
    (entry,) = logged(demo, path)
    assert (entry["status"], entry["responseStatus"], entry["error"]) == ("failed", None, "connection")


def test_the_log_is_filtered_and_paged_newest_first(demo: Client) -> None:
    with listening() as receiver:
        path = register(demo, receiver, "customer.created", "customer.updated", retryPolicy=ONCE)
        receiver.statuses += [200, 500, 200, 500, 200]
        happen(demo, 5)
        customer = demo.items("CUSTOMER#")[0]["customer_id"]
        done(demo, "PATCH", f"/api/v1/customers/{customer}", tier="gold")
        demo.stack.settle()
        entries = logged(demo, path)
        assert [each["status"] for each in entries] == ["success", "success", "failed", "success", "failed", "success"]
        assert [each["_id"] for each in entries] == sorted((each["_id"] for each in entries), reverse=True)
        assert [each["_id"] for each in logged(demo, path, "?status=failed")] == [entries[2]["_id"], entries[4]["_id"]]
        assert logged(demo, path, "?event=customer.updated") == [entries[0]]
        assert logged(demo, path, "?status=failed&event=customer.updated") == []
        second = done(demo, "GET", f"{path}/logs?limit=4&page=2")
        assert second == {"logs": entries[4:], "total": 6, "page": 2, "limit": 4, "totalPages": 2}
        assert done(demo, "GET", f"{path}/logs?status=success&limit=1&page=3")["logs"] == [entries[3]]
        assert logged(demo, path, "?page=9") == []


def test_dates_bound_the_log(demo: Client, stack: Stack) -> None:
    with listening() as receiver:
        path = register(demo, receiver)
        days = []
        for _ in range(3):
            happen(demo)
            days.append(today(stack))
            leap(stack, 86_400)
        newest, middle, oldest = logged(demo, path)
        day = [f"{one:%Y-%m-%d}" for one in days]
        assert logged(demo, path, f"?startDate={day[1]}&endDate={day[1]}") == [middle]
        assert logged(demo, path, f"?startDate={day[1]}") == [newest, middle]
        assert logged(demo, path, f"?endDate={day[0]}") == [oldest]
        moment = quote((days[1] + timedelta(hours=1)).isoformat())
        assert logged(demo, path, f"?startDate={moment}") == [newest]
        assert logged(demo, path, f"?startDate={day[2]}&endDate={day[0]}") == []


@pytest.mark.parametrize(
    "query", ["status=done", "status=", "event=", "startDate=yesterday", "endDate=2024-02-30", "limit=101", "page=0"]
)
def test_a_bad_query_is_refused_by_name(query: str, demo: Client) -> None:
    path = register(demo, "https://example.com/a")
    answer = demo("GET", f"{path}/logs?{query}")
    assert answer.status == 422
    assert [field["field"] for field in answer.json()["error"]["details"]["fields"]] == [query.partition("=")[0]]


def test_a_log_reads_little_however_much_there_is(demo: Client, stack: Stack) -> None:
    with listening() as receiver:
        path = register(demo, receiver)
        happen(demo, 3)
        with stack.count_requests() as counted:
            logged(demo, path, "?status=success")
        assert (
            counted.total() == 6
        )  # the key, the webhook, the count, the page's keys, its deliveries, and the statistics


def test_another_workspaces_log_is_not_found(demo: Client, other: Client) -> None:
    with listening() as receiver:
        path = register(demo, receiver)
        happen(demo)
        assert other("GET", f"{path}/logs").status == 404
