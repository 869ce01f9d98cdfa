"""HTTP requests through the sample's HTTP API, without a socket."""

import base64

from infra.local.stack import Stack


def test_a_request_reaches_its_function_with_its_own_environment_and_layer(stack: Stack) -> None:
    created = stack.request("PUT", "/items/1", json={"a": 1})
    found = stack.request("GET", "/items/1")
    assert (created.status, created.json()) == (201, {"id": "1"})
    assert found.status == 200
    assert found.header("content-type") == "application/json"
    assert found.json() == {
        "item": {"a": 1},
        "greeting": "hello from the layer",
        "api": stack.ws_url,
    }


def test_a_literal_path_beats_a_parameter_and_default_takes_the_rest(stack: Stack) -> None:
    assert stack.request("GET", "/items/special").text == "special"
    event = stack.request("DELETE", "/items/special").json()["event"]
    assert event["routeKey"] == "$default"
    assert "pathParameters" not in event


def test_the_event_has_the_form_of_payload_2(stack: Stack) -> None:
    headers = {"Cookie": "a=b; c=d", "X-Thing": "1", "Content-Type": "application/json", "User-Agent": "tests"}
    answer = stack.request("PATCH", "/echo/a%20b/c?x=1&x=2&y=", headers=headers, body='{"é": 1}')
    event = answer.json()["event"]
    assert event["version"] == "2.0"
    assert event["routeKey"] == "ANY /echo/{proxy+}"
    assert event["rawPath"] == "/echo/a b/c"
    assert event["rawQueryString"] == "x=1&x=2&y="
    assert event["queryStringParameters"] == {"x": "1,2", "y": ""}
    assert event["pathParameters"] == {"proxy": "a b/c"}
    assert event["cookies"] == ["a=b", "c=d"]
    assert "cookie" not in event["headers"]
    assert event["headers"]["x-thing"] == "1"
    assert (event["body"], event["isBase64Encoded"]) == ('{"é": 1}', False)
    about = event["requestContext"]["http"]
    assert about == {
        "method": "PATCH",
        "path": "/echo/a b/c",
        "protocol": "HTTP/1.1",
        "sourceIp": "127.0.0.1",
        "userAgent": "tests",
    }
    assert event["requestContext"]["stage"] == "$default"
    assert abs(event["requestContext"]["timeEpoch"] / 1000 - stack.clock.now()) < 60


def test_a_body_that_is_no_text_travels_as_base64(stack: Stack) -> None:
    for headers, body in (({"content-type": "audio/wav"}, b"abc"), ({"content-type": "text/plain"}, b"\xff\xfe")):
        event = stack.request("POST", "/echo/x", headers=headers, body=body).json()["event"]
        assert event["isBase64Encoded"] is True
        assert base64.b64decode(event["body"]) == body


def test_a_function_that_fails_or_answers_nonsense_is_a_500_of_the_gateway(stack: Stack) -> None:
    wrong = (
        {"raise": "boom"},
        {"exit": 1},
        {"return": {"statusCode": "many"}},
        {"return": {"statusCode": 200, "body": {"not": "text"}}},
        {"return": {"statusCode": 200, "body": "%%", "isBase64Encoded": True}},
        {"bytes": 7 * 1024 * 1024},
    )
    for body in wrong:
        answer = stack.request("POST", "/answer", json=body)
        assert (answer.status, answer.json()) == (500, {"message": "Internal Server Error"}), body


def test_cookies_base64_and_bare_values_are_answered_as_the_service_does(stack: Stack) -> None:
    told = {
        "statusCode": 201,
        "headers": {"X-A": True},
        "cookies": ["a=1", "b=2"],
        "body": "aGk=",
        "isBase64Encoded": True,
    }
    answer = stack.request("POST", "/answer", json={"return": told})
    assert (answer.status, answer.body, answer.header("x-a")) == (201, b"hi", "true")
    assert answer.header_values("set-cookie") == ["a=1", "b=2"]
    bare = stack.request("POST", "/answer", json={"return": {"hello": "world"}})
    assert (bare.status, bare.json(), bare.header("content-type")) == (200, {"hello": "world"}, "application/json")


def test_ten_megabytes_are_the_limit(stack: Stack) -> None:
    limit = 10 * 1024 * 1024
    too_long = stack.request("POST", "/nowhere", body=b"x" * (limit + 1))
    assert (too_long.status, too_long.json()) == (413, {"message": "Request Too Long"})


def test_cors_is_the_gateways_business(stack: Stack) -> None:
    origin = {"Origin": "https://console.example.com"}
    preflight = stack.request("OPTIONS", "/items/1", headers={**origin, "Access-Control-Request-Method": "GET"})
    assert preflight.status == 204
    assert preflight.header("access-control-allow-methods") == "GET,POST"
    assert preflight.header("access-control-max-age") == "600"
    answer = stack.request("GET", "/items/special", headers=origin)
    assert answer.header("access-control-allow-origin") == "https://console.example.com"
    stranger = stack.request("GET", "/items/special", headers={"Origin": "https://evil.example"})
    assert stranger.header("access-control-allow-origin") is None


def test_a_function_sees_nothing_of_this_process_but_its_own_environment(stack: Stack) -> None:
    answer = stack.request("GET", "/").json()
    environment = answer["environment"]
    assert environment["TABLE"] == stack.outputs["TableName"]
    assert environment["AWS_REGION"] == "eu-central-1"
    assert environment["AWS_ENDPOINT_URL"] == stack.aws_endpoint_url
    assert environment["AWS_ACCESS_KEY_ID"] == stack.functions["Echo"].credentials.key
    assert "PYTEST_CURRENT_TEST" not in environment
    assert "GREETING" not in environment
    assert answer["function"] == "sample-Echo"
    assert 9000 < answer["remaining"] <= 10_000


def test_every_function_has_credentials_of_its_own(stack: Stack) -> None:
    keys = {function.credentials.key for function in stack.functions.values()}
    assert len(keys) == len(stack.functions)
