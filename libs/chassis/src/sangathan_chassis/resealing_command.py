"""What a service's command `reseal` shows: a bar for each place on a terminal, and a line when it is done."""

import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import ExitStack

import typer

from sangathan_chassis.database import Database
from sangathan_chassis.resealing import Progress, SealedColumn, old_seals, reseal
from sangathan_chassis.sealing import Sealer

Remaining = Callable[[], "AsyncIterator[tuple[str, int]]"]


async def reseal_columns(database: Database, sealer: Sealer, columns: Sequence[SealedColumn]) -> int:
    """Renews every seal of a service that seals columns alone; gives how many cannot be renewed."""
    return await reseal_all(
        column_steps(database, sealer, columns), lambda: unrenewed_columns(database, sealer, columns)
    )


def column_steps(
    database: Database, sealer: Sealer, columns: Sequence[SealedColumn]
) -> Mapping[str, AsyncIterator[Progress]]:
    """A step for each column, in this order."""
    return {str(column): reseal(database, sealer, column) for column in columns}


async def unrenewed_columns(
    database: Database, sealer: Sealer, columns: Sequence[SealedColumn]
) -> AsyncIterator[tuple[str, int]]:
    """How many seals of each column are still of an earlier key."""
    for column in columns:
        yield str(column), await old_seals(database, sealer, column)


async def reseal_all(steps: Mapping[str, AsyncIterator[Progress]], remaining: Remaining) -> int:
    """Renews what each step names; gives how many seals nobody can open, having said where they are."""
    for name, step in steps.items():
        await _show(name, step)
    lost = 0
    async for name, count in remaining():
        if count:
            typer.echo(f"{name}: {count:,} cannot be renewed: their key is not in the key file", err=True)
            lost += count
    return lost


async def _show(name: str, step: AsyncIterator[Progress]) -> None:
    done = 0
    with ExitStack() as shown:
        bar = None
        async for progress in step:
            if bar is None and sys.stdout.isatty():
                bar = shown.enter_context(typer.progressbar(length=progress.total, label=name))
            if bar is not None:
                bar.length = progress.total
                bar.update(progress.done - done)
            done = progress.done
    typer.echo(f"{name}: {done:,} sealed anew")
