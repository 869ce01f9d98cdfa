"""Many writers at once: nothing is lost, counted twice, or found by what it no longer is."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from infra.local.gateway import Response
from infra.local.workspaces import operating
from tandem import postings
from tandem.aws import table
from tandem.ids import new_id
from tests.integration.conftest import Client
from tests.integration.platform.people import make_conversation, make_customer, say, told

T = TypeVar("T")


def at_once(do: Callable[[int], T], times: int = 6) -> list[T]:
    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(do, range(times)))


def total(client: Client, path: str) -> int:
    found: int = client("GET", f"/api/v1/{path}").json()["pagination"]["total"]
    return found


def test_of_many_customers_with_one_telephone_one_is_made(demo: Client) -> None:
    body = {"profile": {"phone": "+2348012345678"}}
    answers = at_once(lambda _: demo("POST", "/api/v1/customers", json=body))
    assert Counter(answer.status for answer in answers) == {201: 1, 409: 5}
    (made,) = [answer.json()["data"]["_id"] for answer in answers if answer.status == 201]
    named = {answer.json()["error"]["details"]["customerId"] for answer in answers if answer.status == 409}
    assert named == {made}
    assert total(demo, "customers") == 1


def test_every_change_of_one_customer_counts(demo: Client) -> None:
    made = make_customer(demo)

    def change(number: int) -> Response:
        fields = {"customFields": {f"f{number}": number}, "status": "inactive" if number % 2 else "active"}
        return demo("PATCH", f"/api/v1/customers/{made['_id']}", json=fields)

    answers = at_once(change)
    assert {answer.status for answer in answers} <= {200, 503}
    done = {f"f{number}": number for number, answer in enumerate(answers) if answer.status == 200}
    after = demo("GET", f"/api/v1/customers/{made['_id']}").json()["data"]
    assert after["customFields"] == done
    assert len(done) >= 1
    assert total(demo, f"customers?status={after['status']}") == 1
    assert total(demo, "customers?search=ada&status=active") + total(demo, "customers?search=ada&status=inactive") == 1


def test_messages_at_once_are_all_there_and_counted(demo: Client) -> None:
    made = make_conversation(demo)
    path = f"/api/v1/conversations/{made['_id']}/messages"
    answers = at_once(lambda number: demo("POST", path, json={"text": str(number), "direction": "inbound"}))
    assert {answer.status for answer in answers} <= {201, 503}
    said = {answer.json()["data"]["_id"] for answer in answers if answer.status == 201}
    listed = demo("GET", path).json()
    assert {message["_id"] for message in listed["data"]} == said
    assert listed["pagination"]["total"] == len(said)
    assert Counter(name for name, _ in told(demo, made["_id"]))["message.received"] == len(said)


def test_a_message_and_the_removal_of_its_conversation_leave_no_message_behind(demo: Client) -> None:
    for _ in range(3):
        made = make_conversation(demo)
        path = f"/api/v1/conversations/{made['_id']}"
        say(demo, made["_id"])
        answers = at_once(
            lambda number, path=path: (  # type: ignore[misc]
                demo("DELETE", path) if number == 1 else demo("POST", f"{path}/messages", json={"text": "Hello"})
            ),
            4,
        )
        assert answers[1].status in (200, 503)
        if answers[1].status == 200:
            assert demo.items(f"MESSAGE#{made['_id']}") == []


def test_beyond_what_is_looked_up_one_by_one_the_answer_is_the_same(demo: Client) -> None:
    tenant_id, ids = demo.workspace.tenant_id, [new_id() for _ in range(205)]
    with operating(demo.stack):
        for number, record_id in enumerate(ids):
            terms = {"tag=x", f"status={'odd' if number % 2 else 'even'}"} | ({"tag=few"} if number < 150 else set())
            table.transact(postings.writes(tenant_id, "THING", record_id, frozenset(), terms))
        many = postings.page(tenant_id, "THING", ["tag=x", "status=odd"], offset=0, limit=3)
        few = postings.page(tenant_id, "THING", ["tag=few", "status=odd"], offset=70, limit=100)
        either = postings.page(tenant_id, "THING", ["status=even"], ["tag=f"], offset=0, limit=1)
        nothing = postings.page(tenant_id, "THING", ["tag=none", "status=odd"], ["tag=x"], offset=0, limit=1)
    newest = sorted(ids[1::2], reverse=True)
    assert many == (newest[:3], 102)
    assert few == (sorted(ids[1:150:2], reverse=True)[70:], 75)
    assert (either[1], nothing) == (75, ([], 0))
