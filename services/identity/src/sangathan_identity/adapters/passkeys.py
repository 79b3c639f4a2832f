"""WebAuthn Level 3 through the webauthn package: user verification always, attestation never."""

import json
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar
from uuid import UUID

import webauthn
from webauthn.helpers import base64url_to_bytes, options_to_json
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AttestationConveyancePreference,
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from sangathan_identity.domain.ports import NewCredential, PasskeyRefused

T = TypeVar("T")

_NAME: Final = "Sangathan"
_ALGORITHMS: Final = [COSEAlgorithmIdentifier.EDDSA, COSEAlgorithmIdentifier.ECDSA_SHA_256]


class WebAuthn:
    """The ceremonies for one relying party: its id (a domain) and the origins that may speak for it."""

    def __init__(self, rp_id: str, origins: Sequence[str]) -> None:
        self._rp_id = rp_id
        self._origins = list(origins)

    def creation(self, person_id: UUID, name: str, challenge: bytes, exclude: Sequence[bytes]) -> dict[str, Any]:
        """What a browser asks an authenticator to make: discoverable, so that no phone number is asked for later."""
        options = webauthn.generate_registration_options(
            rp_id=self._rp_id,
            rp_name=_NAME,
            user_id=person_id.bytes,
            user_name=name,
            user_display_name=name,
            challenge=challenge,
            attestation=AttestationConveyancePreference.NONE,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(id=one) for one in exclude],
            supported_pub_key_algs=_ALGORITHMS,
        )
        return dict(json.loads(options_to_json(options)))

    def request(self, challenge: bytes) -> dict[str, Any]:
        """What a browser asks any authenticator to sign; no credential is named, so nobody's are told."""
        options = webauthn.generate_authentication_options(
            rp_id=self._rp_id, challenge=challenge, user_verification=UserVerificationRequirement.REQUIRED
        )
        return dict(json.loads(options_to_json(options)))

    def asked(self, answer: str) -> tuple[bytes, bytes]:
        """The credential's id and the challenge that an answer claims."""

        def read() -> tuple[bytes, bytes]:
            credential = json.loads(answer)
            client = json.loads(base64url_to_bytes(credential["response"]["clientDataJSON"]))
            return base64url_to_bytes(credential["rawId"]), base64url_to_bytes(client["challenge"])

        return _checked(read)

    def created(self, answer: str, challenge: bytes) -> NewCredential:
        """The credential of a good answer to `creation`."""
        made = _checked(
            lambda: webauthn.verify_registration_response(
                credential=answer,
                expected_challenge=challenge,
                expected_rp_id=self._rp_id,
                expected_origin=self._origins,
                require_user_verification=True,
                supported_pub_key_algs=_ALGORITHMS,
            )
        )
        return NewCredential(made.credential_id, made.credential_public_key, made.sign_count)

    def signed(self, answer: str, challenge: bytes, public_key: bytes) -> int:
        """The authenticator's counter in a good answer to `request`; whether it rose is the domain's question."""
        return _checked(
            lambda: webauthn.verify_authentication_response(
                credential=answer,
                expected_challenge=challenge,
                expected_rp_id=self._rp_id,
                expected_origin=self._origins,
                credential_public_key=public_key,
                credential_current_sign_count=0,
                require_user_verification=True,
            )
        ).new_sign_count


def _checked(verify: Callable[[], T]) -> T:
    """What it gives; the package's own errors, and those of what it parses, all mean the same: refused."""
    try:
        return verify()
    except (WebAuthnException, ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise PasskeyRefused(type(error).__name__) from error
