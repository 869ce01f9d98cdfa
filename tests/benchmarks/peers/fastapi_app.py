"""The same two operations as a FastAPI application behind Mangum."""

import os
from typing import Annotated

from fastapi import Depends, FastAPI, Header, Response
from mangum import Mangum
from pydantic import BaseModel, Field

from tests.benchmarks.peers.work_with_boto3 import Calls

app = FastAPI()
calls = Calls(os.environ["TABLE_NAME"])


class CallRequest(BaseModel):
    """A call to place."""

    customerPhone: Annotated[str, Field(pattern=r"^\+[1-9][0-9]{6,14}$")]  # noqa: N815
    agentId: Annotated[str, Field(min_length=1, max_length=128)]  # noqa: N815


class CallPlaced(BaseModel):
    """A call that was placed."""

    callId: str  # noqa: N815
    conversationId: str  # noqa: N815
    status: str


class CallView(BaseModel):
    """A call as it is shown."""

    callId: str  # noqa: N815
    conversation_id: str
    customer_id: str
    agent_id: str | None
    direction: str
    status: str
    outcome: str | None
    carrier: str
    created_at: str


class PlacedAnswer(BaseModel):
    """The envelope of a call that was placed."""

    success: bool
    data: CallPlaced


class ViewAnswer(BaseModel):
    """The envelope of a call."""

    success: bool
    data: CallView


def authenticated(response: Response, authorization: Annotated[str, Header()]) -> None:
    """Count the key and tell its limits."""
    response.headers.update(calls.authenticate(authorization.removeprefix("Bearer ")))


@app.post("/api/telephony/calls/initiate", dependencies=[Depends(authenticated)])
def initiate(body: CallRequest) -> PlacedAnswer:
    return PlacedAnswer(success=True, data=CallPlaced(**calls.place(body.customerPhone, body.agentId)))


@app.get("/api/telephony/calls/{call_id}", dependencies=[Depends(authenticated)])
def get(call_id: str) -> ViewAnswer:
    return ViewAnswer(success=True, data=CallView(**calls.show(call_id)))


handler = Mangum(app, lifespan="off")
