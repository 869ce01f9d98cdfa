"""PATCH and PUT /api/v1/webhooks/{webhook_id}."""

from typing import Any

import pytest

from tests.integration.conftest import Client
from tests.integration.doors import contents, listening
from tests.integration.platform.hooks import done, happen, ids, register

CONFIGURE = "/api/telephony/configure"


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_what_is_named_changes_and_the_rest_stays(method: str, demo: Client) -> None:
    path = register(demo, "https://example.com/a", headers={"X-Own": "1"}, retryPolicy={"maxRetries": 5})
    before = done(demo, "GET", path)
    demo.stack.advance(1)
    changed = done(demo, method, path, name="ERP", events=["message.sent"])
    assert changed == {**before, "name": "ERP", "events": ["message.sent"], "updatedAt": changed["updatedAt"]}
    assert changed["updatedAt"] > before["updatedAt"]
    assert done(demo, "GET", path) == changed
    gone = done(demo, method, path, headers={}, retryPolicy=None)
    assert (gone["headers"], gone["retryPolicy"]) == ({}, None)


def test_deliveries_go_where_the_webhook_now_points_with_what_it_now_says(demo: Client) -> None:
    with listening() as first, listening() as second:
        path = register(demo, first)
        second.secret = first.secret
        done(demo, "PATCH", path, url=second.url, headers={"X-Own": "2"})
        happen(demo)
        assert first.received == []
        assert [(one.genuine, one.headers["x-own"]) for one in second.received] == [(True, "2")]


@pytest.mark.parametrize("url", ["https://10.0.0.1/", "ftp://example.com/"])
def test_a_url_that_cannot_be_used_changes_nothing(url: str, demo: Client) -> None:
    path = register(demo, "https://example.com/a")
    before = contents(demo.stack)
    assert demo("PATCH", path, json={"name": "ERP", "url": url}).status == 422
    assert contents(demo.stack) == before


def test_being_active_pauses_and_resumes(demo: Client) -> None:
    with listening() as receiver:
        path = register(demo, receiver)
        paused = done(demo, "PATCH", path, isActive=False, name="Off")
        assert (paused["isActive"], paused["pausedReason"], paused["name"]) == (False, "customer", "Off")
        happen(demo)
        assert receiver.received == []
        assert done(demo, "PATCH", path, isActive=True)["isActive"]
        demo.stack.settle()
        assert len(ids(receiver)) == 1


def test_an_empty_change_is_refused(demo: Client) -> None:
    path = register(demo, "https://example.com/a")
    assert demo("PATCH", path, json={}).status == 422


def test_another_workspaces_webhook_is_not_found_and_stays(demo: Client, other: Client) -> None:
    path = register(demo, "https://example.com/a")
    before = contents(demo.stack)
    assert other("PATCH", path, json={"url": "https://example.com/b"}).status == 404
    assert contents(demo.stack) == before


def test_the_phone_service_has_what_its_webhook_is_changed_to(demo: Client) -> None:
    first: dict[str, Any] = done(demo, "POST", CONFIGURE, webhookUrl="https://example.com/a")
    (one,) = done(demo, "GET", "/api/v1/webhooks")["webhooks"]
    done(demo, "PATCH", f"/api/v1/webhooks/{one['_id']}", url="https://example.com/b", events=["call.failed"])
    assert done(demo, "GET", CONFIGURE)["webhookUrl"] == "https://example.com/b"
    again = done(demo, "POST", CONFIGURE, webhookUrl="https://example.com/b")
    assert (first["webhookSecret"] is None, again["webhookSecret"]) == (False, None)
    (same,) = done(demo, "GET", "/api/v1/webhooks")["webhooks"]
    assert (same["_id"], same["events"]) == (one["_id"], ["call.failed"])
