"""Tables, queues and buckets, created in moto with everything the template says about them."""

import json
from typing import Any

from infra.local.intrinsics import Created
from infra.local.place import Place
from infra.local.properties import Properties, UnsupportedProperty


def table(place: Place, properties: Properties) -> Created:
    """AWS::DynamoDB::Table with indexes, stream, TTL and point-in-time recovery."""
    name = properties.take("TableName") or place.name(properties.logical_id, limit=255)
    stream = properties.take("StreamSpecification")
    expiry = properties.take("TimeToLiveSpecification")
    recovery = properties.take("PointInTimeRecoverySpecification")
    encryption = properties.take("SSESpecification")
    arguments = properties.take_all(
        "KeySchema",
        "AttributeDefinitions",
        "BillingMode",
        "ProvisionedThroughput",
        "GlobalSecondaryIndexes",
        "LocalSecondaryIndexes",
        "OnDemandThroughput",
    )
    # Deletion protection and tags say nothing about a table that lives as long as this process.
    properties.ignore("Tags", "DeletionProtectionEnabled", "ContributorInsightsSpecification")
    if stream:
        arguments["StreamSpecification"] = {"StreamEnabled": True, **stream}
    if encryption:
        arguments["SSESpecification"] = {"Enabled": encryption["SSEEnabled"]}
    client = place.client("dynamodb")
    described = client.create_table(TableName=name, **arguments)["TableDescription"]
    if expiry:
        client.update_time_to_live(TableName=name, TimeToLiveSpecification=expiry)
    if recovery:
        client.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=recovery)
    place.deployment.tables.append(name)
    attributes = {"Arn": described["TableArn"]}
    if stream:
        attributes["StreamArn"] = described["LatestStreamArn"]
    return Created(properties.logical_id, properties.type, name, attributes)


QUEUE_ATTRIBUTES = (
    "DelaySeconds",
    "MaximumMessageSize",
    "MessageRetentionPeriod",
    "ReceiveMessageWaitTimeSeconds",
    "VisibilityTimeout",
    "FifoQueue",
    "ContentBasedDeduplication",
    "SqsManagedSseEnabled",
    "KmsMasterKeyId",
    "KmsDataKeyReusePeriodSeconds",
    "DeduplicationScope",
    "FifoThroughputLimit",
)


def queue(place: Place, properties: Properties) -> Created:
    """AWS::SQS::Queue with its redrive policy."""
    name = properties.take("QueueName") or place.name(properties.logical_id, limit=80)
    attributes = {key: _text(value) for key, value in properties.take_all(*QUEUE_ATTRIBUTES).items()}
    if attributes.get("FifoQueue") == "true" and not name.endswith(".fifo"):
        name += ".fifo"
    redrive = properties.take("RedrivePolicy")
    if redrive:
        attributes["RedrivePolicy"] = json.dumps(redrive)
    properties.ignore("Tags", "RedriveAllowPolicy")
    url = place.client("sqs").create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    arn = place.arn("sqs", name)
    place.deployment.queues[name] = url
    return Created(properties.logical_id, properties.type, url, {"Arn": arn, "QueueName": name, "QueueUrl": url})


def queue_policy(place: Place, properties: Properties) -> Created:
    """AWS::SQS::QueuePolicy: stored, not evaluated (see the gaps in the documentation)."""
    document = json.dumps(properties.require("PolicyDocument"))
    for url in properties.require("Queues"):
        place.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": document})
    return Created(properties.logical_id, properties.type, properties.logical_id)


