"""What the deployer refuses, and what moto holds after a deployment."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.local import transform
from infra.local.cloud import Cloud
from infra.local.deploy import CircularDependency, UnknownResource, deploy
from infra.local.intrinsics import Unresolved
from infra.local.managed_policies import UnknownPolicy
from infra.local.model import Deployment
from infra.local.properties import MissingProperty, UnsupportedProperty
from infra.local.transform import InvalidTemplate, Template

REGION = "ap-south-1"


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    made = Cloud(Deployment(REGION))
    yield made
    made.stop()


def create(cloud: Cloud, resources: dict[str, Any], **more: Any) -> tuple[Deployment, dict[str, Any]]:
    deployment = Deployment(REGION)
    template = Template(Path("t.yaml"), {"Resources": resources, **more})
    return deployment, deploy(template, {}, deployment, cloud.client, Path(), "s")


QUEUE = {"Type": "AWS::SQS::Queue", "Properties": {}}
ROLE_TRUST = {"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole"}]}


@pytest.mark.parametrize(
    ("resources", "error"),
    [
        ({"A": {"Type": "AWS::EC2::VPC"}}, UnknownResource),
        ({"A": {"Type": "AWS::SQS::Queue", "Properties": {"Colour": "red"}}}, UnsupportedProperty),
        (
            {
                "A": {
                    "Type": "AWS::S3::Bucket",
                    "Properties": {"NotificationConfiguration": {"EventBridgeConfiguration": {}}},
                }
            },
            UnsupportedProperty,
        ),
        ({"A": {"Type": "AWS::SSM::Parameter", "Properties": {"Name": "/x", "Value": "1"}}}, MissingProperty),
        ({"A": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": {"Ref": "B"}}}}, Unresolved),
        (
            {
                "A": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Fn::GetAtt": ["B", "QueueName"]}}},
                "B": {"Type": "AWS::SQS::Queue", "DependsOn": "A"},
            },
            CircularDependency,
        ),
        (
            {
                "A": {
                    "Type": "AWS::IAM::Role",
                    "Properties": {
                        "AssumeRolePolicyDocument": ROLE_TRUST,
                        "ManagedPolicyArns": ["arn:aws:iam::aws:policy/None"],
                    },
                }
            },
            UnknownPolicy,
        ),
    ],
)
def test_what_it_does_not_know_is_refused(cloud: Cloud, resources: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        create(cloud, resources)


def test_conditions_and_order_decide_what_is_created(cloud: Cloud) -> None:
    resources = {
        "A": {"Type": "AWS::SSM::Parameter", "Properties": {"Name": "/a", "Type": "String", "Value": {"Ref": "B"}}},
        "B": {**QUEUE, "DependsOn": ["C"]},
        "C": {**QUEUE},
        "D": {**QUEUE, "Condition": "Never"},
    }
    outputs = {
        "Kept": {"Value": {"Ref": "A"}},
        "Left": {"Value": {"Ref": "D"}, "Condition": "Never"},
    }
    deployment, found = create(cloud, resources, Outputs=outputs, Conditions={"Never": {"Fn::Equals": ["a", "b"]}})
    assert found == {"Kept": "/a"}
    assert list(deployment.queues) == ["s-C", "s-B"]
    assert deployment.parameters["/a"]["Value"] == deployment.queues["s-B"]


def test_a_table_gets_all_that_the_template_says(cloud: Cloud) -> None:
    properties = {
        "TableName": "things",
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "g")],
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "GlobalSecondaryIndexes": [
            {
                "IndexName": "by-g",
                "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
        "StreamSpecification": {"StreamViewType": "NEW_IMAGE"},
        "TimeToLiveSpecification": {"AttributeName": "ttl", "Enabled": True},
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
    }
    outputs = {"Stream": {"Value": {"Fn::GetAtt": ["T", "StreamArn"]}}}
    _, found = create(cloud, {"T": {"Type": "AWS::DynamoDB::Table", "Properties": properties}}, Outputs=outputs)
    client = cloud.client("dynamodb")
    table = client.describe_table(TableName="things")["Table"]
    assert table["LatestStreamArn"] == found["Stream"]
    assert table["GlobalSecondaryIndexes"][0]["Projection"] == {"ProjectionType": "KEYS_ONLY"}
    expiry = client.describe_time_to_live(TableName="things")["TimeToLiveDescription"]
    assert expiry == {"TimeToLiveStatus": "ENABLED", "AttributeName": "ttl"}
    backups = client.describe_continuous_backups(TableName="things")["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"


def test_a_bucket_gets_all_that_the_template_says(cloud: Cloud) -> None:
    properties = {
        "BucketName": "files-of-s",
        "BucketEncryption": {
            "ServerSideEncryptionConfiguration": [{"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
        },
        "PublicAccessBlockConfiguration": {"BlockPublicAcls": True},
        "VersioningConfiguration": {"Status": "Enabled"},
        "LifecycleConfiguration": {"Rules": [{"Id": "x", "Status": "Enabled", "ExpirationInDays": 7}]},
        "CorsConfiguration": {"CorsRules": [{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"], "MaxAge": 60}]},
    }
    create(cloud, {"B": {"Type": "AWS::S3::Bucket", "Properties": properties}})
    client = cloud.client("s3")
    rule = client.get_bucket_encryption(Bucket="files-of-s")["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    block = client.get_public_access_block(Bucket="files-of-s")["PublicAccessBlockConfiguration"]
    assert block["BlockPublicAcls"] is True
    assert client.get_bucket_versioning(Bucket="files-of-s")["Status"] == "Enabled"
    lifecycle = client.get_bucket_lifecycle_configuration(Bucket="files-of-s")["Rules"][0]
    assert (lifecycle["Expiration"], lifecycle["ID"]) == ({"Days": 7}, "x")
    assert client.get_bucket_cors(Bucket="files-of-s")["CORSRules"][0]["MaxAgeSeconds"] == 60


def test_a_template_with_its_children_is_transformed_once_and_then_remembered(tmp_path: Path) -> None:
    child = {"Resources": {"Q": QUEUE}, "Outputs": {"Url": {"Value": {"Ref": "Q"}}}}
    parent = {
        "Transform": "AWS::Serverless-2016-10-31",
        "Resources": {
            "Child": {"Type": "AWS::Serverless::Application", "Properties": {"Location": "sub/child.yaml"}},
            "F": {
                "Type": "AWS::Serverless::Function",
                "Properties": {"CodeUri": "src/", "Handler": "a.b", "Runtime": "python3.13"},
            },
        },
    }
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "child.yaml").write_text(yaml.safe_dump(child))
    (tmp_path / "t.yaml").write_text(yaml.safe_dump(parent))
    cache = tmp_path / "cache"
    first = transform.load(tmp_path / "t.yaml", {}, REGION, cache)
    assert first.body["Resources"]["F"]["Properties"]["Code"] == {"S3Bucket": "local", "S3Key": "src"}
    assert first.children["Child"].body == child
    assert len(list(cache.iterdir())) == 2
    assert transform.load(tmp_path / "t.yaml", {}, REGION, cache) == first
    (tmp_path / "sub" / "child.yaml").write_text(yaml.safe_dump({"Resources": {}}))
    assert transform.load(tmp_path / "t.yaml", {}, REGION, cache).children["Child"].body == {"Resources": {}}


@pytest.mark.parametrize(
    "document",
    [
        {"Transform": ["AWS::LanguageExtensions", "AWS::Serverless-2016-10-31"], "Resources": {"Q": QUEUE}},
        {"Resources": {"C": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "https://x/y"}}}},
        {"Resources": {"C": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "none.yaml"}}}},
        {
            "Transform": "AWS::Serverless-2016-10-31",
            "Resources": {"F": {"Type": "AWS::Serverless::Function", "Properties": {"Colour": "red"}}},
        },
    ],
)
def test_a_template_that_cannot_be_served_is_refused(tmp_path: Path, document: dict[str, Any]) -> None:
    (tmp_path / "t.yaml").write_text(yaml.safe_dump(document))
    with pytest.raises(InvalidTemplate):
        transform.load(tmp_path / "t.yaml", {}, REGION)
