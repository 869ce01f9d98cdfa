"""Placing a call, in the cookbook's manner."""

from typing import Any

from aws_lambda_env_modeler import init_environment_variables
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.idempotency import idempotent_function
from aws_lambda_powertools.utilities.idempotency.serialization.pydantic import PydanticSerializer

from tests.benchmarks.peers.cookbook import (
    IDEMPOTENCY_CONFIG,
    IDEMPOTENCY_LAYER,
    CallPlaced,
    CallRequest,
    PlacedAnswer,
    Variables,
    database,
    logger,
    metrics,
    resolver,
    tracer,
)

app = resolver()


@app.post("/api/telephony/calls/initiate")
def handle_initiate(call_input: CallRequest) -> Response[PlacedAnswer]:
    metrics.add_metric(name="ValidCalls", unit=MetricUnit.Count, value=1)
    logger.info("placing a call")
    limits = authenticate(app.current_event.headers["authorization"].removeprefix("Bearer "))
    placed = place(call_input=call_input)
    body = PlacedAnswer(success=True, data=placed)
    return Response(status_code=200, content_type="application/json", headers=dict(limits), body=body)


@tracer.capture_method(capture_response=False)
def authenticate(key: str) -> dict[str, str]:
    return database().authenticate(key)


@idempotent_function(
    data_keyword_argument="call_input",
    config=IDEMPOTENCY_CONFIG,
    persistence_store=IDEMPOTENCY_LAYER,
    output_serializer=PydanticSerializer(model=CallPlaced),
)
@tracer.capture_method(capture_response=False)
def place(call_input: CallRequest) -> CallPlaced:
    return CallPlaced.model_validate(database().place(call_input.customerPhone, call_input.agentId))


@init_environment_variables(model=Variables)
@logger.inject_lambda_context
@metrics.log_metrics
@tracer.capture_lambda_handler(capture_response=False)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    IDEMPOTENCY_CONFIG.register_lambda_context(context)
    return app.resolve(event, context)
