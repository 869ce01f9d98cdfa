"""Getting a call, in the cookbook's manner."""

from typing import Any

from aws_lambda_env_modeler import init_environment_variables
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.metrics import MetricUnit

from tests.benchmarks.peers.cookbook import (
    CallView,
    Variables,
    ViewAnswer,
    database,
    logger,
    metrics,
    resolver,
    tracer,
)

app = resolver()


@app.get("/api/telephony/calls/<call_id>")
def handle_get(call_id: str) -> Response[ViewAnswer]:
    metrics.add_metric(name="ValidReads", unit=MetricUnit.Count, value=1)
    logger.info("getting a call")
    limits = authenticate(app.current_event.headers["authorization"].removeprefix("Bearer "))
    body = ViewAnswer(success=True, data=show(call_id))
    return Response(status_code=200, content_type="application/json", headers=dict(limits), body=body)


@tracer.capture_method(capture_response=False)
def authenticate(key: str) -> dict[str, str]:
    return database().authenticate(key)


@tracer.capture_method(capture_response=False)
def show(call_id: str) -> CallView:
    return CallView.model_validate(database().show(call_id))


@init_environment_variables(model=Variables)
@logger.inject_lambda_context
@metrics.log_metrics
@tracer.capture_lambda_handler(capture_response=False)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return app.resolve(event, context)
