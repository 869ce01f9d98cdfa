"""The table's stream, the queue, schedules and the clock, on the sample."""

from itertools import pairwise

import pytest

from infra.local.stack import Stack
from tests.integration.local.conftest import items


def put(stack: Stack, name: str, **body: object) -> None:
    assert stack.request("PUT", f"/items/{name}", json=body).status == 201


def test_a_write_goes_through_stream_and_queue_when_settled(stack: Stack) -> None:
    put(stack, "1")
    assert items(stack, "SEEN") == {}
    stack.settle()
    assert items(stack, "SEEN")["ITEM#1"]["times"] == "1"
    assert abs(float(str(items(stack, "SEEN")["ITEM#1"]["at"])) - stack.clock.now()) < 60


def test_the_streams_filter_keeps_other_items_away_from_the_function(stack: Stack) -> None:
    stack.client("dynamodb").put_item(
        TableName=stack.outputs["TableName"], Item={"pk": {"S": "OTHER"}, "sk": {"S": "x"}}
    )
    stack.settle()
    assert items(stack, "SEEN") == {}


def test_a_delayed_message_waits_for_the_clock_and_is_handled_at_its_own_instant(stack: Stack) -> None:
    before = stack.clock.now()
    put(stack, "late", delay=600)
    stack.settle()
    assert items(stack, "SEEN") == {}
    stack.advance(599)
    assert items(stack, "SEEN") == {}
    stack.advance(1000)
    at = float(str(items(stack, "SEEN")["ITEM#late"]["at"]))
    assert before + 600 <= at < before + 660


def test_a_refused_message_comes_back_after_its_visibility_and_is_buried_after_three_receives(stack: Stack) -> None:
    for way in ("raise", "item", "unknown"):
        put(stack, way, fail=way)
    stack.settle()
    stack.advance(59)
    assert stack.dead_letters() == {}
    stack.advance(130)
    buried = stack.dead_letters()["sample-Data-DeadLetters"]
    assert len(buried) == 3
    assert {message["receiveCount"] for message in buried} == {3}
    assert items(stack, "SEEN") == {}


def test_one_failed_message_of_a_batch_does_not_bring_back_the_others(stack: Stack) -> None:
    for name in ("a", "b", "c"):
        put(stack, name)
    put(stack, "bad", fail="item")
    stack.settle()
    stack.advance(300)
    assert {name: item["times"] for name, item in items(stack, "SEEN").items()} == {
        "ITEM#a": "1",
        "ITEM#b": "1",
        "ITEM#c": "1",
    }
    assert len(stack.dead_letters()["sample-Data-DeadLetters"]) == 1


@pytest.mark.parametrize("poison", ["record", "batch"])
def test_a_poisoned_stream_record_is_isolated_retried_and_reported(stack: Stack, poison: str) -> None:
    put(stack, "before")
    put(stack, "poisoned", poison=poison)
    put(stack, "after")
    stack.settle()
    assert set(items(stack, "SEEN")) == {"ITEM#before", "ITEM#after"}
    (letter,) = stack.dead_letters()["sample-Data-DeadLetters"]
    assert '"batchSize": 1' in letter["body"]
    assert '"RetryAttemptsExhausted"' in letter["body"]


def test_schedules_fire_at_every_tick_on_the_way(stack: Stack) -> None:
    stack.advance(59)
    assert items(stack, "TICKS") == {}
    stack.advance(5 * 60)
    ticks = items(stack, "TICKS")
    assert len(ticks) == 5
    times = [float(str(item["at"])) for item in ticks.values()]
    assert all(59 < later - earlier < 61 for earlier, later in pairwise(times))


def test_a_schedule_can_be_run_by_its_functions_name(stack: Stack) -> None:
    assert not stack.run_schedule("RunTick").failed
    assert len(items(stack, "TICKS")) == 1


def test_expired_items_go_with_a_record_of_the_services_own(stack: Stack) -> None:
    client, table = stack.client("dynamodb"), stack.outputs["TableName"]
    for name, expiry in (("soon", 3600), ("later", 7200)):
        at = {"N": str(int(stack.clock.now()) + expiry)}
        client.put_item(TableName=table, Item={"pk": {"S": "TTL"}, "sk": {"S": name}, "expiresAt": at})
    stack.advance(4000)
    assert set(items(stack, "TTL")) == {"later"}


def test_a_reset_forgets_everything_and_returns_to_real_time(stack: Stack) -> None:
    put(stack, "1")
    put(stack, "2", fail="raise")
    stack.settle()
    stack.advance(3600)
    stack.reset()
    assert stack.clock.offset == 0
    stack.advance(61)
    assert items(stack, "SEEN") == {}
    assert len(items(stack, "TICKS")) == 1
    assert stack.dead_letters() == {}


def test_a_new_file_reaches_its_function_once_settled(stack: Stack) -> None:
    stack.client("s3").put_object(Bucket=stack.outputs["InboxName"], Key="in/a b.txt", Body=b"x")
    assert items(stack, "FILES") == {}
    stack.settle()
    assert items(stack, "FILES")["in/a+b.txt"]["times"] == "1"


def test_a_removed_file_reaches_its_queue_if_the_filter_lets_it(stack: Stack) -> None:
    client, bucket = stack.client("s3"), stack.outputs["InboxName"]
    for key in ("in/a.txt", "in/a.wav", "out/a.txt"):
        client.delete_object(Bucket=bucket, Key=key)
    stack.settle()
    stack.advance(300)
    # The function that reads the queue knows no such message: it fails until the message is buried.
    (letter,) = stack.dead_letters()["sample-Data-DeadLetters"]
    assert '"ObjectRemoved:Delete"' in letter["body"]
    assert '"key": "in/a.txt"' in letter["body"]


def test_an_asynchronous_call_is_repeated_and_then_reported(stack: Stack) -> None:
    stack.client("s3").put_object(Bucket=stack.outputs["InboxName"], Key="poison", Body=b"x")
    stack.settle()
    assert items(stack, "FILES")["poison"]["times"] == "2"
    (letter,) = stack.dead_letters()["sample-Data-DeadLetters"]
    assert '"RetriesExhausted"' in letter["body"]
    assert '"errorType": "ValueError"' in letter["body"]
