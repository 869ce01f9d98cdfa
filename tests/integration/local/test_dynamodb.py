"""DynamoDB as the service is, where an easier one would do for tests and fail in production."""

import threading
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.local import engine
from infra.local.stack import Stack
from tests.integration.local.items import KEY, Items, refused


@pytest.fixture
def items(stack: Stack) -> Items:
    return Items(stack)


def test_a_cancelled_transaction_leaves_items_and_stream_as_they_were(items: Items) -> None:
    items.put(n={"N": "1"})
    changes = items.changes()
    with pytest.raises(items.client.exceptions.TransactionCanceledException) as raised:
        items.write(
            {"Update": {"Key": KEY, "UpdateExpression": "SET n = :n", "ExpressionAttributeValues": {":n": {"N": "2"}}}},
            {"Put": {"Item": {"pk": {"S": "B"}, "sk": {"S": "1"}}}},
            {"Delete": {"Key": {"pk": {"S": "C"}, "sk": {"S": "1"}}, "ConditionExpression": "attribute_exists(pk)"}},
        )
    reasons = [reason["Code"] for reason in raised.value.response["CancellationReasons"]]
    assert reasons == ["None", "None", "ConditionalCheckFailed"]
    assert items.get()["n"] == {"N": "1"}
    assert items.get("B") is None
    assert items.changes() == changes


def test_a_client_request_token_makes_a_transaction_happen_once(items: Items, stack: Stack) -> None:
    add = {"Key": KEY, "UpdateExpression": "ADD n :n", "ExpressionAttributeValues": {":n": {"N": "1"}}}
    for _ in range(3):
        items.write({"Update": add}, ClientRequestToken="token")
    assert items.get()["n"] == {"N": "1"}
    other = {**add, "ExpressionAttributeValues": {":n": {"N": "2"}}}
    refused(items.write, {"Update": other}, ClientRequestToken="token", code="IdempotentParameterMismatchException")
    stack.clock.move_to(stack.clock.now() + 601)
    items.write({"Update": add}, ClientRequestToken="token")
    assert items.get()["n"] == {"N": "2"}


