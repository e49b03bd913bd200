"""What browsers and authenticators are asked and answer (WebAuthn Level 3). Pure."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

import msgspec
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import (
    base64url_to_bytes,
    bytes_to_base64url,
    options_to_json_dict,
    parse_client_data_json,
)
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.structs import (
    AttestationConveyancePreference,
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

log = logging.getLogger("firsthand.passkeys")
T = TypeVar("T")
LONGEST_ANSWER = 20_000
_LONGEST_CREDENTIAL_ID = 1023
_LONGEST_KEY = 2_000
# For whom the browser waits; the challenge itself lasts five minutes.
_MILLISECONDS = 120_000
# Phones, computers and security keys have one of these.
_ALGORITHMS = [
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.EDDSA,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
]
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Site:
    """To which site a passkey belongs: always as the settings say, never as a request does."""

    rp_id: str
    origin: str


@dataclass(frozen=True, slots=True)
class Person:
    """What an authenticator shows and keeps of an account."""

    user_handle: bytes
    email: str
    name: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the browser sent back: ``fields`` as its ``toJSON`` writes them, still unproven."""

    fields: dict[str, Any]
    challenge: bytes
    credential_id: str
    user_handle: bytes | None


@dataclass(frozen=True, slots=True)
class NewKey:
    """What an authenticator has made for us. ``credential_id`` is base64url."""

    credential_id: str
    public_key: bytes
    sign_count: int


def site_of(base_url: str) -> Site:
    parts = urlsplit(base_url)
    host = (parts.hostname or "localhost").lower()
    is_default = parts.port in {None, _DEFAULT_PORTS.get(parts.scheme)}
    netloc = f"[{host}]" if ":" in host else host
    return Site(host, f"{parts.scheme}://{netloc}{'' if is_default else f':{parts.port}'}")


def creation_options(
    site: Site, person: Person, challenge: bytes, known: Sequence[str]
) -> dict[str, Any]:
    """For ``navigator.credentials.create``; ``known`` are the account's passkeys already."""
    options = generate_registration_options(
        rp_id=site.rp_id,
        rp_name="Firsthand",
        user_id=person.user_handle,
        user_name=person.email,
        user_display_name=person.name or person.email,
        challenge=challenge,
        timeout=_MILLISECONDS,
        attestation=AttestationConveyancePreference.NONE,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=_described(known),
        supported_pub_key_algs=_ALGORITHMS,
    )
    return options_to_json_dict(options)


def request_options(site: Site, challenge: bytes, allowed: Sequence[str]) -> dict[str, Any]:
    """For ``navigator.credentials.get``; with none allowed, the authenticator offers its own."""
    options = generate_authentication_options(
        rp_id=site.rp_id,
        challenge=challenge,
        timeout=_MILLISECONDS,
        allow_credentials=_described(allowed),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json_dict(options)


def read_answer(text: str) -> Answer | None:
    """None where the text is no such answer, or one from within another site's frame."""
    if len(text) > LONGEST_ANSWER:
        return None
    return _or_none(lambda: _read(msgspec.json.decode(text, type=dict[str, Any])))


def read_new_key(site: Site, answer: Answer) -> NewKey | None:
    """The passkey that was made, with the person verified by its device; else None.

    The caller has made sure that the challenge was ours, for this browser, and is used up.
    """
    verified = _or_none(
        lambda: verify_registration_response(
            credential=answer.fields,
            expected_challenge=answer.challenge,
            expected_rp_id=site.rp_id,
            expected_origin=site.origin,
            require_user_verification=True,
            supported_pub_key_algs=_ALGORITHMS,
        )
    )
    if (
        verified is None
        or len(verified.credential_id) > _LONGEST_CREDENTIAL_ID
        or len(verified.credential_public_key) > _LONGEST_KEY
    ):
        return None
    return NewKey(
        bytes_to_base64url(verified.credential_id),
        verified.credential_public_key,
        verified.sign_count,
    )


def new_sign_count(site: Site, answer: Answer, public_key: bytes, sign_count: int) -> int | None:
    """What the key's counter stands at after this signature; None if the signature proves nothing.

    The caller has made sure of the challenge, as for ``read_new_key``.
    """
    verified = _or_none(
        lambda: verify_authentication_response(
            credential=answer.fields,
            expected_challenge=answer.challenge,
            expected_rp_id=site.rp_id,
            expected_origin=site.origin,
            credential_public_key=public_key,
            credential_current_sign_count=sign_count,
            require_user_verification=True,
        )
    )
    return None if verified is None else verified.new_sign_count


def _read(fields: dict[str, Any]) -> Answer | None:
    response = fields["response"]
    client_data = parse_client_data_json(base64url_to_bytes(response["clientDataJSON"]))
    if client_data.cross_origin:
        return None
    handle = response.get("userHandle")
    return Answer(
        fields=fields,
        challenge=client_data.challenge,
        # Written anew, so that one credential has one name.
        credential_id=bytes_to_base64url(base64url_to_bytes(fields["rawId"])),
        user_handle=base64url_to_bytes(handle) if handle else None,
    )


def _described(credential_ids: Sequence[str]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(each)) for each in credential_ids]


def _or_none(read: Callable[[], T | None]) -> T | None:
    try:
        return read()
    except Exception as problem:
        # The library lets errors of its CBOR, of its cryptography and plain KeyErrors through:
        # whatever it is, what was sent proves nothing.
        log.info("a passkey's answer was refused: %s", type(problem).__name__)
        return None
