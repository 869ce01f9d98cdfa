"""The phone service in requests and answers. Pure."""

from typing import Annotated, Literal

from pydantic import Field, StrictBool, StringConstraints

from tandem.shapes import E164, Body, HttpsUrl, View

CarrierName = Literal["africas_talking", "sandbox", "telnyx", "twilio"]
CountryCode = Annotated[str, StringConstraints(pattern=r"^\+[1-9][0-9]{0,3}$")]


class PhoneSettings(Body):
    """The nested place of a setting, as the guide shows it."""

    webhook_url: HttpsUrl | None = None


class PhoneServiceRequest(Body):
    """Settings to change; what is left out stays as it is."""

    phone_number: Annotated[E164 | None, Field(examples=["+1234567890"])] = None
    carrier: CarrierName | None = None
    recording_enabled: StrictBool | None = None
    transcription_enabled: StrictBool | None = None
    default_country_code: Annotated[CountryCode | None, Field(examples=["+1"])] = None
    webhook_url: HttpsUrl | None = None
    settings: PhoneSettings | None = None

    def wanted_webhook_url(self) -> str | None:
        """The webhook URL from either place; the one at the top counts when both are there."""
        return self.webhook_url or (self.settings.webhook_url if self.settings else None)

    def clears_webhook(self) -> bool:
        """Whether the webhook URL was given as null, and nowhere as a URL."""
        nested = self.settings is not None and "webhook_url" in self.settings.model_fields_set
        return self.wanted_webhook_url() is None and ("webhook_url" in self.model_fields_set or nested)


class PhoneServiceView(View):
    """The phone service as configured. `webhookSecret` is there once: when the endpoint is made."""

    phone_number: str | None
    carrier: str
    recording_enabled: bool
    transcription_enabled: bool
    default_country_code: str | None
    webhook_url: str | None
    webhook_secret: str | None = None
