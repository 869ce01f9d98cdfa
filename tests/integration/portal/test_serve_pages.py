"""GET /api-docs/ and what belongs to it."""

import gzip
import json
import re
from typing import Any

import pytest

from infra.local.gateway import Response
from infra.local.stack import Stack
from infra.operations import ROOT
from tests.integration.people import Visitor, owner_of

PUBLIC = ["/api-docs/spec.json", "/postman/collection.json", "/api-docs/assets/swagger-ui.js"]


@pytest.fixture
def ada(stack: Stack) -> Visitor:
    return owner_of(stack, "acme")[1]


def directives(response: Response) -> dict[str, str]:
    policy = str(response.header("content-security-policy"))
    return dict(one.strip().split(" ", 1) for one in policy.split(";"))


def test_a_browser_with_a_session_is_shown_swagger_ui(ada: Visitor) -> None:
    answer = ada.browse("GET", "/api-docs/")
    assert answer.status == 200
    assert answer.header("content-type") == "text/html; charset=utf-8"
    assert 'src="/api-docs/assets/swagger-ui.js"' in answer.text
    assert answer.header("cache-control") == "no-store"
    assert answer.header("x-request-id")


def test_a_browser_without_one_is_shown_a_way_to_log_in(stack: Stack) -> None:
    for headers in ({}, {"cookie": "tandem_session=a.b.c"}):
        answer = stack.request("GET", "/api-docs/", headers=headers)
        assert answer.status == 401
        assert '<form id="login">' in answer.text
        assert "swagger-ui" not in answer.text


def test_an_api_key_opens_no_page(ada: Visitor, stack: Stack) -> None:
    from infra.local.workspaces import make_workspace

    key = make_workspace(stack, "other").keys["live"]
    answer = stack.request("GET", "/api-docs/", headers={"x-api-key": key})
    assert (answer.status, answer.json()["code"]) == (403, "PERMISSION_DENIED")


def test_a_session_that_is_over_opens_it_no_more(ada: Visitor) -> None:
    ada("POST", "/api/auth/logout")
    assert ada.browse("GET", "/api-docs/").status == 401


def test_without_a_slash_it_is_found_as_well(stack: Stack) -> None:
    answer = stack.request("GET", "/api-docs")
    assert (answer.status, answer.header("location")) == (308, "/api-docs/")


def test_nothing_that_a_page_loads_comes_from_elsewhere(ada: Visitor, stack: Stack) -> None:
    for page in (ada.browse("GET", "/api-docs/"), stack.request("GET", "/api-docs/")):
        loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text)
        assert loaded
        for address in loaded:
            if address != "data:,":
                assert address.startswith("/"), address
                assert stack.request("GET", address).status == 200
        assert "<script>" not in page.text
        assert "style=" not in page.text
        policy = directives(page)
        assert policy["default-src"] == "'none'"
        assert policy["script-src"] == "'self'"
        assert policy["frame-ancestors"] == "'none'"
        assert "unsafe" not in str(policy)
        assert page.header("x-content-type-options") == "nosniff"


def test_the_document_is_the_committed_one_with_this_deployments_address(stack: Stack) -> None:
    answer = stack.request("GET", "/api-docs/spec.json")
    assert (answer.status, answer.header("content-type")) == (200, "application/json")
    committed: dict[str, Any] = json.loads((ROOT / "docs/openapi.json").read_text())
    served = answer.json()
    assert served["servers"][0]["variables"]["address"]["default"] == "http://localhost:3001"
    assert served | {"servers": []} == committed | {"servers": []}


def test_the_postman_collection_has_every_operation_with_variables_for_address_and_key(stack: Stack) -> None:
    made = stack.request("GET", "/postman/collection.json").json()
    assert made["info"]["schema"].endswith("/v2.1.0/collection.json")
    assert {"base_url", "api_key"} <= {variable["key"] for variable in made["variable"]}
    assert made["auth"]["bearer"][0]["value"] == "{{api_key}}"
    items = [item for folder in made["item"] for item in folder["item"]]
    committed = json.loads((ROOT / "docs/openapi.json").read_text())
    assert len(items) == sum(len(item) for item in committed["paths"].values())
    by_name = {item["name"]: item["request"] for item in items}
    placing = by_name["Place an outbound call"]
    assert placing["url"]["raw"] == "{{base_url}}/api/telephony/calls/initiate"
    assert json.loads(placing["body"]["raw"])["customerPhone"].startswith("+")
    assert {"Idempotency-Key", "Content-Type"} <= {header["key"] for header in placing["header"]}
    getting = by_name["One call"]
    assert getting["url"]["path"][-1] == ":call_id"
    assert getting["url"]["variable"] == [{"key": "call_id", "value": ""}]
    assert by_name["Who is logged in, and where"]["auth"]["bearer"][0]["value"] == "{{access_token}}"
    assert by_name["Whether the API answers"]["auth"] == {"type": "noauth"}


@pytest.mark.parametrize("path", PUBLIC)
def test_tools_need_no_session_and_may_keep_what_they_got(path: str, stack: Stack) -> None:
    answer = stack.request("GET", path)
    assert answer.status == 200
    assert str(answer.header("cache-control")).startswith("public, max-age=")


@pytest.mark.parametrize("path", PUBLIC)
def test_what_is_long_is_sent_packed_to_who_unpacks(path: str, stack: Stack) -> None:
    plain = stack.request("GET", path)
    packed = stack.request("GET", path, headers={"accept-encoding": "gzip"})
    assert packed.header("content-encoding") == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert len(packed.body) < len(plain.body) / 2


def test_an_asset_that_the_browser_has_is_not_sent_again(stack: Stack) -> None:
    first = stack.request("GET", "/api-docs/assets/portal.css")
    again = stack.request("GET", "/api-docs/assets/portal.css", headers={"if-none-match": str(first.header("etag"))})
    assert (again.status, again.body) == (304, b"")


@pytest.mark.parametrize("path", ["/api-docs/nothing", "/api-docs/assets/app.py", "/api-docs/assets/..%2fapp.py",
                                  "/api-docs/assets/", "/api-docs/spec.json/", "/api-docs//"])  # fmt: skip
def test_what_is_not_there_is_404_in_the_platforms_shape(path: str, stack: Stack) -> None:
    answer = stack.request("GET", path)
    assert answer.status == 404
    assert answer.json()["code"] == "RESOURCE_NOT_FOUND"
    assert answer.json()["error"]["requestId"] == answer.header("x-request-id")
