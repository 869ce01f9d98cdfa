"""The ways of webhooks: registered, tried, failing, held, sent again, and removed."""

from typing import TYPE_CHECKING, Any

from infra.local.receiver import Receiver

if TYPE_CHECKING:
    from tests.architecture.journeys import Journeys


def go(journeys: "Journeys") -> dict[str, str]:
    """Every way once, for the demo workspace; what stands in events, by the placeholder for it."""
    receiver = Receiver()

    def done(method: str, path: str = "", headers: dict[str, str] | None = None, **body: Any) -> dict[str, Any]:
        content: dict[str, Any] = {"json": body} if body else {}
        answer = journeys.ask(journeys.demo, method, f"/api/v1/webhooks{path}", headers=headers or {}, **content)
        assert answer.status in (200, 201), answer.text
        data: dict[str, Any] = answer.json()["data"]
        return data

    made = done("POST", name="CRM", url=receiver.url, events=["customer.created"], retryPolicy={"maxRetries": 0})
    path = f"/{made['_id']}"
    assert done("GET", "?isActive=true&limit=1")["total"] >= 1
    done("GET", path)
    assert done("POST", f"{path}/test")["delivered"]
    receiver.statuses += [500, 500]
    for _ in range(2):
        _customer(journeys)
    journeys.stack.settle()
    failed = done("GET", f"{path}/logs?status=failed&event=customer.created")
    assert failed["total"] == 2
    log_id = failed["logs"][0]["_id"]
    assert done("GET", f"{path}/logs/{log_id}")["attempts"] == 1
    for _ in range(2):
        done("POST", f"{path}/logs/{log_id}/replay", {"idempotency-key": "replayed"})
    journeys.stack.settle()
    for _ in range(2):
        assert done("POST", f"{path}/replay", {"idempotency-key": "range"}, startDate="2024-01-01")["replayed"] == 1
    journeys.stack.settle()
    done("POST", f"{path}/rotate-secret")
    for resume in (("POST", f"{path}/resume", {}), ("PATCH", path, {"isActive": True})):
        done("POST", f"{path}/pause")
        _customer(journeys)
        journeys.stack.settle()
        done(resume[0], resume[1], **resume[2])
        journeys.stack.settle()
    done("PUT", path, name="ERP")
    journeys.stack.advance(90)
    assert done("GET", f"{path}/logs?status=success&limit=50")["total"] == 5
    done("DELETE", path)
    receiver.stop()
    return {"<webhook_id>": made["_id"], "<log_id>": log_id}


def _customer(journeys: "Journeys") -> None:
    body = {"profile": {"firstName": "Ada"}}
    assert journeys.ask(journeys.demo, "POST", "/api/v1/customers", json=body).status == 201
