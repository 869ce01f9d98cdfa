"""GET /api/v1/webhooks."""

from tests.integration.conftest import Client
from tests.integration.doors import listening
from tests.integration.platform.hooks import FIELDS, PATH, done, register


def test_a_workspace_without_webhooks_has_an_empty_page(demo: Client) -> None:
    assert done(demo, "GET", PATH) == {"webhooks": [], "total": 0, "page": 1, "limit": 20, "totalPages": 0}


def test_webhooks_are_listed_newest_first_page_by_page_and_without_secrets(demo: Client, other: Client) -> None:
    made = []
    for number in range(5):
        made.insert(0, register(demo, f"https://example.com/{number}").rpartition("/")[2])
        demo.stack.advance(1)
    register(other, "https://example.com/other")
    answer = demo("GET", f"{PATH}?limit=2&page=2")
    data = answer.json()["data"]
    assert [each["_id"] for each in data["webhooks"]] == made[2:4]
    assert {name: data[name] for name in ("total", "page", "limit", "totalPages")} == {
        "total": 5, "page": 2, "limit": 2, "totalPages": 3,
    }  # fmt: skip
    assert set(data["webhooks"][0]) == FIELDS
    assert "whsec_" not in answer.text
    assert done(demo, "GET", f"{PATH}?page=4&limit=2")["webhooks"] == []


def test_active_and_paused_ones_can_be_told_apart(demo: Client) -> None:
    active, paused = register(demo, "https://example.com/a"), register(demo, "https://example.com/b")
    done(demo, "POST", f"{paused}/pause")
    for query, path in (("true", active), ("false", paused)):
        (one,) = done(demo, "GET", f"{PATH}?isActive={query}")["webhooks"]
        assert f"{PATH}/{one['_id']}" == path
    assert demo("GET", f"{PATH}?isActive=maybe").status == 422


def test_the_phone_services_webhook_is_one_of_them(demo: Client) -> None:
    with listening() as receiver:
        done(demo, "POST", "/api/telephony/configure", webhookUrl=receiver.url)
        (one,) = done(demo, "GET", PATH)["webhooks"]
        assert (one["url"], one["source"]) == (receiver.url, "phone_service")
        assert "call.recording.available" in one["events"]
