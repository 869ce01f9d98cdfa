"""Telling the owners of a key what becomes of its secret."""

from datetime import datetime

from tandem.aws.table import Write
from tandem.events import outbox
from tandem.events.models import Event, envelope
from tandem.ids import new_id
from tandem.keys.records import ApiKey
from tandem.keys.shapes import ApiKeyView


def notice(event_type: str, key: ApiKey, moment: datetime) -> Write:
    """The write of an event about a key, which never holds the secret."""
    data = ApiKeyView.of(key).model_dump(mode="json", by_alias=True)
    body = envelope(event_type, moment, data)
    return outbox.insertion(Event(new_id(), key.tenant_id, event_type, moment, key.key_id, body))
