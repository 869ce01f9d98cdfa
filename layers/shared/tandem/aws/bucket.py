"""The recordings bucket: streamed in, read by range, linked to for a short time, erased."""

from typing import IO

from botocore.exceptions import BotoCoreError, ClientError

from tandem.aws.clients import s3
from tandem.config import settings
from tandem.errors import Unavailable


class ObjectMissing(Exception):
    """There is no such object in the bucket."""


def upload(key: str, file: IO[bytes], content_type: str) -> None:
    """Store a file's content. Raises Unavailable."""
    try:
        s3().put_object(Bucket=settings().recordings_bucket, Key=key, Body=file, ContentType=content_type)
    except (BotoCoreError, ClientError) as error:
        raise Unavailable("The store does not take the recording now.") from error


def read(key: str, start: int, length: int) -> bytes:
    """A range of an object. Raises ObjectMissing or Unavailable."""
    return _read(key, f"bytes={start}-{start + length - 1}")


def read_whole(key: str) -> bytes:
    """All of an object. Raises ObjectMissing or Unavailable."""
    return _read(key, "bytes=0-")


def _read(key: str, span: str) -> bytes:
    try:
        answer = s3().get_object(Bucket=settings().recordings_bucket, Key=key, Range=span)
        return answer["Body"].read()
    except ClientError as error:
        # S3 says that an object is missing only to who may list the bucket; to us it says AccessDenied.
        if error.response["Error"]["Code"] in ("NoSuchKey", "AccessDenied"):
            raise ObjectMissing(key) from error
        raise Unavailable("The store does not answer.") from error
    except BotoCoreError as error:
        raise Unavailable("The store does not answer.") from error


def erase(prefix: str) -> None:
    """Delete every version of every object whose key begins so. Raises Unavailable."""
    name = settings().recordings_bucket
    try:
        while True:
            page = s3().list_object_versions(Bucket=name, Prefix=prefix)
            for one in (*page.get("Versions", []), *page.get("DeleteMarkers", [])):
                s3().delete_object(Bucket=name, Key=one["Key"], VersionId=one["VersionId"])
            if not page.get("IsTruncated"):
                return
    except (BotoCoreError, ClientError) as error:
        raise Unavailable("The store does not answer.") from error


def link(key: str, seconds: int, *, content_type: str, file_name: str) -> str:
    """A URL that anyone can fetch the object from for so many seconds."""
    return s3().generate_presigned_url(
        "get_object",
        Params={
            "Bucket": settings().recordings_bucket,
            "Key": key,
            "ResponseContentType": content_type,
            "ResponseContentDisposition": f'attachment; filename="{file_name}"',
        },
        ExpiresIn=seconds,
    )
