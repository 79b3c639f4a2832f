"""What every route that changes what one signs in with says of its 401."""

from typing import Final

STALE: Final = "Sign in again or step up first: the challenge says to which `acr_values` and how lately (RFC 9470)."
