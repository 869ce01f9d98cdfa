"""The way of API keys: made, used, replaced by hand and by the calendar, ended. Part of the journeys."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.architecture.journeys import Journeys

DAY = 86400


def go(journeys: "Journeys", headers: dict[str, str]) -> None:
    """Every way once, for the demo workspace's owner."""

    def done(method: str, path: str, **content: Any) -> Any:
        answer = journeys.stack.request(method, path, headers=headers, **content)
        assert answer.status in (200, 201), answer.text
        return answer.json()["data"]

    ours, theirs = "/api/tenant/api-keys", "/api/v1/api-keys"
    made = done("POST", ours, json={"name": "ci", "permissions": ["read:analytics"]})
    path = f"{ours}/{made['_id']}"
    journeys.stack.request("GET", "/api/v1/customers", headers={"x-api-key": made["key"]})
    done("GET", path)
    done("PATCH", path, json={"name": "ci 2"})
    done("PUT", path, json={"rotationPolicy": {"intervalDays": 30}})
    assert done("GET", f"{path}/usage")["totalRequests"] == 1
    done("POST", f"{path}/rotate")
    done("POST", f"{path}/revoke")
    done("DELETE", path)
    agents = done("POST", theirs, json={"name": "bot"})
    done("GET", f"{theirs}/{agents['id']}")
    done("POST", f"{theirs}/{agents['id']}/regenerate", json={"overlap_hours": 1})
    done("DELETE", f"{theirs}/{agents['id']}")
    done("POST", ours, json={"name": "old", "permissions": ["read:calls"], "rotationPolicy": {"intervalDays": 30}})
    assert len(done("GET", theirs)) == done("GET", ours)["total"] == 4
    for name in ("usage", "usage/history", "performance"):
        assert journeys.ask(journeys.demo, "GET", f"/api/v1/analytics/{name}").status == 200


def grow_old(journeys: "Journeys") -> None:
    """Time goes by, which ends every session, and the schedule looks at the secrets."""
    journeys.stack.clock.move_to(journeys.stack.clock.now() + 24 * DAY)
    journeys.stack.run_schedule("WorkersRunKeyRotation")
    journeys.stack.settle()
