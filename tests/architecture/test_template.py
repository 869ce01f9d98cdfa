"""The template's own rules: what it must not contain, and that our lint rules, which `make check` holds it to, bite."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cfnlint.api import ManualArgs, lint_file
from samtranslator.yaml_helper import yaml_parse

from infra.local import transform

ROOT = Path(__file__).parents[2]
FILES = [ROOT / "template.yaml", *sorted((ROOT / "infra").glob("*.yaml"))]
RULES = ManualArgs(append_rules=[str(ROOT / "infra/rules")], regions=["us-east-1"])
DEAR = {
    "AWS::EC2::NatGateway",
    "AWS::EC2::VPC",
    "AWS::EC2::VPCEndpoint",
    "AWS::KMS::Key",
    "AWS::SecretsManager::Secret",
    "AWS::RDS::DBInstance",
    "AWS::ElastiCache::CacheCluster",
    "AWS::CloudWatch::Dashboard",
}
FUNCTION = """
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Resources:
  TelephonyInitiateCall:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      CodeUri: s3://bucket/key
      Handler: functions.telephony.initiate_call.handler
      Timeout: 25
"""
POLICY = """
AWSTemplateFormatVersion: "2010-09-09"
Parameters:
  TableArn: {Type: String}
Resources:
  Look:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Action: [dynamodb:GetItem]
            Resource: !Ref TableArn
            Condition: {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["TENANT#*"]}}
"""


def resources() -> Iterator[tuple[str, dict[str, Any]]]:
    for path in FILES:
        yield from yaml_parse(path.read_text())["Resources"].items()


def found_in(text: str, folder: Path) -> set[str]:
    path = folder / "template.yaml"
    path.write_text(text)
    return {match.rule.id for match in lint_file(path, config=RULES) if match.rule.id.startswith("E")}


def test_nothing_costs_money_while_it_is_idle() -> None:
    kinds = {resource["Type"] for _, resource in resources()}
    assert not kinds & DEAR
    text = "".join(path.read_text() for path in FILES)
    for word in ("ProvisionedThroughput", "ProvisionedConcurrency", "SnapStart", "VpcConfig", "KmsMasterKeyId"):
        assert word not in text, word


def test_a_role_has_as_many_managed_policies_as_amazon_allows_with_those_that_sam_adds() -> None:
    translated = transform.load(ROOT / "template.yaml", {"Stage": "dev"}, "eu-west-1")
    attached = {
        name: len(resource["Properties"]["ManagedPolicyArns"])
        for name, resource in translated.body["Resources"].items()
        if resource["Type"] == "AWS::IAM::Role"
    }
    assert attached["TelephonyGetCallRole"] == 5
    assert {name: count for name, count in attached.items() if count > 10} == {}


def test_a_queue_hides_a_message_for_six_times_its_functions_time() -> None:
    queues, functions = dict(resources()), yaml_parse((ROOT / "template.yaml").read_text())
    default = functions["Globals"]["Function"]["Timeout"]
    named = re.compile(r"Outputs\.(\w+)Arn")
    hidden = {
        name: (queues[queue[1]]["Properties"]["VisibilityTimeout"], resource["Properties"].get("Timeout", default))
        for name, resource in functions["Resources"].items()
        for event in resource.get("Properties", {}).get("Events", {}).values()
        if event["Type"] == "SQS" and (queue := named.search(str(event["Properties"]["Queue"])))
    }
    assert len(hidden) == 4
    assert {name for name, (seconds, timeout) in hidden.items() if seconds != 6 * timeout} == set()


def test_there_are_ten_alarms_at_most() -> None:
    assert 1 <= sum(resource["Type"] == "AWS::CloudWatch::Alarm" for _, resource in resources()) <= 10


def test_what_is_sound_passes_our_rules(tmp_path: Path) -> None:
    assert found_in(FUNCTION, tmp_path) == set()
    assert found_in(POLICY, tmp_path) == set()


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("TelephonyInitiateCall:", "TelephonyPlaceCall:", "E9101"),
        ("telephony.initiate_call", "workers.initiate_call", "E9101"),
        ("Timeout: 25", "Timeout: 29", "E9103"),
        (
            "Timeout: 25",
            (
                "Timeout: 25\n      Policies: [{Version: '2012-10-17', Statement: [{Effect: Allow, "
                "Action: 's3:GetObject', Resource: '*'}]}]"
            ),
            "E9102",
        ),
        (
            "Timeout: 25",
            (
                "Timeout: 25\n      Events: {Queue: {Type: SQS, Properties: "
                "{Queue: 'arn:aws:sqs:us-east-1:123456789012:queue'}}}"
            ),
            "E9104",
        ),
    ],
)
def test_a_function_that_breaks_a_rule_is_found(old: str, new: str, rule: str, tmp_path: Path) -> None:
    assert rule in found_in(FUNCTION.replace(old, new), tmp_path)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("!Ref TableArn", '"*"'),
        ("dynamodb:GetItem", "dynamodb:*"),
        ("dynamodb:GetItem", "dynamodb:Scan"),
        ("dynamodb:LeadingKeys", "aws:username"),
    ],
)
def test_a_right_that_is_too_wide_is_found(old: str, new: str, tmp_path: Path) -> None:
    assert "E9102" in found_in(POLICY.replace(old, new), tmp_path)


def test_the_tables_stream_has_no_more_readers_than_a_shard_takes() -> None:
    """Two read a shard at once; beyond that DynamoDB throttles them, which moto does not know."""
    template = yaml_parse((ROOT / "template.yaml").read_text())
    readers = [
        name
        for name, resource in template["Resources"].items()
        for event in resource.get("Properties", {}).get("Events", {}).values()
        if event["Type"] == "DynamoDB"
    ]
    assert sorted(readers) == ["WorkersOnEventRecorded", "WorkersOnRecordChanged"]
