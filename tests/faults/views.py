"""The gateway's replica lives in its memory, so it is compared by what it does: whom it lets see which unit."""

import httpx

from sangathan_demo.truth import SignIn, Truth
from tests.faults.devices import Device
from tests.faults.ledger import Ledger
from tests.faults.places import Places
from tests.system.demo_system import PASSWORD

_TREE = "SELECT id, path, code FROM units WHERE path LIKE '%.moving.' OR level <> 'booth' ORDER BY path DESC LIMIT 40"


async def views_that_disagree(http: httpx.AsyncClient, places: Places, truth: Truth) -> list[str]:
    """A sentence for each unit that somebody sees and should not, or does not see and should."""
    units = await places.rows("identity", _TREE)
    found = []
    for who in _people(truth):
        device = Device(http, Ledger(), who.phone, PASSWORD)
        [(own,)] = await places.rows("identity", "SELECT path FROM units WHERE id = $1::text::uuid", who.unit_id)
        for unit in units:
            status = (await device.ask("GET", f"/v1/units/{unit['id']}")).status_code
            wanted = 200 if unit["path"].startswith(own) else 404
            found += [f"{own} asks for {unit['path']}: {status}"] if status != wanted else []
    return found


def _people(truth: Truth) -> list[SignIn]:
    levels = [truth.level(code) for code in ("state", "district", "vidhan-sabha", "mandal", "booth")]
    return [one.sign_in for one in levels] + [one.beside().sign_in for one in levels[1:]]
