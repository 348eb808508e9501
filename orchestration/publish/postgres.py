"""The published tables in PostgreSQL, exchanged in one transaction.

DuckDB's own extension writes them, from the file in its wheel, so no network is needed. Rows of a table whose columns
did not change are deleted and inserted rather than the table dropped: grants, and views that others built on it, stay,
and a reader in the middle of a query keeps what it saw.
"""

from pathlib import Path

import duckdb

from orchestration.publish.release import PUBLIC_SCHEMAS


class PostgresFailed(RuntimeError):
    """The tables could not be published to PostgreSQL; what was there before is untouched."""


def extension_file() -> Path:
    """DuckDB's PostgreSQL extension for the installed DuckDB."""
    import duckdb_extension_postgres_scanner as wheel

    folder = Path(wheel.__file__).parent / "extensions" / f"v{duckdb.__version__}"
    found = next(iter(sorted(folder.glob("*.duckdb_extension"))), None)
    if found is None:
        raise PostgresFailed(
            f"{folder} holds no extension for DuckDB {duckdb.__version__}: install the same version of "
            "duckdb-extension-postgres-scanner (`uv sync`)."
        )
    return found


def publish_to_postgres(release: Path, url: str) -> dict[str, int]:
    """Make the public schemas of a PostgreSQL database equal to a release; returns rows by `schema.table`.

    `url` is a libpq connection string or URL. Everything happens in one transaction: a failure leaves the database
    as it was.
    """
    rows: dict[str, int] = {}
    # An empty database of our own in memory: the release is attached for reading, PostgreSQL for writing.
    with duckdb.connect() as connection:
        try:
            connection.execute(f"load '{_quoted(extension_file())}'")
            connection.execute(f"attach '{_quoted(release)}' as release (read_only)")
            connection.execute(f"attach '{_quoted(url)}' as target (type postgres)")
            connection.execute("begin")
            for schema, table in _tables(connection):
                rows[f"{schema}.{table}"] = _publish_table(connection, schema, table)
            _drop_others(connection, set(rows))
            connection.execute("commit")
        except duckdb.Error as problem:
            text = str(problem).replace(url, "<CONCORD_POSTGRES_URL>")
            raise PostgresFailed(
                f"PostgreSQL keeps what was published before: {text}. The DuckDB file is published; "
                "the next night tries again."
            ) from None
    return rows


def _tables(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    return [
        (schema, table)
        for schema, table in connection.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = 'release' order by 1, 2"
        ).fetchall()
        if schema in (*PUBLIC_SCHEMAS, "publication")
    ]


def _publish_table(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> int:
    """Fill one table, keeping it when its columns are the same."""
    name = f'"{schema}"."{table}"'
    wanted = _columns(connection, schema, table)
    columns_query = (
        "select column_name::text from information_schema.columns "
        f"where table_schema = '{_quoted(schema)}' and table_name = '{_quoted(table)}' order by ordinal_position"
    )
    present = connection.execute("select * from postgres_query('target', ?)", [columns_query]).fetchall()
    if [column for (column,) in present] == [column for column, _ in wanted]:
        _run(connection, f"delete from {name}")
    else:
        _run(connection, f'create schema if not exists "{schema}"')
        if present:
            _run(connection, f"drop table {name} cascade")
        columns = ", ".join(f'"{column}" {_postgres_type(kind)}' for column, kind in wanted)
        _run(connection, f"create table {name} ({columns})")
        connection.execute("call pg_clear_cache()")
    connection.execute(f"insert into target.{name} from release.{name}")
    for text in _comments(connection, schema, table):
        _run(connection, text)
    row = connection.execute(f"select count(*) from release.{name}").fetchone()
    assert row is not None
    return int(row[0])


def _columns(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> list[tuple[str, str]]:
    return connection.execute(
        "select column_name, data_type from duckdb_columns() "
        "where database_name = 'release' and schema_name = ? and table_name = ? order by column_index",
        [schema, table],
    ).fetchall()


def _comments(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> list[str]:
    """The release's comments as PostgreSQL statements."""
    found = connection.execute(
        "select null, comment from duckdb_tables() "
        "where database_name = 'release' and schema_name = ? and table_name = ? and comment is not null "
        "union all "
        "select column_name, comment from duckdb_columns() "
        "where database_name = 'release' and schema_name = ? and table_name = ? and comment is not null",
        [schema, table, schema, table],
    ).fetchall()
    return [
        f'comment on table "{schema}"."{table}" is \'{_quoted(text)}\''
        if column is None
        else f'comment on column "{schema}"."{table}"."{column}" is \'{_quoted(text)}\''
        for column, text in found
    ]


def _drop_others(connection: duckdb.DuckDBPyConnection, published: set[str]) -> None:
    """Drop tables of the public schemas that are no longer published."""
    schemas = ", ".join(f"'{schema}'" for schema in PUBLIC_SCHEMAS)
    tables_query = (
        "select table_schema::text, table_name::text from information_schema.tables "
        f"where table_schema in ({schemas}) and table_type = 'BASE TABLE'"
    )
    found = connection.execute("select * from postgres_query('target', ?)", [tables_query]).fetchall()
    for schema, table in found:
        if f"{schema}.{table}" not in published:
            _run(connection, f'drop table "{schema}"."{table}" cascade')


def _run(connection: duckdb.DuckDBPyConnection, statement: str) -> None:
    """Run a statement in PostgreSQL itself, within the transaction."""
    connection.execute("call postgres_execute('target', ?)", [statement])


def _postgres_type(duckdb_type: str) -> str:
    """PostgreSQL's name of a DuckDB type; what it does not have becomes text."""
    simple = {
        "VARCHAR": "text",
        "BOOLEAN": "boolean",
        "TINYINT": "smallint",
        "SMALLINT": "smallint",
        "INTEGER": "integer",
        "BIGINT": "bigint",
        "HUGEINT": "numeric(38, 0)",
        "UBIGINT": "numeric(20, 0)",
        "UINTEGER": "bigint",
        "FLOAT": "real",
        "DOUBLE": "double precision",
        "DATE": "date",
        "TIMESTAMP": "timestamp",
        "TIMESTAMP WITH TIME ZONE": "timestamptz",
    }
    if duckdb_type.startswith("DECIMAL"):
        return duckdb_type.replace("DECIMAL", "numeric")
    return simple.get(duckdb_type, "text")


def _quoted(text: object) -> str:
    return str(text).replace("'", "''")
