"""Access tokens without a sign-in, for as many as a benchmark needs: 20,000 passwords would be hashed for minutes.

They are signed by identity's own key, which the data directory's secrets open, and say what a sign-in's would.
"""

import json
import time
from collections.abc import Iterable
from uuid import UUID

import asyncpg
from joserfc import jws
from joserfc.jwk import OKPKey

from sangathan_bench.stage import Stage
from sangathan_chassis.assertion import KeyFile
from sangathan_chassis.ids import uuid7
from sangathan_chassis.sealing import Sealer

_ALGORITHM = "Ed25519"
_LIFE_S = 3_500
_NEWEST = """
SELECT kid, private_sealed FROM signing_keys
WHERE retired_at IS NULL AND algorithm = $1 AND coalesce(signs_from, created_at) <= now()
ORDER BY coalesce(signs_from, created_at) DESC LIMIT 1
"""


async def mint(stage: Stage, persons: Iterable[UUID]) -> list[str]:
    """A token for each person, good for almost an hour."""
    connection = await asyncpg.connect(stage.admin_url("identity"))
    try:
        [row] = await connection.fetch(_NEWEST, _ALGORITHM)
    finally:
        await connection.close()
    sealer = Sealer(KeyFile(stage.secrets.seal_key("identity")))
    private = sealer.open(row["private_sealed"], place="signing_keys.private")
    key = OKPKey.import_key({**json.loads(private), "kid": row["kid"]})
    header, now = {"alg": _ALGORITHM, "typ": "at+jwt", "kid": row["kid"]}, int(time.time())
    claims = {"iss": "sangathan", "aud": "sangathan", "ver": 1, "acr": "1", "iat": now, "exp": now + _LIFE_S}
    return [
        jws.serialize_compact(
            header,
            json.dumps({**claims, "sub": str(person), "sid": str(uuid7()), "auth_time": now}),
            key,
            algorithms=[_ALGORITHM],
        )
        for person in persons
    ]
