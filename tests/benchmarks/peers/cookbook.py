"""What the two handlers in the manner of the published Lambda cookbook share: models, observability, idempotency.

Written for this benchmark, after the manner of ran-isenberg/aws-lambda-handler-cookbook: a Powertools resolver that
validates and offers Swagger, environment variables read by a model, Logger, Metrics and Tracer around every handler,
the idempotency layer around creation, and a boto3 resource. Its feature flags (AppConfig) are left out: ours has none.
"""

from typing import Annotated

from aws_lambda_env_modeler import get_environment_variables
from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.event_handler.openapi.models import Contact, Server
from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer, IdempotencyConfig
from pydantic import BaseModel, Field

from tests.benchmarks.peers.work_with_boto3 import Calls

logger = Logger(service="calls")
tracer = Tracer(service="calls")
metrics = Metrics(namespace="calls", service="calls")

IDEMPOTENCY_LAYER = DynamoDBPersistenceLayer(table_name="tandem")
IDEMPOTENCY_CONFIG = IdempotencyConfig(expires_after_seconds=300)


class Variables(BaseModel):
    """The handler's environment."""

    TABLE_NAME: Annotated[str, Field(min_length=1)]
    POWERTOOLS_LOG_LEVEL: str


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


def resolver() -> APIGatewayHttpResolver:
    """A validating resolver with its documentation."""
    app = APIGatewayHttpResolver(enable_validation=True)
    app.enable_swagger(
        path="/swagger",
        title="Calls",
        description="Calls",
        servers=[Server(url="/")],
        contact=Contact(name="calls", email="calls@example.com"),
    )
    return app


_database: list[Calls] = []


def database() -> Calls:
    """The one database handler of this process."""
    if not _database:
        _database.append(Calls(get_environment_variables(model=Variables).TABLE_NAME))
    return _database[0]
