"""Composition root: settings, the doorway, keys, routes, and what runs beside them."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from sangathan_chassis.assertion import KeyFile
from sangathan_chassis.audit import witness
from sangathan_chassis.audit_routes import trail_router
from sangathan_chassis.caller import Caller
from sangathan_chassis.command import service_command
from sangathan_chassis.consumer import Consumer
from sangathan_chassis.database import Database
from sangathan_chassis.health import Check
from sangathan_chassis.resealing_command import reseal_columns
from sangathan_chassis.sealing import Sealer
from sangathan_chassis.service import Resources, Service, Task
from sangathan_chassis.settings import read_settings
from sangathan_chassis.sms import sms_sender
from sangathan_contracts import notify, registry, workshops
from sangathan_contracts.identity import TrailSealed
from sangathan_identity.adapters.breached_passwords import guessable
from sangathan_identity.adapters.code_senders import CodePost
from sangathan_identity.adapters.device_keys import JoseDeviceKeys
from sangathan_identity.adapters.passkeys import WebAuthn
from sangathan_identity.adapters.passwords import PasswordPool
from sangathan_identity.adapters.signing_keys import SigningKeys
from sangathan_identity.api import (
    appointment_sheets,
    appointments,
    authorize,
    client_grants,
    clients,
    delegations,
    enrolments,
    factors,
    introspections,
    levels,
    me,
    offices,
    openid,
    passkeys,
    passwords,
    persons,
    reorganisation,
    sign_in,
    unit_sheets,
    units,
    vacancies,
)
from sangathan_identity.api.parts import Parts
from sangathan_identity.commands import (
    add_authenticator,
    change_password,
    enrol_device,
    exchange_code,
    refresh_client_tokens,
    refresh_tokens,
    reset_password,
    send_code,
    sign_in_by_code,
    sign_in_by_device,
    sign_in_by_passkey,
    sign_in_by_password,
    step_up,
    take_service_token,
)
from sangathan_identity.commands.choose_password import NewPasswords
from sangathan_identity.commands.client_answer import Issuer
from sangathan_identity.commands.doorway import Doorway
from sangathan_identity.commands.forget_old import forget_old
from sangathan_identity.commands.load_dataset import LoadDataset, Refused, load_dataset
from sangathan_identity.commands.number_pace import NumberPace
from sangathan_identity.domain.hindi import SENTENCES
from sangathan_identity.settings import IdentitySettings, LoadSettings
from sangathan_identity.store.resealing import SEALED
from sangathan_identity.subscribers.answer_snapshots import SnapshotAnswers
from sangathan_identity.subscribers.erasures import erasures_consumer
from sangathan_identity.subscribers.refusals import refusals_consumer

_FORGET_EVERY_S = 3_600


def parts(resources: Resources[IdentitySettings]) -> Parts:
    """Identity's own objects."""
    settings = resources.settings
    sealer = Sealer(KeyFile(settings.seal_key_file))
    doorway = Doorway(resources.database)
    pool = PasswordPool(threads=settings.password_threads, queue=settings.password_queue)
    choice = NewPasswords(pool, guessable(settings.breached_passwords_file))
    keys = SigningKeys(doorway, sealer, timedelta(days=settings.signing_key_days))
    issuer = Issuer(settings.public_url, keys)
    device_keys = JoseDeviceKeys()
    ceremonies = WebAuthn(settings.passkey_domain, settings.passkey_origins)
    post = CodePost(sms_sender(settings))
    snapshots = SnapshotAnswers(resources.nats, resources.database, resources.clock)
    return Parts(
        sealer=sealer,
        clock=resources.clock,
        cursors=resources.cursors,
        doorway=doorway,
        numbers=NumberPace(doorway, sealer, settings.taken_numbers_per_day),
        ceremonies=ceremonies,
        public_keys=keys.published,
        by_password=sign_in_by_password.Handler(doorway, sealer, pool, keys),
        send_code=send_code.Handler(doorway, sealer, post.post, _limits(settings)),
        by_code=sign_in_by_code.Handler(doorway, sealer, keys),
        by_passkey=sign_in_by_passkey.Handler(doorway, ceremonies, keys),
        by_device=sign_in_by_device.Handler(doorway, device_keys, keys),
        enrol_device=enrol_device.Handler(doorway, sealer, device_keys),
        refresh=refresh_tokens.Handler(doorway, sealer, keys),
        step_up=step_up.Handler(doorway, sealer, pool, ceremonies, keys),
        change_password=change_password.Handler(doorway, sealer, pool, choice),
        reset_password=reset_password.Handler(doorway, sealer, choice),
        confirm_authenticator=add_authenticator.Confirmation(doorway, sealer),
        issuer=issuer,
        exchange_code=exchange_code.Handler(doorway, issuer),
        refresh_client=refresh_client_tokens.Handler(doorway, sealer, issuer),
        take_service_token=take_service_token.Handler(doorway, keys),
        jobs=(keys.ensure, post.run, snapshots.run, lambda: _forgetting(doorway)),
        checks={"signing-key": keys.check},
    )