def test_concurrent_transactions_end_in_success_or_a_named_refusal(items: Items) -> None:
    items.put(stock={"N": "10"})
    take = {
        "Key": KEY,
        "UpdateExpression": "SET stock = stock - :one",
        "ConditionExpression": "stock >= :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}},
    }
    outcomes: list[str] = []

    def buy(buyer: int) -> None:
        for number in range(5):
            sold = {"Put": {"Item": {"pk": {"S": "SOLD"}, "sk": {"S": f"{buyer}-{number}"}}}}
            try:
                items.write({"Update": take}, sold)
                outcomes.append("sold")
            except ClientError as error:
                outcomes.append(error.response["Error"]["Code"])

    threads = [threading.Thread(target=buy, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["TransactionCanceledException"] * 20 + ["sold"] * 10
    assert items.get()["stock"] == {"N": "0"}


def test_an_update_that_is_wrong_for_the_item_cancels_its_transaction(items: Items) -> None:
    items.put(n={"S": "one"})
    add = {"Key": KEY, "UpdateExpression": "ADD n :n", "ExpressionAttributeValues": {":n": {"N": "1"}}}
    with pytest.raises(items.client.exceptions.TransactionCanceledException) as raised:
        items.write({"Put": {"Item": {"pk": {"S": "B"}, "sk": {"S": "1"}}}}, {"Update": add})
    reasons = raised.value.response["CancellationReasons"]
    assert [reason["Code"] for reason in reasons] == ["None", "ValidationError"]
    assert "incorrect data type" in reasons[1]["Message"]
    assert items.get("B") is None


def test_an_upsert_is_one_insert_in_the_stream_and_an_empty_change_none(items: Items) -> None:
    for value in ("1", "1", "2"):
        items("update_item", Key=KEY, UpdateExpression="SET n = :n", ExpressionAttributeValues={":n": {"N": value}})
    items.put(n={"N": "2"})
    assert items.changes() == ["INSERT", "MODIFY"]


def test_a_failed_update_leaves_no_item_behind(items: Items) -> None:
    big = {":b": {"S": "x" * 410_000}}
    refused(items, "update_item", Key=KEY, UpdateExpression="SET b = :b", ExpressionAttributeValues=big)
    assert items.get() is None
    assert items.changes() == []


@pytest.mark.parametrize(
    ("given", "kept"), [("1.50", "1.5"), ("1E+2", "100"), ("-0", "0"), ("007", "7"), ("12", "12"), ("1" * 38, "1" * 38)]
)
def test_numbers_come_back_as_the_service_writes_them(items: Items, given: str, kept: str) -> None:
    items.put(n={"N": given}, s={"NS": [given]}, d={"M": {"n": {"N": given}}})
    found = items.get()
    assert (found["n"], found["s"], found["d"]) == ({"N": kept}, {"NS": [kept]}, {"M": {"n": {"N": kept}}})


def test_a_page_as_long_as_the_limit_says_that_there_may_be_more(items: Items) -> None:
    for number in range(4):
        items.put(sk=str(number), gsi1pk={"S": "G"}, gsi1sk={"N": str(number)}, even={"BOOL": number % 2 == 0})
    asked = {"KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": {":pk": {"S": "A"}}}
    whole = items("query", Limit=4, **asked)
    assert len(whole["Items"]) == 4
    assert whole["LastEvaluatedKey"] == {"pk": {"S": "A"}, "sk": {"S": "3"}}
    rest = items("query", Limit=4, ExclusiveStartKey=whole["LastEvaluatedKey"], **asked)
    assert rest["Items"] == []
    assert "LastEvaluatedKey" not in rest
    assert "LastEvaluatedKey" not in items("query", Limit=5, **asked)
    values = {":pk": {"S": "G"}, ":yes": {"BOOL": True}}
    filtered = items(
        "query",
        IndexName="gsi1",
        Limit=3,
        KeyConditionExpression="gsi1pk = :pk",
        FilterExpression="even = :yes",
        ProjectionExpression="sk",
        ExpressionAttributeValues=values,
        ScanIndexForward=False,
    )
    assert filtered["Items"] == [{"sk": {"S": "2"}}]
    assert (filtered["Count"], filtered["ScannedCount"]) == (1, 3)
    assert filtered["LastEvaluatedKey"] == {
        "pk": {"S": "A"},
        "sk": {"S": "1"},
        "gsi1pk": {"S": "G"},
        "gsi1sk": {"N": "1"},
    }


def test_a_page_ends_after_a_megabyte_of_what_was_looked_at(items: Items) -> None:
    for number in range(6):
        items.put(sk=str(number), big={"S": "x" * 350_000}, even={"BOOL": number % 2 == 0})
    asked = {
        "KeyConditionExpression": "pk = :pk",
        "FilterExpression": "even = :yes",
        "ExpressionAttributeValues": {":pk": {"S": "A"}, ":yes": {"BOOL": True}},
    }
    first = items("query", Select="COUNT", **asked)
    assert (first["Count"], first["ScannedCount"]) == (2, 3)
    assert first["LastEvaluatedKey"]["sk"] == {"S": "2"}
    pages = list(items.client.get_paginator("scan").paginate(TableName=items.name, ProjectionExpression="sk"))
    assert [[item["sk"]["S"] for item in page["Items"]] for page in pages] == [["0", "1", "2"], ["3", "4", "5"], []]


@pytest.mark.parametrize("how", ["begins_with(sk, :a)", "sk >= :a", "sk > :a", "sk = :a", "sk < :a", "sk <= :a"])
def test_a_query_lets_through_what_a_filter_would(items: Items, how: str) -> None:
    keys = ["", "a", "aa", "aé", "a\U0010ffff", "b", "ba", "é"]
    for key in keys[1:]:
        items.put(sk=key, text={"S": key})
    for bound in keys[1:]:
        asked = {":pk": {"S": "A"}, ":a": {"S": bound}}
        found = items("query", KeyConditionExpression=f"pk = :pk AND {how}", ExpressionAttributeValues=asked)
        filtered = items(
            "query",
            KeyConditionExpression="pk = :pk",
            FilterExpression=how.replace("sk", "#t"),
            ExpressionAttributeNames={"#t": "text"},
            ExpressionAttributeValues=asked,
        )
        assert found["Items"] == filtered["Items"], bound
        backwards = items(
            "query",
            KeyConditionExpression=f"pk = :pk AND {how}",
            ExpressionAttributeValues=asked,
            ScanIndexForward=False,
        )
        assert backwards["Items"] == found["Items"][::-1]


def test_pages_one_after_the_other_are_the_whole_in_both_directions_of_table_and_index(items: Items) -> None:
    for number in range(7):
        items.put(sk=str(number), gsi1pk={"S": "G"}, gsi1sk={"N": str(number // 2)})
    for asked in (
        {"KeyConditionExpression": "pk = :k", "ExpressionAttributeValues": {":k": {"S": "A"}}},
        {
            "KeyConditionExpression": "gsi1pk = :k",
            "ExpressionAttributeValues": {":k": {"S": "G"}},
            "IndexName": "gsi1",
        },
    ):
        for forward in (True, False):
            whole = items("query", ScanIndexForward=forward, **asked)["Items"]
            assert len(whole) == 7
            paginator = items.client.get_paginator("query")
            pages = paginator.paginate(TableName=items.name, Limit=2, ScanIndexForward=forward, **asked)
            assert [item for page in pages for item in page["Items"]] == whole


def test_pages_go_on_where_they_ended_though_the_item_there_is_gone(items: Items) -> None:
    for pk in ("B", "A"):
        for number in range(3):
            items.put(pk=pk, sk=str(number))
    first = items("scan", Limit=2)
    last = first["LastEvaluatedKey"]
    items("delete_item", Key=last)
    rest = items("scan", ExclusiveStartKey=last)["Items"]
    assert [(item["pk"]["S"], item["sk"]["S"]) for item in first["Items"] + rest] == [
        (pk, sk) for pk in "AB" for sk in "012"
    ]
    asked = {"KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": {":pk": {"S": "A"}}}
    assert [item["sk"]["S"] for item in items("query", ExclusiveStartKey=last, **asked)["Items"]] == ["2"]


def test_a_query_finds_its_own_partition_in_order(items: Items) -> None:
    for pk in ("A", "B"):
        for sk in ("c", "a", "b"):
            items.put(pk, sk)
    found = items(
        "query",
        KeyConditionExpression="pk = :pk AND sk > :a",
        ExpressionAttributeValues={":pk": {"S": "B"}, ":a": {"S": "a"}},
    )
    assert [item["sk"]["S"] for item in found["Items"]] == ["b", "c"]
    assert {item["pk"]["S"] for item in found["Items"]} == {"B"}


def test_a_filter_on_an_index_may_look_at_the_tables_own_keys(items: Items) -> None:
    items.put(gsi1pk={"S": "G"}, gsi1sk={"N": "1"})
    found = items(
        "query",
        IndexName="gsi1",
        KeyConditionExpression="gsi1pk = :g",
        FilterExpression="sk = :one",
        ExpressionAttributeValues={":g": {"S": "G"}, ":one": {"S": "1"}},
    )
    assert found["Count"] == 1


def test_a_batch_takes_25_writes(items: Items) -> None:
    def batch(size: int) -> Any:
        puts = [{"PutRequest": {"Item": {"pk": {"S": "A"}, "sk": {"S": str(n)}}}} for n in range(size)]
        return items.client.batch_write_item(RequestItems={items.name: puts})

    assert "length less than or equal to 25" in refused(batch, 26)
    assert items.get("A", "0") is None
    batch(25)
    assert items.get("A", "24") is not None


def test_a_transaction_takes_100_writes_and_each_item_once(items: Items) -> None:
    puts = [{"Put": {"Item": {"pk": {"S": "A"}, "sk": {"S": str(n)}}}} for n in range(101)]
    assert "length less than or equal to 100" in refused(items.write, *puts)
    twice = [{"Put": {"Item": KEY}}, {"ConditionCheck": {"Key": KEY, "ConditionExpression": "attribute_exists(pk)"}}]
    assert "multiple operations on one item" in refused(items.write, *twice)
    items.write(*puts[:100])
    assert items.get("A", "99") is not None


def test_queues_refuse_what_the_service_refuses(stack: Stack) -> None:
    client, url = stack.client("sqs"), stack.outputs["QueueUrl"]
    refused(client.send_message, QueueUrl=url, MessageBody="x", DelaySeconds=901, code="InvalidParameterValue")
    refused(client.send_message, QueueUrl=url, MessageBody="x" * (2**20 + 1), code="InvalidParameterValue")
    eleven = [{"Id": str(n), "MessageBody": "x"} for n in range(11)]
    code = "AWS.SimpleQueueService.TooManyEntriesInBatchRequest"
    refused(client.send_message_batch, QueueUrl=url, Entries=eleven, code=code)
    large = [{"Id": str(n), "MessageBody": "x" * 600_000} for n in range(2)]
    code = "AWS.SimpleQueueService.BatchRequestTooLong"
    refused(client.send_message_batch, QueueUrl=url, Entries=large, code=code)
    assert engine.messages(engine.queue(stack.deployment.region, "sample-Data-Queue")) == []
    client.send_message(QueueUrl=url, MessageBody="x" * 2**20, DelaySeconds=900)


def test_delays_and_visibility_follow_the_platforms_clock(stack: Stack) -> None:
    client, url = stack.client("sqs"), stack.outputs["QueueUrl"]
    client.send_message(QueueUrl=url, MessageBody="x", DelaySeconds=900)
    assert "Messages" not in client.receive_message(QueueUrl=url)
    stack.clock.move_to(stack.clock.now() + 901)
    assert len(client.receive_message(QueueUrl=url, VisibilityTimeout=600)["Messages"]) == 1
    assert "Messages" not in client.receive_message(QueueUrl=url)
    stack.clock.move_to(stack.clock.now() + 601)
    assert len(client.receive_message(QueueUrl=url)["Messages"]) == 1
