"""GET /api/v1/health."""

from infra.local.stack import Stack


def test_it_answers_without_asking_anything_behind_it(stack: Stack) -> None:
    with stack.count_requests() as counted:
        response = stack.request("GET", "/api/v1/health")
    assert (response.status, response.json()) == (200, {"status": "ok"})
    assert response.header("cache-control") == "no-store"
    assert counted.total() == 0
