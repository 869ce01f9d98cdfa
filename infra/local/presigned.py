"""Presigned S3 links: signature, method and expiry, as S3 checks them and moto does not."""

import calendar
import hmac
import time

from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.compat import HTTPHeaders
from botocore.credentials import Credentials as BotoCredentials

from infra.local.answers import Answer, error
from infra.local.aws_request import AwsRequest
from infra.local.calls import Calls
from infra.local.clock import Clock
from infra.local.model import ADMIN_KEY, ADMIN_SECRET, Deployment, Function

WEEK = 604800
MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your key and signing method."
)


class PresignedLinks:
    """A guard for links. Expiry is counted on the platform's clock from when the link was signed.

    A link bears the real time of its signature, to the second; which invocation made it tells the clock's offset then.
    """

    def __init__(self, deployment: Deployment, clock: Clock, calls: Calls) -> None:
        self._deployment = deployment
        self._clock = clock
        self._calls = calls

    def guard(self, request: AwsRequest, caller: Function | None) -> Answer | None:
        """Refuse a link that is forged, meant for another method or too old."""
        if not request.is_presigned:
            return None
        secret = self._secret(request.access_key)
        if secret is None:
            message = "The AWS Access Key Id you provided does not exist in our records."
            return error(request, "InvalidAccessKeyId", message, 403)
        try:
            signed_at = calendar.timegm(time.strptime(request.query["X-Amz-Date"], "%Y%m%dT%H%M%SZ"))
            lifetime = int(request.query["X-Amz-Expires"])
        except (KeyError, ValueError):
            message = "Query-string authentication version 4 requires the X-Amz-Date and X-Amz-Expires parameters"
            return error(request, "AuthorizationQueryParametersError", message, 400)
        if not 1 <= lifetime <= WEEK:
            message = "X-Amz-Expires must be between 1 and a week (in seconds); that is, at most 604800"
            return error(request, "AuthorizationQueryParametersError", message, 400)
        offset = self._calls.offset_at(caller.logical_id, signed_at) if caller else None
        moment = signed_at + offset if offset is not None else self._clock.at_real(signed_at)
        if self._clock.now() > moment + lifetime:
            return error(request, "AccessDenied", "Request has expired", 403)
        if not hmac.compare_digest(self._signature(request, secret), request.query.get("X-Amz-Signature", "")):
            return error(request, "SignatureDoesNotMatch", MISMATCH, 403)
        return None

    def _secret(self, key: str | None) -> str | None:
        if key == ADMIN_KEY:
            return ADMIN_SECRET
        function = self._deployment.by_key(key)
        return function.credentials.secret if function else None

    def _signature(self, request: AwsRequest, secret: str) -> str:
        """The signature botocore makes for the same request."""
        scope = request.query["X-Amz-Credential"].split("/")
        auth = _Fixed(BotoCredentials(str(request.access_key), secret), scope[3], scope[2])
        path, _, query = str(request.environ["RAW_URI"]).partition("?")
        unsigned = "&".join(part for part in query.split("&") if not part.startswith("X-Amz-Signature="))
        headers = {name: request.header(name) for name in request.query["X-Amz-SignedHeaders"].split(";")}
        url = f"http://{request.environ['HTTP_HOST']}{path}?{unsigned}"
        again = AWSRequest(request.method, url, headers=headers)
        again.context["timestamp"] = request.query["X-Amz-Date"]
        text = auth.string_to_sign(again, auth.canonical_request(again))
        return str(auth.signature(text, again))


class _Fixed(S3SigV4QueryAuth):
    """Signs exactly the headers the link names."""

    def headers_to_sign(self, request: AWSRequest) -> HTTPHeaders:
        found = HTTPHeaders()
        for name, value in request.headers.items():
            found[name.lower()] = value
        return found
