"""What is left of a stack's data when it is emptied: nothing."""

import gc
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from moto import mock_aws
from moto.s3.models import FakeKey

from infra.local import reset
from infra.local.cloud import Cloud
from infra.local.deploy import deploy
from infra.local.model import Deployment
from infra.local.moto_state import MotoState
from infra.local.transform import Template

RESOURCES = {
    "Kept": {"Type": "AWS::S3::Bucket", "Properties": {"VersioningConfiguration": {"Status": "Enabled"}}},
    "Plain": {"Type": "AWS::S3::Bucket", "Properties": {}},
}


@dataclass(frozen=True)
class Storage:
    """A cloud with nothing but the template's buckets."""

    cloud: Cloud
    deployment: Deployment

    def bucket(self, part: str) -> str:
        """The bucket whose name holds this."""
        return next(name for name in self.deployment.buckets if part.lower() in name)


@pytest.fixture
def storage() -> Iterator[Storage]:
    deployment = Deployment("ap-south-1")
    cloud = Cloud(deployment)
    deploy(Template(Path("t.yaml"), {"Resources": RESOURCES}), {}, deployment, cloud.client, Path(), "emptied")
    yield Storage(cloud, deployment)
    cloud.stop()


@pytest.mark.parametrize("part", ["Kept", "Plain"])
def test_every_version_of_an_object_and_its_delete_marker_go(storage: Storage, part: str) -> None:
    s3, name = storage.cloud.client("s3"), storage.bucket(part)
    for body in (b"one", b"two"):
        s3.put_object(Bucket=name, Key="a/file", Body=body)
    s3.delete_object(Bucket=name, Key="a/file")
    s3.put_object(Bucket=name, Key="b/file", Body=b"three")
    reset.empty(storage.deployment, storage.cloud)
    left = s3.list_object_versions(Bucket=name)
    assert (left.get("Versions", []), left.get("DeleteMarkers", [])) == ([], [])
    s3.put_object(Bucket=name, Key="a/file", Body=b"four")
    assert [each["Size"] for each in s3.list_object_versions(Bucket=name)["Versions"]] == [4]


def test_every_file_that_s3_opened_is_closed(storage: Storage) -> None:
    s3, name = storage.cloud.client("s3"), storage.bucket("Kept")
    s3.put_object(Bucket=name, Key="a", Body=b"one")
    s3.list_object_versions(Bucket=name)  # answers from copies, which no bucket holds
    upload = s3.create_multipart_upload(Bucket=name, Key="b")["UploadId"]
    s3.upload_part(Bucket=name, Key="b", UploadId=upload, PartNumber=1, Body=b"part")
    opened = list(FakeKey.instances_tracked)
    assert len(opened) == 3
    reset.empty(storage.deployment, storage.cloud)
    assert all(each.disposed for each in opened)
    assert FakeKey.instances_tracked == []


def test_what_is_put_aside_is_not_dropped_by_another_moto(storage: Storage) -> None:
    s3, name = storage.cloud.client("s3"), storage.bucket("Kept")
    s3.put_object(Bucket=name, Key="a", Body=b"one")
    s3.list_object_versions(Bucket=name)
    aside = MotoState.put_aside()
    with mock_aws():
        pass
    aside.take_up()
    gc.collect()  # an open file that was dropped warns here, and a warning is an error
    assert s3.get_object(Bucket=name, Key="a")["Body"].read() == b"one"
