"""Agents' browser clients: the tokens that let them in, kept until shortly before they expire."""

from datetime import timedelta

from tandem import clock
from tandem.agents import service, store
from tandem.agents.models import Agent, ClientTokenRequest, ClientTokenView
from tandem.aws import table
from tandem.carriers.registry import SANDBOX_NUMBER, carrier
from tandem.clock import iso
from tandem.errors import Conflict
from tandem.tenants import service as tenants

LIFETIME = timedelta(hours=1)
"""How long a token is asked for."""

RENEWED_BEFORE = timedelta(minutes=5)
"""A token that expires sooner is not handed out again."""


def capability_token(tenant_id: str, request: ClientTokenRequest, *, test: bool) -> ClientTokenView:
    """What an agent's browser takes to make and take calls; an agent who is not known is registered. Raises Conflict
    without a phone service, a number, or a carrier account that has browser clients."""
    configured = table.get(*tenants.phone_service_key(tenant_id))
    phone_service = tenants.phone_service_of(tenant_id, configured, test=test)
    name, number = phone_service.carrier, phone_service.phone_number
    if number is None and name == "sandbox":
        number = SANDBOX_NUMBER
    if number is None:
        raise Conflict("Configure a phoneNumber first: POST /api/telephony/configure.")
    client_name = Agent(tenant_id, request.agent_id, clock.now()).client_name
    kept = store.client_token(tenant_id, name, request.agent_id, number)
    if kept and kept.expires_at - RENEWED_BEFORE > clock.now():
        return ClientTokenView(capability_token=kept.token, client_name=client_name)
    token = carrier(name).client_token(client_name, int(LIFETIME.total_seconds()), number)
    service.put(tenant_id, request.agent_id, {"browser_until": iso(token.expires_at)})
    store.keep_client_token(tenant_id, name, request.agent_id, number, token)
    return ClientTokenView(capability_token=token.token, client_name=client_name)
