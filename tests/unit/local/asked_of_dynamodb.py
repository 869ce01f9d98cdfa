"""What is asked of two DynamoDBs, one thing after the other, to see whether they agree."""

from typing import Any

KEY = {"pk": {"S": "A"}, "sk": {"S": "1"}}
EVERY_TYPE = {
    "txt": {"S": "é"},
    "empty": {"S": ""},
    "number": {"N": "-1.5"},
    "bytes": {"B": b"\x00\xff"},
    "texts": {"SS": ["b", "a"]},
    "numbers": {"NS": ["1", "2"]},
    "parts": {"BS": [b"\x01", b"\x02"]},
    "flag": {"BOOL": False},
    "nothing": {"NULL": True},
    "things": {"L": [{"S": "x"}, {"M": {"n": {"N": "3"}, "deep": {"L": [{"B": b"z"}]}}}, {"L": []}]},
    "tree": {"M": {"ü": {"S": "y"}, "nil": {"M": {}}, "set": {"SS": ["q"]}}},
}
ONE, TEXT = {":one": {"N": "1"}}, {":text": {"S": "t"}}


def update(expression: str, values: Any = None, condition: str = "", names: Any = None, **more: Any) -> Any:
    given = {"ExpressionAttributeValues": values, "ConditionExpression": condition, "ExpressionAttributeNames": names}
    asked = {"Key": KEY, "UpdateExpression": expression, "ReturnValues": "ALL_NEW", **more}
    return "update_item", asked | {name: value for name, value in given.items() if value}


def query(**more: Any) -> Any:
    values = {":pk": {"S": "A"}, **more.pop("values", {})}
    return "query", {"KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": values, **more}


ASKED: list[tuple[str, dict[str, Any]]] = [
    ("put_item", {"Item": {**KEY, **EVERY_TYPE}}),
    ("get_item", {"Key": KEY}),
    ("get_item", {"Key": {**KEY, "sk": {"S": "none"}}}),
    update("SET a = :one, #b = if_not_exists(#b, :one) + :one", ONE, names={"#b": "number"}),
    update("SET #b = #b - :one REMOVE flag, things[0]", ONE, names={"#b": "number"}, ReturnValues="UPDATED_NEW"),
    update("SET things = list_append(things, :more), tree.extra = :text", {":more": {"L": [{"N": "9"}]}, **TEXT}),
    update("SET things[7] = :text", TEXT),
    update("ADD numbers :set, fresh :one, texts :new DELETE parts :part", {
        ":set": {"NS": ["3"]}, ":new": {"SS": ["c"]}, ":part": {"BS": [b"\x01"]}, **ONE,
    }),
    update("SET tree.nil.x.y = :one", ONE),
    update("SET lost = absent", None),
    update("SET a = :one, a = :one", ONE),
    update("SET a = :one SET b = :one", ONE),
    update("SET a = :none", ONE),
    update("SET #n = :one", ONE),
    update("SET sk = :text", TEXT),
    update("SET size = :one", ONE),
    update("SET a = ", ONE),
    update("SET a = txt + :one", ONE),
    update("ADD txt :one", ONE),
    update("SET gs = :one", ONE),
    update("SET gs = :empty", {":empty": {"S": ""}}),
    update("SET big = :big", {":big": {"S": "x" * 420_000}}),
    update("SET a = :two", {":two": {"N": "2"}}, "a = :one AND attribute_exists(#t)", names={"#t": "txt"}),
    update("SET a = :two", {":two": {"N": "2"}, **ONE}, "a = :one AND attribute_exists(#t)", names={"#t": "txt"}),
    update("SET a = :two", {":two": {"N": "2"}, **ONE}, "a = :one", ReturnValuesOnConditionCheckFailure="ALL_OLD"),
    update("SET a = :two", {":two": {"N": "2"}}, "attribute_not_exists(pk)"),
    update("REMOVE tree.extra, things[1], things[0]", ReturnValues="UPDATED_OLD"),
    update("ADD counted :one SET gs = :text", {**ONE, **TEXT}, Key={**KEY, "sk": {"S": "2"}}),
    update("SET gs = :text", TEXT, Key={**KEY, "sk": {"S": "é3"}}),
    ("put_item", {"Item": {**KEY, "sk": {"S": "9"}, "big": {"S": "é" * 202_400}}}),
    ("put_item", {"Item": {**KEY, "big": {"L": [{"S": "x" * 1000}] * 420}}}),
    ("put_item", {"Item": KEY, "ConditionExpression": "attribute_not_exists(pk)"}),
    ("put_item", {"Item": {**KEY, "sk": {"N": "1"}}}),
    query(),
    query(ScanIndexForward=False, Limit=2),
    query(ExclusiveStartKey={**KEY, "sk": {"S": "1"}}),
    query(FilterExpression="counted = :one", values=ONE),
    query(ProjectionExpression="sk, tree.nil, things[0]"),
    query(KeyConditionExpression="pk = :pk AND begins_with(sk, :text)", values={":text": {"S": "é"}}),
    query(KeyConditionExpression="pk = :pk AND sk BETWEEN :a AND :b", values={":a": {"S": "1"}, ":b": {"S": "2"}}),
    query(IndexName="index", KeyConditionExpression="gs = :pk", values={":pk": {"S": "t"}}),
    ("delete_item", {"Key": KEY, "ReturnValues": "ALL_OLD"}),
    ("scan", {}),
]  # fmt: skip


