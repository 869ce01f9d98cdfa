"""Input of every wrong kind, on every endpoint: the family's error, nothing stored, never a fault of ours."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infra.local.gateway import Response
from tests.integration.conftest import Client
from tests.integration.doors import (
    ANALYTICS_DOORS,
    CONFIGURE,
    CREATE_AGENT,
    CREATE_CONVERSATION,
    CREATE_CUSTOMER,
    CREATE_MENU,
    CREATE_MESSAGE,
    CREATE_TASK,
    CREATE_WEBHOOK,
    DOORS,
    HISTORY,
    PLACE,
    REPLAY,
    SPOKEN,
    TRY_MENU,
    UNKNOWN_CALL,
    UPDATE_AGENT,
    UPDATE_CONVERSATION,
    UPDATE_CUSTOMER,
    UPDATE_MENU,
    UPDATE_TASK,
    UPDATE_WEBHOOK,
    Door,
    contents,
)
from tests.integration.platform.hooks import register
from tests.integration.wrong_fields import FIELDS

WITH_BODY = [
    PLACE,
    CONFIGURE,
    CREATE_CUSTOMER,
    UPDATE_CUSTOMER,
    CREATE_CONVERSATION,
    UPDATE_CONVERSATION,
    CREATE_MESSAGE,
    CREATE_MENU,
    UPDATE_MENU,
    TRY_MENU,
    CREATE_WEBHOOK,
    UPDATE_WEBHOOK,
    REPLAY,
    CREATE_AGENT,
    UPDATE_AGENT,
    CREATE_TASK,
    UPDATE_TASK,
]
every_body = pytest.mark.parametrize("door", WITH_BODY, ids=str)


def refused(response: Response, *statuses: int) -> dict[str, Any]:
    """The body of an error as telephony writes it. An error that is a sentence is told in that way, too."""
    body: dict[str, Any] = response.json()
    assert body["success"] is False
    if isinstance(body["error"], str):
        assert response.status == 400, response.text
        assert response.header("x-ratelimit-limit")
        code = body["details"].pop("code")
        return {"code": code, "error": {"code": code, "message": body["error"], "details": body["details"]}}
    assert response.status in (statuses or (400, 422)), response.text
    assert body["code"] == body["error"]["code"]
    assert set(body["error"]) >= {"code", "message", "details", "requestId", "timestamp"}
    assert response.header("x-ratelimit-limit")
    return body


UNREADABLE: dict[str, bytes] = {
    "not JSON": b"{",
    "not a number": b'{"customerPhone": "+15005550001", "agentId": "a", "customGreeting": NaN}',
    "two documents": b"{}{}",
    "XML": b"<a/>",
    "NUL": b"\x00",
    "invalid UTF-8": b'{"customerPhone": "\xff\xfe"}',
    "an overlong encoding": b'{"customerPhone": "\xc0\xaf"}',
    "an encoded surrogate": b'{"customerPhone": "\xed\xa0\x80"}',
    "UTF-16": '{"customerPhone": "+15005550001"}'.encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf{}",
    "unclosed text": b'{"customerPhone": "+1500',
    "deep arrays": b"[" * 100_000,
    "deep closed arrays": b"[" * 50_000 + b"]" * 50_000,
    "deep objects": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "a huge whole number": b'{"customerPhone": ' + b"9" * 5000 + b"}",
    "single quotes": b"{'customerPhone': '+15005550001'}",
    "a trailing comma": b'{"customerPhone": "+15005550001",}',
}


@every_body
def test_what_cannot_be_read_is_refused(door: Door, demo: Client) -> None:
    before = contents(demo.stack)
    for body in UNREADABLE.values():
        refused(demo(door.method, door.path, body=body, headers={"content-type": "application/json"}))
    assert contents(demo.stack) == before


OTHER_VALUES = {
    "null": "null",
    "true": "true",
    "a number": "1",
    "a fraction": "1.5",
    "NaN": "NaN",
    "infinity": "-Infinity",
    "a number too large": "1e999",
    "text": '"hello"',
    "an array": "[]",
    "an array with an object": '[{"customerPhone": "+15005550001", "agentId": "a"}]',
    "nothing at all": "",
    "blanks": " \n ",
}


@every_body
def test_a_body_that_is_no_object_is_refused(door: Door, demo: Client) -> None:
    before = contents(demo.stack)
    for body in OTHER_VALUES.values():
        refused(demo(door.method, door.path, body=body, headers={"content-type": "application/json"}))
    assert contents(demo.stack) == before


CONTENT_TYPES = [
    "text/plain", "application/xml", "multipart/form-data", "application/octet-stream", "x", "a/b; q",
    "application/x-www-form-urlencoded", "application/jsonp", "text/json", "application/json+x",
]  # fmt: skip


@every_body
def test_a_body_of_another_content_type_is_refused(door: Door, demo: Client) -> None:
    before = contents(demo.stack)
    for content_type in CONTENT_TYPES:
        refused(demo(door.method, door.path, body=json.dumps(door.body), headers={"content-type": content_type}))
    assert contents(demo.stack) == before


@every_body
@pytest.mark.parametrize("megabytes", [1.1, 5, 10])
def test_a_body_that_is_too_large_is_refused(door: Door, megabytes: float, demo: Client) -> None:
    before = contents(demo.stack)
    body = json.dumps({**(door.body or {}), "customGreeting": "x" * int(megabytes * 1024 * 1024 - 200)})
    response = demo(door.method, door.path, body=body, headers={"content-type": "application/json"})
    assert refused(response, 400)["code"] == "PAYLOAD_TOO_LARGE"
    assert contents(demo.stack) == before


@pytest.mark.parametrize(
    ("door", "field", "wrong"), [pytest.param(*each, id=f"{each[0]}: {each[1]}") for each in FIELDS]
)
def test_a_wrong_value_of_a_field_is_refused_by_name(
    door: Door, field: str, wrong: dict[str, Any], demo: Client
) -> None:
    outer, _, inner = field.partition(".")
    before = contents(demo.stack)
    for kind, value in wrong.items():
        body = {**(door.body or {}), outer: {inner: value} if inner else value}
        error = refused(demo(door.method, door.path, json=body), 422)["error"]
        assert error["code"] == "VALIDATION_ERROR", kind
        places = error["details"]["fields"]
        assert any(outer in place["field"] or (inner and inner in place["field"]) for place in places), kind
        assert all(place["message"] for place in places)
    assert contents(demo.stack) == before


@pytest.mark.parametrize("missing", ["customerPhone", "agentId"])
def test_a_required_field_that_is_missing_is_named(missing: str, demo: Client) -> None:
    before = contents(demo.stack)
    body = {name: value for name, value in (PLACE.body or {}).items() if name != missing}
    error = refused(demo(PLACE.method, PLACE.path, json=body), 422)["error"]
    assert [place["field"] for place in error["details"]["fields"]] == [missing]
    assert contents(demo.stack) == before


UNKNOWN_NAMES = [
    "x", "", "customer_phone", "agent_id", "__proto__", "tenantId", "tenant_id", "a" * 5000, "ключ", "\ud800",
    "\x00", "a.b", "callId",
]  # fmt: skip


@every_body
def test_an_unknown_field_is_refused(door: Door, demo: Client) -> None:
    before = contents(demo.stack)
    for name in set(UNKNOWN_NAMES) - set(door.body or {}):
        error = refused(demo(door.method, door.path, json={**(door.body or {}), name: "x"}), 422)["error"]
        assert error["code"] == "VALIDATION_ERROR", name
        assert len(json.dumps(error)) < 20_000
    assert contents(demo.stack) == before


QUERIES = [
    "page=0", "page=-1", "page=x", "page=", "page=1.5", "page=99999999999999999999", "page=1&page=2", "page=NaN",
    "limit=0", "limit=101", "limit=-5", "limit=x", "limit=1e2", "limit=" + "9" * 4400,
    "status=done", "status=", "status=Completed", "direction=sideways", "direction=",
    "startDate=yesterday", "startDate=2024-13-01", "startDate=2024-02-30", "startDate=1969-12-31",
    "startDate=2200-01-01",
    "startDate=", "endDate=0000-00-00", "endDate=99999-01-01", "endDate=2024-01-01T25:00:00Z", "endDate=1700000000",
    "endDate=2024-01-01T00:00:00+99:00", "startDate=%00", "startDate=%ED%A0%80",
    "agentId=", "agentId=%00", "agentId=" + "x" * 129, "customerId=%0A", "customerId=" + "x" * 4000,
]  # fmt: skip


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query[:40])
def test_a_bad_query_is_refused(query: str, demo: Client) -> None:
    error = refused(demo("GET", f"{HISTORY.path}?{query}"), 422)["error"]
    assert [place["field"] for place in error["details"]["fields"]] == [query.partition("=")[0]]


ODD_IDS = [
    "x", "..", "%2e%2e", "%00", "a%00b", "%0d%0aX-Evil:1", "' OR 1=1", "*", "null", "%F0%9F%98%80", "%ED%A0%80", "%FF",
    "a%2Fb", "%", "%zz", "+", "a" * 3000, quote("ä" * 1500), UNKNOWN_CALL.upper(), UNKNOWN_CALL + "#",
    "{call_id}", "<call_id>", "CALL%23x", "-1", "1e9", "a;b=c", "a,b", "a%20b", "[1]", "a|b", "^", "`", "\\",
]  # fmt: skip


@pytest.mark.parametrize(
    "place",
    ["telephony/calls/{}", "telephony/calls/{}/recording", "telephony/calls/{}/recording/stream", "v1/customers/{}",
     "telephony/ivr/{}", "v1/conversations/{}", "v1/conversations/{}/messages", "v1/webhooks/{}", "v1/webhooks/{}/logs",
     f"v1/webhooks/{UNKNOWN_CALL}/logs/{{}}", "v1/agents/{}", "v1/tasks/{}"],
)  # fmt: skip
@pytest.mark.parametrize("odd", ODD_IDS, ids=lambda odd: odd[:20])
def test_an_odd_id_is_of_nothing(odd: str, place: str, demo: Client) -> None:
    with demo.stack.count_requests() as counted:
        response = demo("GET", f"/api/{place.format(odd)}")
    assert response.status == 404, response.text
    assert counted.total() <= 2  # nobody looks for what is no id: the database would refuse a key too long
    body = response.json()
    assert (body.get("code") or body["details"]["code"]) == "RESOURCE_NOT_FOUND"


ODD_HEADERS = [
    {"content-type": "application/json", "x-odd": "ü" * 4000},
    {"accept": "application/xml"},
    {"content-type": ""},
    {"transfer-encoding": "chunked"},
    {"range": "bytes=-"},
    {"cookie": "a=b; c"},
    {"host": ""},
    {"x-forwarded-for": "999.999.999.999, x"},
]


@pytest.mark.parametrize("door", [*DOORS, *SPOKEN, *ANALYTICS_DOORS], ids=str)
def test_odd_headers_make_no_fault(door: Door, demo: Client) -> None:
    for headers in ODD_HEADERS:
        assert demo(door.method, door.path, json=door.body, headers=headers).status < 500, headers


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("/api/telephony/calls/history", ("startDate", "endDate")),
        ("{webhook}/logs", ("startDate", "endDate")),
        *((f"/api/voice/analytics/{one}", ("start_date", "end_date")) for one in ("overview", "detailed", "timeline")),
    ],
)
def test_a_span_the_wrong_way_round_is_empty_or_refused(path: str, names: tuple[str, str], demo: Client) -> None:
    demo.place()
    webhook = register(demo, "https://example.com/hooks", "call.completed")
    for ends in (
        ("2026-11-20", "2024-01-01"),
        ("2026-11-20T10:30:00Z", "2026-11-20T10:29:00Z"),
        ("2026-11-20T10:30:00Z", "2026-11-20T08:29:00Z"),
    ):
        answer = demo("GET", path.format(webhook=webhook), query=dict(zip(names, ends, strict=True)))
        assert answer.status in (200, 400, 422), answer.body


@pytest.mark.parametrize("key", ["", '""', "x" * 256, "ä", "a\tb", "a\x00b"])
def test_an_idempotency_key_that_is_none_is_refused(key: str, demo: Client) -> None:
    before = contents(demo.stack)
    response = demo(PLACE.method, PLACE.path, json=PLACE.body, headers={"idempotency-key": key})
    assert refused(response, 400)["code"] == "BAD_REQUEST"
    assert contents(demo.stack) == before


anything = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(st.characters(), max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
# Every call ends at a number that is refused by form, so that whatever is generated can place none.
some_body = st.dictionaries(
    st.sampled_from(["agentId", "customerId", "conversationId", "customGreeting", "recordingEnabled"]) | st.text(),
    anything,
    max_size=4,
).map(lambda made: {**made, "customerPhone": "nobody"})


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=some_body)
def test_whatever_is_sent_to_place_a_call_is_refused_in_shape(body: dict[str, Any], demo: Client) -> None:
    refused(demo(PLACE.method, PLACE.path, body=json.dumps(body), headers={"content-type": "application/json"}))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")))
def test_whatever_bytes_are_sent_make_no_fault(raw: bytes, demo: Client) -> None:
    for door in WITH_BODY:
        response = demo(door.method, door.path, body=raw, headers={"content-type": "application/json"})
        assert response.status < 500


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.text(min_size=1, max_size=60), query=st.text(max_size=60))
def test_whatever_path_is_asked_for_makes_no_fault(path: str, query: str, demo: Client) -> None:
    asked = "/api/telephony/calls/" + quote(path, errors="replace") + "?" + quote(query, errors="replace", safe="=&")
    assert demo("GET", asked).status < 500
