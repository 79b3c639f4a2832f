"""Keys of enrolled devices and what they sign, through joserfc: Ed25519 and ES256, public parts only."""

import json
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey

from sangathan_identity.domain.ports import KeyRefused

# Ed25519 is RFC 9864's name; phones' libraries still say EdDSA.
_ALGORITHMS: Final = {"OKP": ["Ed25519", "EdDSA"], "EC": ["ES256"]}
_CURVES: Final = {"OKP": "Ed25519", "EC": "P-256"}
_TYPE: Final = "device+jwt"


class JoseDeviceKeys:
    """Takes public keys as JWK (RFC 7517), and reads compact JWS (RFC 7515) that they have signed."""

    def __init__(self) -> None:
        # Checked in place of the key that a device nobody has enrolled does not have.
        self._nobodys = json.dumps(OKPKey.generate_key("Ed25519").as_dict(private=False))

    def taken(self, jwk: Mapping[str, Any]) -> str:
        """The key to keep, reduced to its public members; raises KeyRefused for another kind, or a private one."""
        kind = jwk.get("kty")
        if kind not in _CURVES or jwk.get("crv") != _CURVES[kind] or "d" in jwk:
            raise KeyRefused("takes an Ed25519 or P-256 public key")
        public = {name: jwk.get(name) for name in ("kty", "crv", "x", "y") if name in jwk}
        try:
            key = _key(public)
            return json.dumps(key.as_dict(private=False))
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise KeyRefused("takes an Ed25519 or P-256 public key") from error

    def named(self, assertion: str) -> UUID:
        """The device that an assertion names as its key; raises KeyRefused."""
        try:
            return UUID(str(jws.extract_compact(assertion.encode()).headers()["kid"]))
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise KeyRefused("unreadable") from error

    def signed(self, assertion: str, public_key: str | None) -> Mapping[str, Any]:
        """The claims that this key has signed; as slow without a key. Raises KeyRefused."""
        try:
            key = _key(json.loads(public_key or self._nobodys))
            names = _ALGORITHMS[key.key_type]
            registry = jws.JWSRegistry(algorithms=names)
            signed = jws.deserialize_compact(assertion, key, algorithms=names, registry=registry)
            claims = json.loads(signed.payload)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise KeyRefused("wrongly signed") from error
        if signed.headers().get("typ") != _TYPE or not isinstance(claims, dict) or public_key is None:
            raise KeyRefused("not a device's assertion")
        return claims


def _key(jwk: dict[str, Any]) -> OKPKey | ECKey:
    return OKPKey.import_key(jwk) if jwk["kty"] == "OKP" else ECKey.import_key(jwk)
