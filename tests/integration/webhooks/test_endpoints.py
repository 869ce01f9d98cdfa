"""Registering, changing and removing webhook endpoints."""

from dataclasses import replace
from typing import Any

import pytest

from tandem import clock
from tandem.aws import table
from tandem.config import settings
from tandem.errors import Conflict, Invalid, NotFound
from tandem.webhooks import logs, service, store
from tandem.webhooks.models import (
    CALL_EVENTS,
    MOST_ENDPOINTS,
    DeliveryFilter,
    Endpoint,
    EndpointChange,
    NewEndpoint,
    Policy,
    Status,
)
from tests.integration.webhooks.conftest import Platform, Receiver

TENANT = "tenant-a"


def new(**change: Any) -> NewEndpoint:
    body = {"name": "CRM", "url": "https://customer.example/in", "events": ["call.completed"]}
    return NewEndpoint.model_validate(body | change)


def rotated(tenant_id: str, endpoint_id: str, **how: Any) -> str:
    """The new secret of an endpoint."""
    return service.rotate_secret(tenant_id, endpoint_id, actor="tester", **how)[0].secrets[0].value


def change(**values: Any) -> EndpointChange:
    return EndpointChange.model_validate(values)


def test_an_endpoint_is_kept_as_registered_with_a_secret_of_its_own(platform: Platform) -> None:
    made = service.create_endpoint(TENANT, new(headers={"A": "b"}, retryPolicy={"maxRetries": 5}), actor="tester")
    other = service.create_endpoint(TENANT, new(), actor="tester")
    found = service.get_endpoint(TENANT, made.endpoint_id)
    assert (found.name, found.url, found.events) == ("CRM", "https://customer.example/in", ["call.completed"])
    assert (found.headers, found.policy, found.is_active) == ({"A": "b"}, Policy(5, found.policy.backoff), True)  # type: ignore[union-attr]
    assert found.secrets == made.secrets
    assert other.policy is None
    assert made.secrets[0].value != other.secrets[0].value
    assert [each.endpoint_id for each in service.list_endpoints(TENANT)] == [other.endpoint_id, made.endpoint_id]


