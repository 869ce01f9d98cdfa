"""Parameters, user pools, topics, log groups and alarms."""

from typing import Any

from infra.local import cognito
from infra.local.intrinsics import Created
from infra.local.place import Place
from infra.local.properties import Properties


def parameter(place: Place, properties: Properties) -> Created:
    """AWS::SSM::Parameter."""
    name = properties.take("Name") or place.name(properties.logical_id, limit=1000)
    arguments = {"Type": properties.require("Type"), "Value": str(properties.require("Value"))}
    arguments |= properties.take_all("Description", "AllowedPattern", "Tier", "DataType")
    properties.ignore("Tags")
    place.client("ssm").put_parameter(Name=name, Overwrite=True, **arguments)
    place.deployment.parameters[name] = arguments
    attributes = {"Type": arguments["Type"], "Value": arguments["Value"]}
    return Created(properties.logical_id, properties.type, name, attributes)


def user_pool(place: Place, properties: Properties) -> Created:
    """AWS::Cognito::UserPool."""
    name = properties.take("UserPoolName") or place.name(properties.logical_id)
    arguments = properties.take_all(
        "Policies",
        "UsernameAttributes",
        "AliasAttributes",
        "AutoVerifiedAttributes",
        "Schema",
        "AdminCreateUserConfig",
        "AccountRecoverySetting",
        "UsernameConfiguration",
        "MfaConfiguration",
        "DeletionProtection",
        "UserPoolTier",
        "VerificationMessageTemplate",
    )
    properties.ignore("UserPoolTags", "UserPoolAddOns", "EmailConfiguration")
    cognito.install()
    pool = place.client("cognito-idp").create_user_pool(PoolName=name, **_api_types(arguments))["UserPool"]
    place.deployment.user_pools.append(pool["Id"])
    provider = f"cognito-idp.{place.region}.amazonaws.com/{pool['Id']}"
    attributes = {
        "Arn": pool["Arn"],
        "UserPoolId": pool["Id"],
        "ProviderName": provider,
        "ProviderURL": f"https://{provider}",
    }
    return Created(properties.logical_id, properties.type, pool["Id"], attributes)


def user_pool_client(place: Place, properties: Properties) -> Created:
    """AWS::Cognito::UserPoolClient."""
    arguments = {"UserPoolId": properties.require("UserPoolId")}
    arguments["ClientName"] = properties.take("ClientName") or place.name(properties.logical_id)
    arguments |= properties.take_all(
        "GenerateSecret",
        "RefreshTokenValidity",
        "AccessTokenValidity",
        "IdTokenValidity",
        "TokenValidityUnits",
        "ReadAttributes",
        "WriteAttributes",
        "ExplicitAuthFlows",
        "SupportedIdentityProviders",
        "PreventUserExistenceErrors",
        "EnableTokenRevocation",
        "AuthSessionValidity",
    )
    made = place.client("cognito-idp").create_user_pool_client(**_api_types(arguments))["UserPoolClient"]
    attributes = {"ClientId": made["ClientId"], "Name": made["ClientName"]}
    return Created(properties.logical_id, properties.type, made["ClientId"], attributes)


def user_pool_group(place: Place, properties: Properties) -> Created:
    """AWS::Cognito::UserPoolGroup."""
    name = properties.take("GroupName") or place.name(properties.logical_id)
    arguments = properties.take_all("UserPoolId", "Description", "Precedence", "RoleArn")
    place.client("cognito-idp").create_group(GroupName=name, **_api_types(arguments))
    return Created(properties.logical_id, properties.type, name)


def log_group(place: Place, properties: Properties) -> Created:
    """AWS::Logs::LogGroup."""
    name = properties.take("LogGroupName") or place.name(properties.logical_id, limit=512)
    retention = properties.take("RetentionInDays")
    properties.ignore("Tags", "LogGroupClass", "KmsKeyId")
    client = place.client("logs")
    client.create_log_group(logGroupName=name)
    if retention:
        client.put_retention_policy(logGroupName=name, retentionInDays=int(retention))
    return Created(properties.logical_id, properties.type, name, {"Arn": place.arn("logs", f"log-group:{name}:*")})


def topic(place: Place, properties: Properties) -> Created:
    """AWS::SNS::Topic: exists, so that alarms can name it; nobody publishes here."""
    name = properties.take("TopicName") or place.name(properties.logical_id, limit=256)
    properties.ignore("Tags", "DisplayName", "KmsMasterKeyId", "Subscription")
    arn = place.arn("sns", name)
    return Created(properties.logical_id, properties.type, arn, {"TopicArn": arn, "TopicName": name})


def alarm(place: Place, properties: Properties) -> Created:
    """AWS::CloudWatch::Alarm: known by name only; nothing here evaluates metrics."""
    name = properties.take("AlarmName") or place.name(properties.logical_id, limit=255)
    properties.ignore(*ALARM_PROPERTIES)
    place.deployment.alarms.append(name)
    return Created(properties.logical_id, properties.type, name, {"Arn": place.arn("cloudwatch", f"alarm:{name}")})


ALARM_PROPERTIES = (
    "ActionsEnabled",
    "AlarmActions",
    "AlarmDescription",
    "ComparisonOperator",
    "DatapointsToAlarm",
    "Dimensions",
    "EvaluationPeriods",
    "ExtendedStatistic",
    "InsufficientDataActions",
    "MetricName",
    "Metrics",
    "Namespace",
    "OKActions",
    "Period",
    "Statistic",
    "Tags",
    "Threshold",
    "TreatMissingData",
    "Unit",
)


def unplayed(*ignored: str) -> Any:
    """A resource that has no effect on one machine; its properties are still checked by name."""

    def create(place: Place, properties: Properties) -> Created:
        properties.ignore(*ignored)
        return Created(properties.logical_id, properties.type, place.name(properties.logical_id, limit=255))

    return create


def _api_types(values: Any) -> Any:
    """CloudFormation writes numbers and booleans as text where boto3 wants the real thing."""
    if isinstance(values, dict):
        return {key: _api_types(value) for key, value in values.items()}
    if isinstance(values, list):
        return [_api_types(value) for value in values]
    return {"true": True, "false": False}.get(values, values) if isinstance(values, str) else values


CREATORS = {
    "AWS::SSM::Parameter": parameter,
    "AWS::Cognito::UserPool": user_pool,
    "AWS::Cognito::UserPoolClient": user_pool_client,
    "AWS::Cognito::UserPoolGroup": user_pool_group,
    "AWS::Logs::LogGroup": log_group,
    "AWS::Logs::MetricFilter": unplayed(
        "FilterName", "FilterPattern", "LogGroupName", "MetricTransformations", "ApplyOnTransformedLogs"
    ),
    "AWS::SNS::Topic": topic,
    "AWS::SNS::Subscription": unplayed("Endpoint", "Protocol", "TopicArn"),
    "AWS::SNS::TopicPolicy": unplayed("PolicyDocument", "Topics"),
    "AWS::CloudWatch::Alarm": alarm,
    "AWS::CloudWatch::Dashboard": unplayed("DashboardName", "DashboardBody"),
}
