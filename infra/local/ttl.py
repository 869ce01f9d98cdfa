"""Deletes items whose time to live has passed, as the service does: a REMOVE record of its own."""

from decimal import Decimal

from infra.local import engine
from infra.local.model import Deployment

FIVE_YEARS = 5 * 365 * 86400
SERVICE = {"type": "Service", "principalId": "dynamodb.amazonaws.com"}


def sweep(deployment: Deployment, now: float) -> int:
    """Delete what has expired by `now`; answers how many items went."""
    deleted = 0
    for name in deployment.tables:
        attribute = engine.expires_by(deployment.region, name)
        if attribute is None:
            continue
        table = engine.table(deployment.region, name)
        for key, item in list(table.items.items()):
            value = item.attributes.get(attribute, {})
            # The service leaves alone what claims to have expired more than five years ago.
            if "N" in value and now - FIVE_YEARS < Decimal(value["N"]) <= now:
                table.delete(key)
                if table.stream is not None:
                    table.stream.records[-1]["userIdentity"] = SERVICE
                deleted += 1
    return deleted
