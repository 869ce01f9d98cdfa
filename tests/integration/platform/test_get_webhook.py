"""GET /api/v1/webhooks/{webhook_id}."""

from tests.integration.conftest import Client
from tests.integration.doors import leap, listening
from tests.integration.platform.hooks import FIELDS, ONCE, done, happen, register


def test_a_webhook_is_shown_without_its_secret(demo: Client) -> None:
    path = register(demo, "https://example.com/hooks", headers={"X-Own": "1"})
    answer = demo("GET", path)
    assert set(answer.json()["data"]) == FIELDS
    assert "whsec_" not in answer.text


def test_another_workspaces_webhook_is_not_found(demo: Client, other: Client) -> None:
    path = register(demo, "https://example.com/hooks")
    answer = other("GET", path)
    unknown = other("GET", path[:-1] + ("0" if path[-1] != "0" else "1"))
    assert (answer.status, unknown.status) == (404, 404)
    told, said = answer.json()["error"], unknown.json()["error"]
    assert {name: told[name] for name in ("code", "message", "details")} == {
        name: said[name] for name in ("code", "message", "details")
    }


def test_a_webhook_that_answers_410_is_paused_and_says_when_and_why(demo: Client) -> None:
    with listening() as receiver:
        path = register(demo, receiver)
        receiver.statuses.append(410)
        happen(demo)
        shown = done(demo, "GET", path)
        assert (shown["isActive"], shown["pausedReason"]) == (False, "gone")
        assert shown["pausedAt"] >= shown["createdAt"]
        happen(demo)
        assert len(receiver.received) == 1


def test_a_webhook_that_fails_says_since_when_and_after_five_days_is_paused(demo: Client) -> None:
    with listening() as receiver:
        path = register(demo, receiver, retryPolicy=ONCE)
        receiver.statuses += [500] * 20
        happen(demo)
        first = done(demo, "GET", path)
        assert first["failingSince"] >= first["createdAt"]
        for _ in range(4):
            leap(demo.stack, 86_400)
            happen(demo)
        assert done(demo, "GET", path)["isActive"]
        leap(demo.stack, 86_400)
        happen(demo)
        shown = done(demo, "GET", path)
        assert (shown["isActive"], shown["pausedReason"], shown["failingSince"]) == (
            False, "failing", first["failingSince"],
        )  # fmt: skip
        receiver.statuses.clear()
        assert done(demo, "POST", f"{path}/resume")["failingSince"] is None


def test_a_success_ends_the_failing(demo: Client) -> None:
    with listening() as receiver:
        path = register(demo, receiver, retryPolicy=ONCE)
        receiver.statuses.append(500)
        happen(demo, 2)
        assert done(demo, "GET", path)["failingSince"] is None
