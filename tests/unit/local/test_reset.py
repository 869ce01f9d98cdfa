"""What is left of a stack's data when it is emptied: nothing."""

from pathlib import Path

import pytest

from infra.local import reset
from infra.local.cloud import Cloud
from infra.local.deploy import deploy
from infra.local.model import Deployment
from infra.local.transform import Template

RESOURCES = {
    "Kept": {"Type": "AWS::S3::Bucket", "Properties": {"VersioningConfiguration": {"Status": "Enabled"}}},
    "Plain": {"Type": "AWS::S3::Bucket", "Properties": {}},
}


@pytest.mark.parametrize("bucket", ["Kept", "Plain"])
def test_every_version_of_an_object_and_its_delete_marker_go(bucket: str) -> None:
    deployment = Deployment("ap-south-1")
    cloud = Cloud(deployment)
    try:
        deploy(Template(Path("t.yaml"), {"Resources": RESOURCES}), {}, deployment, cloud.client, Path(), "emptied")
        s3, name = cloud.client("s3"), next(name for name in deployment.buckets if bucket.lower() in name)
        for body in (b"one", b"two"):
            s3.put_object(Bucket=name, Key="a/file", Body=body)
        s3.delete_object(Bucket=name, Key="a/file")
        s3.put_object(Bucket=name, Key="b/file", Body=b"three")
        reset.empty(deployment, cloud)
        left = s3.list_object_versions(Bucket=name)
        assert (left.get("Versions", []), left.get("DeleteMarkers", [])) == ([], [])
        s3.put_object(Bucket=name, Key="a/file", Body=b"four")
        assert [each["Size"] for each in s3.list_object_versions(Bucket=name)["Versions"]] == [4]
    finally:
        cloud.stop()
