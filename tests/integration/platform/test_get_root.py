"""GET /."""

from infra.local.stack import Stack


def test_it_says_what_this_is_and_where_its_documentation_is(stack: Stack) -> None:
    response = stack.request("GET", "/")
    assert response.status == 200
    assert str(response.header("content-type")).startswith("text/plain")
    assert "Tandem" in response.text
    assert "/api/telephony" in response.text
    assert "/api-docs/" in response.text
