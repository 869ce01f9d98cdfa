"""Functions, layers, roles, policies, mappings and schedules: what the runner plays itself."""

import json
from typing import Any

from infra.local.intrinsics import Created
from infra.local.managed_policies import document as managed_document
from infra.local.model import ACCOUNT, Credentials, EventSource, Function, Role, Schedule, Statement
from infra.local.place import Place
from infra.local.properties import MissingProperty, Properties, UnsupportedProperty
from infra.local.transform import LOCAL_BUCKET


def function(place: Place, properties: Properties) -> Created:
    """AWS::Lambda::Function."""
    name = properties.take("FunctionName") or place.name(properties.logical_id)
    role = place.deployment.roles[properties.require("Role")]
    layers = [place.deployment.layers[arn] for arn in properties.take("Layers", [])]
    logging = properties.take("LoggingConfig", {})
    dead_letters = properties.take("DeadLetterConfig", {})
    if properties.take("PackageType", "Zip") != "Zip":
        raise UnsupportedProperty(f"{properties.logical_id}: only zip packages run here")
    made = Function(
        logical_id=properties.logical_id,
        name=name,
        arn=place.arn("lambda", f"function:{name}"),
        handler=properties.require("Handler"),
        role=role,
        environment={k: str(v) for k, v in properties.take("Environment", {}).get("Variables", {}).items()},
        timeout=float(properties.take("Timeout", 3)),
        memory=int(properties.take("MemorySize", 128)),
        paths=(place.root, *layers),
        log_group=logging.get("LogGroup", f"/aws/lambda/{name}"),
        on_failure=dead_letters.get("TargetArn"),
        credentials=Credentials.of(name, place.deployment.salt),
    )
    properties.ignore(
        *("Code", "Runtime", "Architectures", "TracingConfig", "Tags", "Description", "EphemeralStorage"),
        *("ReservedConcurrentExecutions", "SnapStart", "RecursiveLoop", "RuntimeManagementConfig"),
    )
    place.deployment.functions[properties.logical_id] = made
    return Created(properties.logical_id, properties.type, name, {"Arn": made.arn})


def layer(place: Place, properties: Properties) -> Created:
    """AWS::Lambda::LayerVersion; one that holds only a requirements file is the virtual environment's business."""
    name = properties.take("LayerName") or place.name(properties.logical_id)
    content = properties.require("Content")
    if content.get("S3Bucket") != LOCAL_BUCKET:
        raise UnsupportedProperty(f"{properties.logical_id}: the layer's content is not a folder of this project")
    arn = place.arn("lambda", f"layer:{name}:1")
    place.deployment.layers[arn] = (place.root / content["S3Key"]).resolve()
    properties.ignore("CompatibleRuntimes", "CompatibleArchitectures", "Description", "LicenseInfo")
    return Created(properties.logical_id, properties.type, arn, {"LayerVersionArn": arn})


def role(place: Place, properties: Properties) -> Created:
    """AWS::IAM::Role with its inline policies and the documents of its managed ones."""
    name = properties.take("RoleName") or place.name(properties.logical_id)
    path = properties.take("Path", "/")
    made = Role(name, f"arn:aws:iam::{ACCOUNT}:role{path}{name}")
    for policy in properties.take("Policies", []):
        made.statements += statements(policy["PolicyName"], policy["PolicyDocument"])
    for arn in properties.take("ManagedPolicyArns", []):
        own = place.deployment.managed_policies.get(arn)
        made.statements += own if own is not None else statements(arn.rpartition("/")[2], managed_document(arn))
    properties.require("AssumeRolePolicyDocument")
    if properties.take("PermissionsBoundary"):
        raise UnsupportedProperty(f"{properties.logical_id}: permissions boundaries are not evaluated here")
    properties.ignore("Tags", "Description", "MaxSessionDuration")
    place.deployment.roles[made.arn] = made
    return Created(properties.logical_id, properties.type, name, {"Arn": made.arn, "RoleId": place.token(name)})


def managed_policy(place: Place, properties: Properties) -> Created:
    """AWS::IAM::ManagedPolicy."""
    name = properties.take("ManagedPolicyName") or place.name(properties.logical_id)
    arn = f"arn:aws:iam::{ACCOUNT}:policy{properties.take('Path', '/')}{name}"
    own = statements(name, properties.require("PolicyDocument"))
    for attached in properties.take("Roles", []):
        _role_named(place, attached).statements += own
    properties.ignore("Description", "Tags")
    place.deployment.managed_policies[arn] = own
    return Created(properties.logical_id, properties.type, arn, {"PolicyArn": arn})


def inline_policy(place: Place, properties: Properties) -> Created:
    """AWS::IAM::Policy, attached to roles."""
    name = properties.require("PolicyName")
    own = statements(name, properties.require("PolicyDocument"))
    for attached in properties.require("Roles"):
        _role_named(place, attached).statements += own
    return Created(properties.logical_id, properties.type, name)