def bucket(place: Place, properties: Properties) -> Created:
    """AWS::S3::Bucket with encryption, public access block, versioning, lifecycle, CORS and notifications."""
    name = properties.take("BucketName") or place.name(properties.logical_id, limit=63).lower()
    client = place.client("s3")
    client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": place.region})
    if encryption := properties.take("BucketEncryption"):
        rules = [_encryption_rule(rule) for rule in encryption["ServerSideEncryptionConfiguration"]]
        client.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": rules})
    if block := properties.take("PublicAccessBlockConfiguration"):
        client.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=_booleans(block))
    if versioning := properties.take("VersioningConfiguration"):
        client.put_bucket_versioning(Bucket=name, VersioningConfiguration=versioning)
    if lifecycle := properties.take("LifecycleConfiguration"):
        rules = [_lifecycle_rule(rule) for rule in lifecycle["Rules"]]
        client.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": rules})
    if cors := properties.take("CorsConfiguration"):
        rules = [_cors_rule(rule) for rule in cors["CorsRules"]]
        client.put_bucket_cors(Bucket=name, CORSConfiguration={"CORSRules": rules})
    if ownership := properties.take("OwnershipControls"):
        client.put_bucket_ownership_controls(Bucket=name, OwnershipControls=ownership)
    _notifications(place, name, properties.take("NotificationConfiguration"))
    properties.ignore("Tags", "LoggingConfiguration", "AccessControl")
    place.deployment.buckets.append(name)
    attributes = {
        "Arn": f"arn:aws:s3:::{name}",
        "DomainName": f"{name}.s3.amazonaws.com",
        "RegionalDomainName": f"{name}.s3.{place.region}.amazonaws.com",
    }
    return Created(properties.logical_id, properties.type, name, attributes)


def bucket_policy(place: Place, properties: Properties) -> Created:
    """AWS::S3::BucketPolicy: accepted by the store, then taken away: moto would apply its denials to every request,
    without their conditions."""
    name, document = properties.require("Bucket"), json.dumps(properties.require("PolicyDocument"))
    place.client("s3").put_bucket_policy(Bucket=name, Policy=document)
    place.client("s3").delete_bucket_policy(Bucket=name)
    return Created(properties.logical_id, properties.type, name)


def _notifications(place: Place, name: str, configuration: dict[str, Any] | None) -> None:
    """Kept here rather than in moto, which delivers some of them twice."""
    for kind, entries in (configuration or {}).items():
        if kind not in ("LambdaConfigurations", "QueueConfigurations"):
            raise UnsupportedProperty(f"{name}: {kind}")
        place.deployment.notifications += [(name, entry) for entry in entries]


def _encryption_rule(rule: dict[str, Any]) -> dict[str, Any]:
    changed = dict(rule)
    if "ServerSideEncryptionByDefault" in changed:
        changed["ApplyServerSideEncryptionByDefault"] = changed.pop("ServerSideEncryptionByDefault")
    return _booleans(changed)


def _lifecycle_rule(rule: dict[str, Any]) -> dict[str, Any]:
    """CloudFormation's spelling of a lifecycle rule in the API's."""
    changed: dict[str, Any] = {"ID": rule.get("Id", "rule"), "Status": rule["Status"]}
    changed["Filter"] = {"Prefix": rule.get("Prefix", "")}
    if "ExpirationInDays" in rule:
        changed["Expiration"] = {"Days": int(rule["ExpirationInDays"])}
    if "AbortIncompleteMultipartUpload" in rule:
        days = int(rule["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"])
        changed["AbortIncompleteMultipartUpload"] = {"DaysAfterInitiation": days}
    if "NoncurrentVersionExpiration" in rule:
        days = int(rule["NoncurrentVersionExpiration"]["NoncurrentDays"])
        changed["NoncurrentVersionExpiration"] = {"NoncurrentDays": days}
    if "Transitions" in rule:
        changed["Transitions"] = [
            {"Days": int(one["TransitionInDays"]), "StorageClass": one["StorageClass"]} for one in rule["Transitions"]
        ]
    known = {"Id", "Status", "Prefix", "Transitions", "ExpirationInDays"}
    unknown = set(rule) - known - set(changed)
    if unknown:
        raise UnsupportedProperty(f"LifecycleConfiguration: {', '.join(sorted(unknown))}")
    return changed


def _cors_rule(rule: dict[str, Any]) -> dict[str, Any]:
    names = {"Id": "ID", "MaxAge": "MaxAgeSeconds", "ExposedHeaders": "ExposeHeaders"}
    return {names.get(key, key): int(value) if key == "MaxAge" else value for key, value in rule.items()}


def _booleans(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value == "true" if value in ("true", "false") else value for key, value in values.items()}


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


CREATORS = {
    "AWS::DynamoDB::Table": table,
    "AWS::SQS::Queue": queue,
    "AWS::SQS::QueuePolicy": queue_policy,
    "AWS::S3::Bucket": bucket,
    "AWS::S3::BucketPolicy": bucket_policy,
}