def test_another_tenants_endpoint_is_not_found(platform: Platform) -> None:
    made = service.create_endpoint(TENANT, new(), actor="tester")
    for act in (
        lambda: service.get_endpoint("tenant-b", made.endpoint_id),
        lambda: service.update_endpoint("tenant-b", made.endpoint_id, change(name="x"), actor="tester"),
        lambda: service.delete_endpoint("tenant-b", made.endpoint_id, actor="tester"),
        lambda: rotated("tenant-b", made.endpoint_id),
        lambda: service.set_active("tenant-b", made.endpoint_id, active=False, actor="tester"),
        lambda: service.set_active("tenant-b", made.endpoint_id, active=True, actor="tester"),
        lambda: logs.list_logs("tenant-b", made.endpoint_id, DeliveryFilter(), page=1, limit=20),
        lambda: logs.replay_range("tenant-b", made.endpoint_id, DeliveryFilter(Status.FAILED)),
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
    service.create_endpoint(TENANT, new(url="http://localhost:99/"), actor="tester")
    monkeypatch.setenv("WEBHOOK_EGRESS_ALLOW", "")
    settings.cache_clear()
    with pytest.raises(Invalid):
        service.create_endpoint(TENANT, new(url="http://localhost:99/"), actor="tester")


def test_a_change_leaves_the_rest_alone(platform: Platform) -> None:
    made = service.create_endpoint(TENANT, new(headers={"A": "b"}, retryPolicy={"maxRetries": 5}), actor="tester")
    changed = service.update_endpoint(TENANT, made.endpoint_id, change(name="ERP"), actor="tester")
    assert (changed.name, changed.headers, changed.policy, changed.secrets) == (
        "ERP", made.headers, made.policy, made.secrets,
    )  # fmt: skip
    durable = service.update_endpoint(TENANT, made.endpoint_id, change(retryPolicy=None), actor="tester")
    assert durable.policy is None
    with pytest.raises(Invalid):
        service.update_endpoint(TENANT, made.endpoint_id, change(url="https://10.0.0.1/"), actor="tester")
    paused = service.update_endpoint(TENANT, made.endpoint_id, change(isActive=False), actor="tester")
    assert (paused.is_active, paused.paused_reason) == (False, "customer")


def test_of_two_changes_at_once_neither_is_lost(platform: Platform) -> None:
    made = service.create_endpoint(TENANT, new(), actor="tester")
    late = store.replacement(made, replace(made, name="late"))
    service.update_endpoint(TENANT, made.endpoint_id, change(name="first"), actor="tester")
    with pytest.raises(table.TransactionCancelled):
        table.transact([late])
    assert service.update_endpoint(TENANT, made.endpoint_id, change(headers={"A": "b"}), actor="tester").name == "first"
    assert service.get_endpoint(TENANT, made.endpoint_id).headers == {"A": "b"}


def test_a_deleted_endpoint_is_gone(platform: Platform) -> None:
    made = service.create_endpoint(TENANT, new(), actor="tester")
    service.delete_endpoint(TENANT, made.endpoint_id, actor="tester")
    with pytest.raises(NotFound):
        service.get_endpoint(TENANT, made.endpoint_id)
    with pytest.raises(NotFound):
        service.delete_endpoint(TENANT, made.endpoint_id, actor="tester")
    store.mark_resumed(TENANT, made.endpoint_id, clock.now())
    assert store.get(TENANT, made.endpoint_id) is None


def test_a_tenant_has_so_many_endpoints_and_no_more(platform: Platform) -> None:
    for number in range(MOST_ENDPOINTS):
        store.put(service.new_endpoint(TENANT, str(number), "x", "https://customer.example/", ["call.completed"]), None)
    with pytest.raises(Conflict):
        service.create_endpoint(TENANT, new(), actor="tester")


def test_secrets_can_be_rotated_only_so_often_in_a_day(platform: Platform) -> None:
    made = service.create_endpoint(TENANT, new(), actor="tester")
    given = [rotated(TENANT, made.endpoint_id) for _ in range(4)]
    live = service.get_endpoint(TENANT, made.endpoint_id).secrets
    assert [each.value for each in live] == [*reversed(given), made.secrets[0].value]
    with pytest.raises(Conflict):
        rotated(TENANT, made.endpoint_id)
    platform.advance(hours=24, seconds=1)
    newest = rotated(TENANT, made.endpoint_id)
    assert [each.value for each in service.get_endpoint(TENANT, made.endpoint_id).secrets] == [newest, given[-1]]


def phone_service() -> Endpoint:
    """The tenant's only endpoint that the phone service set."""
    (endpoint,) = (each for each in service.list_endpoints(TENANT) if each.source == service.PHONE_SERVICE)
    return endpoint


def test_the_phone_services_url_is_an_endpoint_like_any_other(platform: Platform, receiver: Receiver) -> None:
    secret = service.set_phone_service_endpoint(TENANT, f"{receiver.url}/one")
    endpoint = phone_service()
    assert endpoint.secrets[0].value == secret
    assert tuple(endpoint.events) == CALL_EVENTS
    assert service.set_phone_service_endpoint(TENANT, f"{receiver.url}/one") is None
    event = platform.publish(TENANT, "call.recording.available")
    platform.work()
    assert [request.event_id for request in receiver.at("/one")] == [event.event_id]


def test_what_is_done_to_the_phone_services_endpoint_is_what_the_phone_service_has(platform: Platform) -> None:
    service.set_phone_service_endpoint(TENANT, "https://customer.example/one")
    endpoint_id = phone_service().endpoint_id
    elsewhere = change(url="https://customer.example/two", events=["call.failed"])
    service.update_endpoint(TENANT, endpoint_id, elsewhere, actor="tester")
    assert service.phone_service_url(TENANT) == "https://customer.example/two"
    assert service.set_phone_service_endpoint(TENANT, "https://customer.example/two") is None
    assert phone_service().events == ["call.failed"]
    service.delete_endpoint(TENANT, endpoint_id, actor="tester")
    assert service.phone_service_url(TENANT) is None
    assert service.set_phone_service_endpoint(TENANT, "https://customer.example/two") is not None


def test_a_new_phone_service_url_has_a_new_secret_and_leaves_other_endpoints_alone(
    platform: Platform, receiver: Receiver
) -> None:
    own = service.create_endpoint(TENANT, new(), actor="tester")
    service.set_phone_service_endpoint("tenant-b", f"{receiver.url}/one")
    old_secret = service.set_phone_service_endpoint(TENANT, f"{receiver.url}/one")
    new_secret = service.set_phone_service_endpoint(TENANT, f"{receiver.url}/two")
    assert new_secret is not None
    assert new_secret != old_secret
    assert [each.value for each in phone_service().secrets] == [new_secret]
    assert {each.url for each in service.list_endpoints(TENANT)} == {own.url, f"{receiver.url}/two"}
    assert service.set_phone_service_endpoint(TENANT, None) is None
    assert [each.endpoint_id for each in service.list_endpoints(TENANT)] == [own.endpoint_id]
    assert [each.url for each in service.list_endpoints("tenant-b")] == [f"{receiver.url}/one"]


@pytest.mark.parametrize("path", ["", "/elsewhere"])
def test_configuring_a_url_resumes_a_paused_phone_service(path: str, platform: Platform, receiver: Receiver) -> None:
    receiver.default = (410, {}, b"")
    service.set_phone_service_endpoint(TENANT, receiver.url)
    platform.publish(TENANT)
    platform.work()
    assert not phone_service().is_active
    held = platform.publish(TENANT)
    receiver.default = (200, {}, b"")
    secret = service.set_phone_service_endpoint(TENANT, receiver.url + path)
    assert (secret is None) == (path == "")
    platform.work()
    assert held.event_id in {request.event_id for request in receiver.received}


def test_a_secret_without_overlap_ends_the_old_one_at_once(platform: Platform) -> None:
    made = service.create_endpoint(TENANT, new(), actor="tester")
    for _ in range(4):
        rotated(TENANT, made.endpoint_id)
    newest = rotated(TENANT, made.endpoint_id, overlap_hours=0)
    assert [each.value for each in service.get_endpoint(TENANT, made.endpoint_id).secrets] == [newest]


def test_pausing_what_is_paused_changes_nothing(platform: Platform) -> None:
    made = service.create_endpoint(TENANT, new(), actor="tester")
    paused = service.set_active(TENANT, made.endpoint_id, active=False, actor="tester")
    platform.advance(hours=1)
    again = service.set_active(TENANT, made.endpoint_id, active=False, actor="tester")
    assert again == paused
    assert paused.paused_reason == "customer"
