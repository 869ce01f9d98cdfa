"""Registering, changing and removing webhook endpoints."""

from typing import Any

import pytest

from tandem.config import settings
from tandem.errors import Conflict, Invalid, NotFound
from tandem.webhooks import service, store
from tandem.webhooks.models import CALL_EVENTS, MOST_ENDPOINTS, EndpointChange, NewEndpoint, Policy
from tests.integration.webhooks.conftest import Platform, Receiver

TENANT = "tenant-a"


def new(**change: Any) -> NewEndpoint:
    body = {"name": "CRM", "url": "https://customer.example/in", "events": ["call.completed"]}
    return NewEndpoint.model_validate(body | change)


def change(**values: Any) -> EndpointChange:
    return EndpointChange.model_validate(values)


def test_an_endpoint_is_kept_as_registered_with_a_secret_of_its_own(platform: Platform) -> None:
    made = service.create_endpoint(TENANT, new(headers={"A": "b"}, retryPolicy={"maxRetries": 5}))
    other = service.create_endpoint(TENANT, new())
    found = service.get_endpoint(TENANT, made.endpoint_id)
    assert (found.name, found.url, found.events) == ("CRM", "https://customer.example/in", ["call.completed"])
    assert (found.headers, found.policy, found.is_active) == ({"A": "b"}, Policy(5, found.policy.backoff), True)  # type: ignore[union-attr]
    assert found.secrets == made.secrets
    assert other.policy is None
    assert made.secrets[0].value != other.secrets[0].value
    assert [each.endpoint_id for each in service.list_endpoints(TENANT)] == [made.endpoint_id, other.endpoint_id]


