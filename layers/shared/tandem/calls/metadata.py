"""What people write to a call: notes, tags and a rating."""

from dataclasses import replace
from typing import Annotated, Any

from pydantic import Field, StrictInt, StringConstraints

from tandem.calls import changes
from tandem.calls.lookup import get_call
from tandem.calls.models import Call
from tandem.shapes import Body, View

_Tag = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class MetadataRequest(Body):
    """What to change; null clears."""

    notes: Annotated[str, StringConstraints(max_length=10_000)] | None = None
    tags: Annotated[list[_Tag], Field(max_length=50, examples=[["sale", "follow-up"]])] | None = Field(
        default=None, description="All tags of the call: they take the place of those before."
    )
    rating: Annotated[StrictInt, Field(ge=1, le=5)] | None = None


class MetadataView(View):
    """What is written to a call."""

    call_id: str
    notes: str | None
    tags: list[str]
    rating: int | None


def annotate(tenant_id: str, call_id: str, request: MetadataRequest, *, actor: str) -> MetadataView:
    """Change what the request names. Raises NotFound."""
    given: dict[str, Any] = {name: getattr(request, name) for name in request.model_fields_set}
    if "tags" in given:
        given["tags"] = given["tags"] or []

    def write(present: Call) -> Call:
        return replace(present, **given)

    call = changes.change(get_call(tenant_id, call_id), write, actor=actor, action="call.annotate")
    return MetadataView(call_id=call.call_id, notes=call.notes, tags=call.tags, rating=call.rating)
