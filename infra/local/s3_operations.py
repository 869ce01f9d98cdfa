"""Names S3's operations, which travel only as method, path and query."""

from collections.abc import Mapping

OBJECT = {"GET": "GetObject", "HEAD": "HeadObject", "PUT": "PutObject", "DELETE": "DeleteObject", "POST": "PostObject"}
BUCKET = {"GET": "ListObjects", "HEAD": "HeadBucket", "PUT": "CreateBucket", "DELETE": "DeleteBucket"}
VERBS = {"GET": "Get", "PUT": "Put", "DELETE": "Delete"}
SUBRESOURCES = {
    "tagging": "Tagging",
    "acl": "Acl",
    "policy": "Policy",
    "cors": "Cors",
    "versioning": "Versioning",
    "lifecycle": "LifecycleConfiguration",
    "encryption": "Encryption",
    "location": "Location",
    "notification": "NotificationConfiguration",
    "publicAccessBlock": "PublicAccessBlock",
    "ownershipControls": "OwnershipControls",
}


def bucket_and_key(path: str) -> tuple[str, str]:
    """The two halves of a path-style address."""
    bucket, _, key = path.lstrip("/").partition("/")
    return bucket, key


def s3_operation(method: str, path: str, query: Mapping[str, str], copy_source: str) -> str:
    """The API's name for a request, e.g. `UploadPart`."""
    bucket, key = bucket_and_key(path)
    if not bucket:
        return "ListBuckets"
    for name, noun in SUBRESOURCES.items():
        if name in query:
            return f"{VERBS.get(method, method)}{'Object' if key else 'Bucket'}{noun}"
    return _on_object(method, query, copy_source) if key else _on_bucket(method, query)


def _on_bucket(method: str, query: Mapping[str, str]) -> str:
    if method == "POST" and "delete" in query:
        return "DeleteObjects"
    if method == "GET" and query.get("list-type") == "2":
        return "ListObjectsV2"
    if method == "GET" and "versions" in query:
        return "ListObjectVersions"
    return BUCKET.get(method, method)


def _on_object(method: str, query: Mapping[str, str], copy_source: str) -> str:
    if "uploads" in query:
        return "CreateMultipartUpload"
    if "uploadId" in query:
        names = {"PUT": "UploadPart", "POST": "CompleteMultipartUpload", "DELETE": "AbortMultipartUpload"}
        return names.get(method, "ListParts")
    if method == "PUT" and copy_source:
        return "CopyObject"
    return OBJECT.get(method, method)