def _limits(settings: IdentitySettings) -> send_code.CodeLimits:
    """A code that goes to the log costs nothing."""
    price = settings.sms_price_paise if settings.sms_url else 0
    return send_code.CodeLimits(settings.codes_per_address, price, settings.sms_paise_a_day)


async def _forgetting(doorway: Doorway) -> None:
    while True:
        await asyncio.sleep(_FORGET_EVERY_S)
        await forget_old(doorway)


def tree_guard(caller: Caller, *, writes: bool) -> str:  # noqa: ARG001 - writers check again under their lock.
    """Refuses a range that was resolved before its unit moved; identity itself is never behind the tree."""
    return f"; SELECT tree_guard({caller.tree_version:d}, '{caller.unit_id}', '{caller.scope.lo}')"


def _jobs(_resources: Resources[IdentitySettings], own: Parts) -> Sequence[Task]:
    return own.jobs


def _consumers(_resources: Resources[IdentitySettings], own: Parts) -> Sequence[Consumer]:
    """Identity's trail takes in what the gateway refused, and countersigns the heads of the other services' trails.

    The registry countersigns identity's. And identity hears of people who were erased.
    """
    heads = {"registry": registry.TrailSealed, "notify": notify.TrailSealed, "workshops": workshops.TrailSealed}
    witnesses = [
        Consumer(f"identity-witness-{service}", f"EV_{service.upper()}", witness(own.sealer, [head]))
        for service, head in heads.items()
    ]
    return [refusals_consumer(), erasures_consumer(), *witnesses]


def _checks(_resources: Resources[IdentitySettings], own: Parts) -> Mapping[str, Check]:
    return own.checks


SERVICE = Service(
    name="identity",
    settings_type=IdentitySettings,
    migrations="sangathan_identity.store.migrations",
    hindi=SENTENCES,
    routers=[
        *(
            module.router
            for module in (
                sign_in,
                me,
                factors,
                passwords,
                passkeys,
                enrolments,
                units,
                unit_sheets,
                levels,
                reorganisation,
                appointments,
                appointment_sheets,
                persons,
                introspections,
                clients,
                client_grants,
                authorize,
                openid,
            )
        ),
        *(module.router for module in (delegations, offices, vacancies)),
        trail_router("/v1/identity-audit-entries", own_path="/v1/my-audit-entries"),
    ],
    trail_sealed=TrailSealed,
    consumers=_consumers,
    parts=parts,
    background=_jobs,
    checks=_checks,
    tree_guard=tree_guard,
)


async def load(url: str, folder: Path) -> None:
    """Loads levels, units, persons and appointments from a dataset directory, as the owner role."""
    settings: LoadSettings = read_settings(LoadSettings)
    try:
        await load_dataset(LoadDataset(url, folder), Sealer(KeyFile(settings.seal_key_file)))
    except Refused as refused:
        raise SystemExit(str(refused)) from None


async def replace_signing_keys(settings: IdentitySettings) -> None:
    """Makes signing keys that sign at once, and retires every other."""
    database = await Database.open(settings.database_url.get_secret_value())
    try:
        sealer = Sealer(KeyFile(settings.seal_key_file))
        await SigningKeys(Doorway(database), sealer, timedelta(days=settings.signing_key_days)).replace_all()
    finally:
        await database.close()


async def reseal(settings: IdentitySettings) -> int:
    """Seals everything anew under the first key; gives how many seals cannot be opened."""
    database = await Database.open(settings.database_url.get_secret_value(), size=2)
    try:
        return await reseal_columns(database, Sealer(KeyFile(settings.seal_key_file)), SEALED)
    finally:
        await database.close()


def main() -> None:
    """The command line: serve, migrate, openapi, load, reseal, replace-signing-keys."""
    command = service_command(SERVICE, load=load, reseal=reseal)

    @command.command("replace-signing-keys", help="After a theft: believe no key of before; everybody refreshes.")
    def replace() -> None:
        asyncio.run(replace_signing_keys(read_settings(IdentitySettings)))

    command()
