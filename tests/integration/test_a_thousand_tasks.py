"""A thousand tasks that are due in the same minute: each is hinted at once, in time, and executed once, however often
its hint comes."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from infra.local.stack import Stack
from infra.local.workspaces import operating
from tandem.aws import table
from tandem.ids import new_id
from tandem.tasks import store
from tandem.tasks.models import Task
from tests.integration.assistants import make_agent
from tests.integration.conftest import Client
from tests.integration.doors import leap
from tests.integration.test_never_dials_twice import dials

TASKS = 1000
EXECUTED = 200
"""Each takes its time; the others would be executed alike."""


def test_a_thousand_tasks_due_in_a_minute_are_hinted_at_and_executed_once_each(demo: Client) -> None:
    now = datetime.fromtimestamp(demo.stack.clock.now(), UTC)
    agent_id = make_agent(demo)["id"]
    with operating(demo.stack):
        for number in range(TASKS):
            due = now + timedelta(seconds=60 + number % 60)
            task = Task(demo.workspace.tenant_id, new_id(), agent_id, "Call", "+15005550001", now, now)
            table.transact(store.insertion(replace(task, scheduled_at=due, priority=number % 7)))
    leap(demo.stack, 60)
    assert demo.stack.run_schedule("WorkersRunDueTasks").error is None
    leap(demo.stack, 60)
    records = [record for batch in hints(demo.stack) for record in batch]
    assert len({record["body"] for record in records}) == len(records) == TASKS
    for number in range(0, EXECUTED, 10):
        for _ in range(2 if number % 100 == 0 else 1):  # a queue may bring a message again
            outcome = demo.stack.invoke("WorkersOnTaskDue", {"Records": records[number : number + 10]})
            assert outcome.payload == {"batchItemFailures": []}
    tasks = demo.items("TASK#")
    assert Counter(item["status"] for item in tasks) == {"in_progress": EXECUTED, "pending": TASKS - EXECUTED}
    executed = {item["task_id"]: item["call_id"] for item in tasks if item["status"] == "in_progress"}
    calls = demo.items("CALL#")
    assert {call["task_id"]: call["call_id"] for call in calls} == executed
    assert len(calls) == EXECUTED
    assert Counter(dials(demo.stack).values()) == {1: EXECUTED}
    assert sum(item.get("status=in_progress", 0) for item in demo.items("COUNT#TASK#")) == EXECUTED


def hints(stack: Stack) -> Iterator[list[dict[str, Any]]]:
    """What the queue of tasks holds, ten messages at a time, as a worker is given them."""
    url = next(found["TASK_QUEUE_URL"] for one in stack.functions.values() if (found := stack.variables(one)))
    sqs = stack.client("sqs")
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        yield [
            {
                "messageId": message["MessageId"],
                "receiptHandle": message["ReceiptHandle"],
                "body": message["Body"],
                "attributes": {"ApproximateReceiveCount": "1"},
                "eventSourceARN": "arn:aws:sqs:eu-west-1:123456789012:tasks",
            }
            for message in messages
        ]
        for message in messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