def source(place: Place, properties: Properties) -> Created:
    """AWS::Lambda::EventSourceMapping of a queue or a table's stream."""
    made_for = place.deployment.function(properties.require("FunctionName"))
    arn = properties.require("EventSourceArn")
    filters = properties.take("FilterCriteria", {}).get("Filters", [])
    scaling = properties.take("ScalingConfig", {})
    is_queue = arn.split(":")[2] == "sqs"
    enabled = properties.take("Enabled", "true")
    mapping = EventSource(
        logical_id=properties.logical_id,
        function=made_for.logical_id,
        source=arn,
        batch_size=int(properties.take("BatchSize", 10 if is_queue else 100)),
        partial="ReportBatchItemFailures" in properties.take("FunctionResponseTypes", []),
        filters=[json.loads(one["Pattern"]) for one in filters],
        starting=properties.take("StartingPosition", "LATEST"),
        retries=int(properties.take("MaximumRetryAttempts", -1)),
        bisect=_true(properties.take("BisectBatchOnFunctionError")),
        on_failure=properties.take("DestinationConfig", {}).get("OnFailure", {}).get("Destination"),
        concurrency=scaling.get("MaximumConcurrency"),
    )
    properties.ignore("MaximumBatchingWindowInSeconds", "MaximumRecordAgeInSeconds", "ParallelizationFactor", "Tags")
    if is_queue is False and "/stream/" not in arn:
        raise UnsupportedProperty(f"{properties.logical_id}: events of {arn} are not polled here")
    if _true(enabled):
        place.deployment.sources.append(mapping)
        made_for.events.append(f"{'queue' if is_queue else 'stream'} {arn.split(':', 5)[5]}")
    return Created(properties.logical_id, properties.type, place.token(properties.logical_id))


def invoke_config(place: Place, properties: Properties) -> Created:
    """AWS::Lambda::EventInvokeConfig: retries and destination of asynchronous calls."""
    made_for = place.deployment.function(properties.require("FunctionName"))
    made_for.retries = int(properties.take("MaximumRetryAttempts", 2))
    destination = properties.take("DestinationConfig", {})
    made_for.on_failure = destination.get("OnFailure", {}).get("Destination", made_for.on_failure)
    properties.ignore("Qualifier", "MaximumEventAgeInSeconds")
    return Created(properties.logical_id, properties.type, place.token(properties.logical_id))


def permission(place: Place, properties: Properties) -> Created:
    """AWS::Lambda::Permission: resource policies are not evaluated, but must name a function that exists."""
    place.deployment.function(properties.require("FunctionName"))
    properties.ignore("Action", "Principal", "SourceArn", "SourceAccount", "EventSourceToken")
    return Created(properties.logical_id, properties.type, place.token(properties.logical_id))


def rule(place: Place, properties: Properties) -> Created:
    """AWS::Events::Rule with a schedule expression."""
    name = properties.take("Name") or place.name(properties.logical_id)
    if properties.take("EventPattern"):
        raise UnsupportedProperty(f"{properties.logical_id}: EventPattern: no event bus is played here")
    expression, state = properties.require("ScheduleExpression"), properties.take("State", "ENABLED")
    arn = place.arn("events", f"rule/{name}")
    for target in properties.take("Targets", []):
        payload = json.loads(target["Input"]) if "Input" in target else None
        _schedule(place, properties, Schedule(properties.logical_id, name, arn, expression, "", payload), target, state)
    properties.ignore("Description", "Tags")
    return Created(properties.logical_id, properties.type, name, {"Arn": arn})


def scheduler_schedule(place: Place, properties: Properties) -> Created:
    """AWS::Scheduler::Schedule."""
    name = properties.take("Name") or place.name(properties.logical_id)
    target = properties.require("Target")
    state, zone = properties.take("State", "ENABLED"), properties.take("ScheduleExpressionTimezone", "UTC")
    arn = place.arn("scheduler", f"schedule/{properties.take('GroupName', 'default')}/{name}")
    payload = json.loads(target["Input"]) if "Input" in target else {}
    made = Schedule(properties.logical_id, name, arn, properties.require("ScheduleExpression"), "", payload, zone)
    _schedule(place, properties, made, target, state)
    properties.ignore("Description", "FlexibleTimeWindow")
    return Created(properties.logical_id, properties.type, name, {"Arn": arn})


def _schedule(place: Place, properties: Properties, made: Schedule, target: dict[str, Any], state: str) -> None:
    unknown = set(target) - {"Arn", "Id", "Input", "RoleArn", "RetryPolicy", "DeadLetterConfig"}
    if unknown:
        raise UnsupportedProperty(f"{properties.logical_id}: target {', '.join(sorted(unknown))}")
    called = place.deployment.function(target["Arn"])
    made.function = called.logical_id
    if "MaximumRetryAttempts" in target.get("RetryPolicy", {}) and "DeadLetterConfig" in target:
        called.on_failure = called.on_failure or target["DeadLetterConfig"]["Arn"]
    if state == "ENABLED":
        place.deployment.schedules[properties.logical_id] = made
        called.events.append(f"schedule {made.expression}")


def statements(policy: str, document: dict[str, Any]) -> list[Statement]:
    """A policy document's statements in one form: lists everywhere."""
    found = _listed(document["Statement"])
    if any("Principal" in one for one in found):
        raise UnsupportedProperty(f"{policy}: a role's policy has no Principal")
    return [
        Statement(
            policy=policy,
            effect=one["Effect"],
            actions=tuple(_listed(one.get("Action", []))),
            not_actions=tuple(_listed(one.get("NotAction", []))),
            resources=tuple(_listed(one.get("Resource", []))),
            not_resources=tuple(_listed(one.get("NotResource", []))),
            condition=one.get("Condition", {}),
        )
        for one in found
    ]


def _role_named(place: Place, name: str) -> Role:
    for known in place.deployment.roles.values():
        if known.name == name:
            return known
    raise MissingProperty(f"There is no role {name}")


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _true(value: Any) -> bool:
    return str(value).lower() == "true"


CREATORS = {
    "AWS::Lambda::Function": function,
    "AWS::Lambda::LayerVersion": layer,
    "AWS::Lambda::EventSourceMapping": source,
    "AWS::Lambda::EventInvokeConfig": invoke_config,
    "AWS::Lambda::Permission": permission,
    "AWS::IAM::Role": role,
    "AWS::IAM::ManagedPolicy": managed_policy,
    "AWS::IAM::Policy": inline_policy,
    "AWS::Events::Rule": rule,
    "AWS::Scheduler::Schedule": scheduler_schedule,
}
