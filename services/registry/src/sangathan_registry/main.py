"""The registry's composition root: settings, routes, the replica of the tree, and the job that folds counters."""

from datetime import timedelta

from sangathan_chassis.assertion import KeyFile
from sangathan_chassis.audit import witness
from sangathan_chassis.command import service_command
from sangathan_chassis.consumer import Consumer
from sangathan_chassis.database import Database
from sangathan_chassis.sealing import Sealer
from sangathan_chassis.service import Resources, Service
from sangathan_chassis.sms import sms_sender
from sangathan_contracts import identity
from sangathan_contracts.registry import TrailSealed
from sangathan_hierarchy.ddl import tree_guard
from sangathan_hierarchy.replica import SqlReplica, loaded_check
from sangathan_registry.api import (
    access_files,
    answers,
    assignment_sheets,
    assignments,
    audit_entries,
    booth_sheets,
    break_glass,
    card_checks,
    cards,
    case_evidence,
    case_reports,
    case_statements,
    cases,
    checks,
    confirmations,
    consent_evidence,
    consents,
    coverage,
    drives,
    duplicates,
    erasures,
    exports,
    fences,
    flags,
    form_sheets,
    forms,
    grievance_intake,
    grievances,
    held_records,
    history,
    imports,
    own_progress,
    own_record,
    own_transfers,
    photos,
    retention,
    searches,
    sync,
    transfers,
    unit_counts,
    workers,
)
from sangathan_registry.api.parts import Parts
from sangathan_registry.api.phones import read_phone
from sangathan_registry.commands import reseal_records
from sangathan_registry.commands.apply_retention import keep_retaining
from sangathan_registry.commands.ask_confirmations import Asking, keep_asking_people
from sangathan_registry.commands.check_answers import AnswerChecks
from sangathan_registry.commands.evidence_files import EvidenceFiles
from sangathan_registry.commands.flag_drives import keep_asking, keep_flagging
from sangathan_registry.commands.fold_counts import keep_folding
from sangathan_registry.commands.forget_cases import keep_forgetting
from sangathan_registry.commands.give_way import Intake
from sangathan_registry.commands.keep_consent_evidence import keep_joining
from sangathan_registry.commands.load_dataset import load
from sangathan_registry.commands.make_exports import keep_exporting
from sangathan_registry.commands.match_workers import keep_matching
from sangathan_registry.commands.publish_statuses import StatusPublisher
from sangathan_registry.commands.purge_erased import keep_purging
from sangathan_registry.commands.redraw_pictures import PicturePool
from sangathan_registry.commands.send_messages import keep_sending
from sangathan_registry.commands.sign_cards import CardSigner
from sangathan_registry.commands.sign_receipts import ReceiptSigner
from sangathan_registry.commands.watch_grievances import keep_watching
from sangathan_registry.commands.work_imports import Importer, keep_forgetting_imports
from sangathan_registry.domain.accepted_hindi import SENTENCES
from sangathan_registry.domain.confirmations import Caps, Hours, Renotice
from sangathan_registry.domain.notices import Notices
from sangathan_registry.domain.retention import Retention
from sangathan_registry.domain.transfers import TransferPolicy
from sangathan_registry.settings import RegistrySettings
from sangathan_registry.subscribers.erasures import report_consumers
from sangathan_registry.subscribers.tree import RowsFollowTree, tree_handlers

TREE_CONSUMER = "registry-tree"
WITNESS_CONSUMER = "registry-witness"


def _parts(resources: Resources[RegistrySettings]) -> Parts:
    settings = resources.settings
    card_signer = CardSigner(KeyFile(settings.card_key_file))
    sealer = Sealer(KeyFile(settings.seal_key_file))
    return Parts(
        settings=settings,
        sealer=sealer,
        cursors=resources.cursors,
        replica=SqlReplica(resources.nats, SERVICE.name, RowsFollowTree()),
        checks=AnswerChecks(),
        signer=ReceiptSigner(KeyFile(settings.seal_key_file)),
        card_signer=card_signer,
        statuses=StatusPublisher(card_signer),
        evidence=EvidenceFiles(settings.evidence_dir, sealer),
        pictures=PicturePool(threads=settings.picture_threads, queue=settings.pictures_waiting),
        notices=Notices.shipped_and_in(settings.notices_dir),
        retention=Retention.shipped().with_days(
            {"erasures": settings.erasure_days, "cases": settings.cases_kept_days, "exports": settings.export_days}
        ),
        transfers=TransferPolicy.load(settings.transfers_file),
        intake=Intake(),
    )


