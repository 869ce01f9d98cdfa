"""GET /api/auth/me."""

from infra.local.stack import Stack
from tandem.keys.models import ALL_PERMISSIONS
from tests.integration.people import come, owner_of


def test_it_tells_who_one_is_and_where_and_what_one_may(stack: Stack) -> None:
    workspace, ada = owner_of(stack, "acme")
    data = ada("GET", "/api/auth/me").json()["data"]
    here = {"id": workspace.tenant_id, "name": "acme", "role": "owner"}
    assert data == {
        "user": {"id": ada.user_id, "email": ada.email, "name": None},
        "organization": here,
        "organizations": [here],
        "permissions": sorted(ALL_PERMISSIONS),
    }


def test_a_member_may_read_everything_and_write_what_agents_work_with(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    ada.invite("grace@acme.example")
    data = come(stack, "grace@acme.example")("GET", "/api/auth/me").json()["data"]
    reading = [name for name in ALL_PERMISSIONS if name.startswith("read:")]
    assert data["permissions"] == sorted([*reading, "write:calls", "write:conversations", "write:customers"])
    assert data["organization"]["role"] == "member"


def test_the_organization_is_the_one_that_the_request_names(stack: Stack) -> None:
    workspace, ada = owner_of(stack, "acme")
    second = ada("POST", "/api/v1/organizations", json={"name": "Second"}).json()["data"]["id"]
    named = ada("GET", "/api/auth/me", headers={"x-organization-id": second}).json()["data"]
    assert named["organization"] == {"id": second, "name": "Second", "role": "owner"}
    assert [one["id"] for one in named["organizations"]] == [workspace.tenant_id, second]
    assert ada("GET", "/api/auth/me").json()["data"]["organization"]["id"] == workspace.tenant_id


def test_the_cookie_suffices_to_read(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    assert ada.browse("GET", "/api/auth/me").json()["data"]["user"]["email"] == ada.email
