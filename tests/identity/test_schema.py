"""What SQLModel says of the tables is what the migrations make."""

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import SQLModel

from sangathan_chassis.settings import sqlalchemy_url
from sangathan_identity.store import client_tables, tables
from sangathan_testkit.databases import DatabaseUrls

ROWS = [
    one
    for module in (tables, client_tables)
    for one in vars(module).values()
    if isinstance(one, type) and issubclass(one, SQLModel) and one is not SQLModel
]


def columns_of(row: type[SQLModel]) -> dict[str, Any]:
    table: sa.Table = row.__table__  # type: ignore[attr-defined]  # SQLModel sets it.
    return {column.name: column.nullable for column in table.columns}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.__name__)
async def test_a_row_has_the_columns_of_its_table(empty_urls: DatabaseUrls, row: type[SQLModel]) -> None:
    engine = create_async_engine(sqlalchemy_url(empty_urls.superuser))
    async with engine.connect() as connection:
        columns = await connection.run_sync(lambda sync: sa.inspect(sync).get_columns(str(row.__tablename__)))
    await engine.dispose()
    assert columns_of(row) == {column["name"]: column["nullable"] for column in columns}