def test_another_tenants_endpoint_is_not_found(platform: Platform) -> None:
    made = service.create_endpoint(TENANT, new())
    for act in (
        lambda: service.get_endpoint("tenant-b", made.endpoint_id),
        lambda: service.update_endpoint("tenant-b", made.endpoint_id, change(name="x")),
        lambda: service.delete_endpoint("tenant-b", made.endpoint_id),
        lambda: service.rotate_secret("tenant-b", made.endpoint_id),
        lambda: service.set_active("tenant-b", made.endpoint_id, active=False),
        lambda: service.set_active("tenant-b", made.endpoint_id, active=True),
        lambda: service.list_deliveries("tenant-b", made.endpoint_id),
    ):
        with pytest.raises(NotFound):
            act()
    assert service.list_endpoints("tenant-b") == []
    assert service.get_endpoint(TENANT, made.endpoint_id).name == "CRM"


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.2/", "https://10.0.0.1/", "https://169.254.169.254/latest", "https://[::1]/",
        "https://[::ffff:10.0.0.1]/", "https://customer.example:0/", "http://8.8.8.8/", "https://8.8.8.8:22/",
    ],
)  # fmt: skip
def test_what_can_never_be_delivered_is_refused_at_once(
    url: str, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEBHOOK_EGRESS_ALLOW", "127.0.0.1/32")
    settings.cache_clear()
    with pytest.raises(Invalid) as refused:
        service.set_phone_service_endpoint(TENANT, url)
    assert refused.value.details["fields"][0]["field"] == "webhookUrl"
    assert service.list_endpoints(TENANT) == []


def test_plain_http_is_refused_where_nothing_is_allowed(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    service.create_endpoint(TENANT, new(url="http://localhost:99/"))
    monkeypatch.setenv("WEBHOOK_EGRESS_ALLOW", "")
    settings.cache_clear()
    with pytest.raises(Invalid):
        service.create_endpoint(TENANT, new(url="http://localhost:99/"))


def test_a_change_leaves_the_rest_alone(platform: Platform) -> None:
    made = service.create_endpoint(TENANT, new(headers={"A": "b"}, retryPolicy={"maxRetries": 5}))
    changed = service.update_endpoint(TENANT, made.endpoint_id, change(name="ERP"))
    assert (changed.name, changed.headers, changed.policy, changed.secrets) == (
        "ERP", made.headers, made.policy, made.secrets,
    )  # fmt: skip
    durable = service.update_endpoint(TENANT, made.endpoint_id, change(retryPolicy=None))
    assert durable.policy is None
    with pytest.raises(Invalid):
        service.update_endpoint(TENANT, made.endpoint_id, change(url="https://10.0.0.1/"))
    paused = service.update_endpoint(TENANT, made.endpoint_id, change(isActive=False))
    assert (paused.is_active, paused.paused_reason) == (False, "customer")


def test_of_two_changes_at_once_one_is_told_to_try_again(platform: Platform) -> None:
    made = service.create_endpoint(TENANT, new())
    service.update_endpoint(TENANT, made.endpoint_id, change(name="first"))
    with pytest.raises(Conflict):
        service._replace(made, made)
    assert service.get_endpoint(TENANT, made.endpoint_id).name == "first"


def test_a_deleted_endpoint_is_gone(platform: Platform) -> None:
    made = service.create_endpoint(TENANT, new())
    service.delete_endpoint(TENANT, made.endpoint_id)
    with pytest.raises(NotFound):
        service.get_endpoint(TENANT, made.endpoint_id)
    with pytest.raises(NotFound):
        service.delete_endpoint(TENANT, made.endpoint_id)
    store.mark_resumed(TENANT, made.endpoint_id)
    assert store.get(TENANT, made.endpoint_id) is None


def test_a_tenant_has_so_many_endpoints_and_no_more(platform: Platform) -> None:
    for number in range(MOST_ENDPOINTS):
        store.insert(service._new(TENANT, str(number), "x", "https://customer.example/", ["call.completed"]))
    with pytest.raises(Conflict):
        service.create_endpoint(TENANT, new())


def test_secrets_can_be_rotated_only_so_often_in_a_day(platform: Platform) -> None:
    made = service.create_endpoint(TENANT, new())
    given = [service.rotate_secret(TENANT, made.endpoint_id) for _ in range(4)]
    live = service.get_endpoint(TENANT, made.endpoint_id).secrets
    assert [each.value for each in live] == [*reversed(given), made.secrets[0].value]
    with pytest.raises(Conflict):
        service.rotate_secret(TENANT, made.endpoint_id)
    platform.advance(hours=24, seconds=1)
    newest = service.rotate_secret(TENANT, made.endpoint_id)
    assert [each.value for each in service.get_endpoint(TENANT, made.endpoint_id).secrets] == [newest, given[-1]]


def test_the_phone_services_url_is_an_endpoint_like_any_other(platform: Platform, receiver: Receiver) -> None:
    endpoint_id, secret = service.set_phone_service_endpoint(TENANT, f"{receiver.url}/one")
    assert endpoint_id is not None
    (endpoint,) = service.list_endpoints(TENANT)
    assert (endpoint.endpoint_id, endpoint.secrets[0].value) == (endpoint_id, secret)
    assert tuple(endpoint.events) == CALL_EVENTS
    assert service.set_phone_service_endpoint(TENANT, f"{receiver.url}/one") == (endpoint_id, None)
    event = platform.publish(TENANT, "call.recording.available")
    platform.work()
    assert [request.event_id for request in receiver.at("/one")] == [event.event_id]


def test_a_new_phone_service_url_replaces_the_old_and_leaves_other_endpoints_alone(
    platform: Platform, receiver: Receiver
) -> None:
    own = service.create_endpoint(TENANT, new())
    stranger, _ = service.set_phone_service_endpoint("tenant-b", f"{receiver.url}/one")
    first, old_secret = service.set_phone_service_endpoint(TENANT, f"{receiver.url}/one")
    second, new_secret = service.set_phone_service_endpoint(TENANT, f"{receiver.url}/two")
    assert len({first, second, stranger, own.endpoint_id}) == 4
    assert new_secret is not None
    assert new_secret != old_secret
    assert {each.endpoint_id for each in service.list_endpoints(TENANT)} == {own.endpoint_id, second}
    assert service.set_phone_service_endpoint(TENANT, None) == (None, None)
    assert [each.endpoint_id for each in service.list_endpoints(TENANT)] == [own.endpoint_id]
    assert [each.endpoint_id for each in service.list_endpoints("tenant-b")] == [stranger]


def test_configuring_the_same_url_again_resumes_a_paused_phone_service(platform: Platform, receiver: Receiver) -> None:
    receiver.default = (410, {}, b"")
    endpoint_id, _ = service.set_phone_service_endpoint(TENANT, receiver.url)
    assert endpoint_id is not None
    platform.publish(TENANT)
    platform.work()
    assert not service.get_endpoint(TENANT, endpoint_id).is_active
    held = platform.publish(TENANT)
    receiver.default = (200, {}, b"")
    assert service.set_phone_service_endpoint(TENANT, receiver.url) == (endpoint_id, None)
    platform.work()
    assert held.event_id in {request.event_id for request in receiver.received}