def _holds(condition: str, **values: Any) -> tuple[str, dict[str, Any]]:
    """Whether a condition holds of an item that has one of everything."""
    given = {f":{name}": value for name, value in values.items()} | {":pk": {"S": "B"}}
    names = {f"#{name}": name for name in EVERY_TYPE if f"#{name}" in condition}
    asked = {"KeyConditionExpression": "pk = :pk", "FilterExpression": condition, "ExpressionAttributeValues": given}
    return "query", {**asked, "Select": "COUNT", **({"ExpressionAttributeNames": names} if names else {})}


ASKED += [
    ("put_item", {"Item": {"pk": {"S": "B"}, "sk": {"S": "1"}, **EVERY_TYPE}}),
    _holds("txt = :a OR empty = :b AND NOT flag = :c", a={"S": "x"}, b={"S": ""}, c={"BOOL": False}),
    _holds("(txt = :a OR empty = :b) AND NOT flag = :c", a={"S": "é"}, b={"S": ""}, c={"BOOL": True}),
    _holds("not txt <> :a and attribute_exists(tree.#nothing)", a={"S": "é"}),
    _holds("#number = :a", a={"N": "-1.50"}),
    _holds("#number BETWEEN :a AND :b", a={"N": "-2"}, b={"N": "-1"}),
    _holds("#number > :a", a={"N": "-1.6"}),
    _holds("#number >= :a", a={"S": "-1.6"}),
    _holds("absent < :a", a={"N": "1"}),
    _holds("absent = :a", a={"NULL": True}),
    _holds("absent <> :a", a={"NULL": True}),
    _holds("txt IN (:a, :b)", a={"S": "e"}, b={"S": "é"}),
    _holds("txt IN (:a, empty)", a={"S": "e"}),
    _holds("attribute_type(things, :a)", a={"S": "L"}),
    _holds("attribute_type(things, :a)", a={"S": "M"}),
    _holds("begins_with(txt, :a)", a={"S": ""}),
    _holds("begins_with(#number, :a)", a={"S": "-"}),
    _holds("contains(texts, :a)", a={"S": "a"}),
    _holds("contains(numbers, :a)", a={"N": "2.0"}),
    _holds("contains(things, :a)", a={"S": "x"}),
    _holds("contains(txt, :a)", a={"S": "é"}),
    _holds("contains(txt, :a)", a={"S": "z"}),
    _holds("size(things) = :a AND size(tree) = :a AND size(txt) = :b", a={"N": "3"}, b={"N": "1"}),
    _holds("size(texts) >= :a", a={"N": "2"}),
    _holds("size(absent) >= :a", a={"N": "0"}),
    _holds("texts = :a", a={"SS": ["a", "b"]}),
    _holds("tree.deeper.still = :a", a={"S": "a"}),
    _holds("things[1].n = :a", a={"N": "3"}),
    _holds("things[9] = :a", a={"N": "3"}),
    _holds("things[1].deep = :a", a={"L": [{"B": b"z"}]}),
    _holds("txt = :a AND", a={"S": "x"}),
    _holds("txt : :a", a={"S": "x"}),
    _holds("wrong(txt, :a)", a={"S": "x"}),
    _holds("begins_with(txt)"),
    _holds("attribute_exists(:a)", a={"S": "x"}),
    _holds("txt = :a txt", a={"S": "x"}),
    _holds("pk = :pk"),
]