def _asking(settings: RegistrySettings, notices: Notices) -> Asking:
    hours = Hours(settings.messages_from_hour, settings.messages_to_hour)
    return Asking(
        settings.messages_per_minute, hours, settings.public_url, _renotice(settings, notices), _caps(settings)
    )


def _caps(settings: RegistrySettings) -> Caps:
    return Caps(settings.codes_per_day, settings.codes_per_unit_day)


def _renotice(settings: RegistrySettings, notices: Notices) -> Renotice:
    return Renotice(notices.current, settings.renotice_days)


SERVICE: Service[RegistrySettings, Parts] = Service(
    name="registry",
    settings_type=RegistrySettings,
    migrations="sangathan_registry.store.migrations",
    trail_sealed=TrailSealed,
    hindi=SENTENCES,
    routers=[
        imports.router,
        confirmations.router,
        grievances.router,
        grievance_intake.router,
        *(module.router for module in (photos, own_record, answers)),
        *(
            module.router
            for module in (workers, searches, sync, checks, unit_counts, assignments, audit_entries, history)
        ),
        *(module.router for module in (forms, drives, held_records, duplicates, break_glass, cards, card_checks)),
        *(module.router for module in (form_sheets, assignment_sheets, booth_sheets)),
        *(module.router for module in (erasures, access_files, consents, consent_evidence)),
        *(module.router for module in (fences, flags, coverage, own_progress, retention)),
        *(module.router for module in (cases, case_evidence, case_reports, case_statements)),
        transfers.router,
        own_transfers.router,
        exports.router,
    ],
    parts=_parts,
    consumers=lambda _resources, parts: [
        Consumer(TREE_CONSUMER, "EV_IDENTITY", tree_handlers(parts.replica)),
        *report_consumers(),
        Consumer(WITNESS_CONSUMER, "EV_IDENTITY", witness(parts.sealer, [identity.TrailSealed])),
    ],
    background=lambda resources, parts: [
        lambda: parts.replica.ensure_loaded(resources.database),
        lambda: keep_folding(resources.database, parts.settings.fold_every_s),
        lambda: keep_retaining(resources.database, parts.sealer, parts.retention),
        lambda: keep_flagging(resources.database, parts.settings.flag_every_s, parts.intake),
        lambda: keep_asking(resources.database),
        lambda: keep_joining(resources.database, parts.settings.join_every_s),
        lambda: keep_purging(resources.database, parts.settings.purge_every_s),
        lambda: keep_exporting(resources.database, parts.sealer, parts.settings.export_every_s),
        lambda: keep_matching(
            resources.database,
            parts.sealer,
            _renotice(parts.settings, parts.notices),
            parts.settings.match_every_s,
            intake=parts.intake,
        ),
        lambda: Importer(resources.database, parts.sealer, read_phone).keep_working(parts.settings.import_every_s),
        lambda: keep_forgetting_imports(resources.database, parts.settings.imports_kept),
        lambda: keep_asking_people(
            resources.database, parts.sealer, _asking(parts.settings, parts.notices), parts.settings.send_every_s
        ),
        lambda: keep_sending(resources.database, parts.sealer, sms_sender(parts.settings), parts.settings.send_every_s),
        lambda: keep_watching(resources.database, parts.sealer),
        lambda: keep_forgetting(resources.database, parts.evidence, timedelta(days=parts.settings.cases_kept_days)),
    ],
    checks=lambda resources, _parts: {"tree": loaded_check(resources.database)},
    tree_guard=tree_guard,
)


async def reseal(settings: RegistrySettings) -> int:
    """Seals everything anew under the first key; gives how many seals cannot be opened."""
    database = await Database.open(settings.database_url.get_secret_value(), size=2)
    try:
        sealer = Sealer(KeyFile(settings.seal_key_file))
        return await reseal_records.handle(database, sealer, EvidenceFiles(settings.evidence_dir, sealer))
    finally:
        await database.close()


def main() -> None:
    """The command line: serve, migrate, openapi, load, reseal."""
    service_command(SERVICE, load=load, reseal=reseal)()
