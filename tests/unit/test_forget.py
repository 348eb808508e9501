"""Erasure: gone from raw, derived and published files, in every byte; counts stay; a re-load drops the person again."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from orchestration.forget import NobodyFound, apply_register, forget
from orchestration.publish.release import swap_in
from orchestration.runs import Paths

ANN = "00Q0000000000A1"
BOB = "00Q0000000000B1"
SECRETS = ("ann.secret@acme.com", "ann.old@acme.com", "Annabel Secret", ANN)


def md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()


LEAD = {"ann": md5(f"salesforce:lead:{ANN}"), "bob": md5(f"salesforce:lead:{BOB}")}


def extracts(connection: duckdb.DuckDBPyConnection) -> None:
    """The raw tables as a load leaves them."""
    connection.execute(
        f"""
        create schema if not exists raw_salesforce; create schema if not exists raw_hubspot;
        create schema if not exists raw_marketo; create schema if not exists raw_files;
        create or replace table raw_salesforce.lead as select * from (values
            ('{ANN}AAA', 'Ann.Secret@acme.com', 'Annabel Secret', timestamp '2026-01-01', 1),
            ('{ANN}AAA', 'ann.old@acme.com', 'Annabel Secret', timestamp '2026-01-01', 2),
            ('{BOB}AAA', 'bob@acme.com', 'Bob', timestamp '2026-01-01', 3)
        ) as t (id, email, name, created_date, _row);
        create or replace table raw_salesforce.task as select * from (values
            ('00T1', '{ANN}AAA', 'Call Annabel Secret'), ('00T2', '{BOB}AAA', 'Call')) as t (id, who_id, subject);
        create or replace table raw_salesforce.opportunity as select * from (values
            ('006', '0030', 'wrote to ann.secret@acme.com', 100.0)) as t (id, contact_id, next_step, amount);
        create or replace table raw_hubspot.email_event as select * from (values
            ('e1', 'ann.secret+news@acme.com', timestamp '2026-02-01'), ('e2', 'bob@acme.com', timestamp '2026-02-01')
        ) as t (id, recipient, created);
        create or replace table raw_hubspot.email_event_click as select * from (values ('e1', 'x'), ('e2', 'y'))
            as t (id, url);
        create or replace table raw_marketo.activity_open_email as select 1 as id, '77' as lead_id;
        create or replace table raw_files.web_visits as select 'ann.old@acme.com' as email, 3 as pages;
        """
    )


def derived(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        f"""
        create schema if not exists core; create schema if not exists intermediate;
        create schema if not exists definitions; create schema if not exists alignment;
        create or replace table definitions.role_mailboxes as select 'info' as local_part;
        create or replace table core.bridge_lead_records as select * from (values
            ('salesforce:lead:{ANN}', '{LEAD["ann"]}'), ('marketo:lead:77', '{LEAD["ann"]}'),
            ('salesforce:lead:{BOB}', '{LEAD["bob"]}')) as t (record_key, lead_id);
        create or replace table core.bridge_lead_ids as select * from (values
            ('{LEAD["ann"]}', '{LEAD["ann"]}'), ('{md5("marketo:lead:77")}', '{LEAD["ann"]}'),
            ('{LEAD["bob"]}', '{LEAD["bob"]}')) as t (lead_id, current_lead_id);
        create or replace table core.dim_leads as select * from (values
            ('{LEAD["ann"]}', 'ann.secret@acme.com', 'Annabel Secret'), ('{LEAD["bob"]}', 'bob@acme.com', 'Bob')
        ) as t (lead_id, email, full_name);
        comment on table core.dim_leads is 'One row per lead.';
        comment on column core.dim_leads.email is 'Surviving address.';
        create or replace table core.fct_lifecycle_transitions as select * from (values
            ('{LEAD["ann"]}', 'mql', 'salesforce:lead:{ANN}'), ('{LEAD["bob"]}', 'mql', 'salesforce:lead:{BOB}')
        ) as t (lead_id, to_stage, evidence);
        create or replace table alignment.rpt_funnel as select 'mql' as stage, 2 as entered;
        create or replace table intermediate.int_people__addresses as select * from (values
            ('salesforce:lead:{ANN}', 'ann.secret@acme.com'), ('salesforce:lead:{ANN}', 'ann.old@acme.com'),
            ('salesforce:lead:{BOB}', 'bob@acme.com')) as t (record_key, email);
        create or replace table intermediate.int_people__records as select record_key, email as raw_email
            from intermediate.int_people__addresses;
        """
    )


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    paths = Paths(tmp_path / "warehouse").make()
    paths.build.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(paths.build)) as connection:
        extracts(connection)
        derived(connection)
    for name in ("20260101", "20260102"):
        release = paths.releases / f"{name}.duckdb"
        with duckdb.connect(str(release)) as connection:
            derived(connection)
            connection.execute("drop schema intermediate cascade")
        release.chmod(0o444)
        swap_in(paths, release)
    return paths


def query(file: Path, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(file), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_nothing_of_the_person_is_left_in_any_byte_of_the_warehouse(paths: Paths) -> None:
    forget(paths, email=" Ann.Secret@ACME.com ")
    files = [file for file in paths.root.rglob("*") if file.is_file()]
    assert len(files) >= 4
    for file in files:
        content = file.read_bytes().lower()
        for secret in (*SECRETS, LEAD["ann"]):
            assert secret.lower().encode() not in content, f"{secret} is still in {file.name}"
    assert query(paths.published, "select full_name from core.dim_leads") == [("Bob",)]


def test_what_others_did_and_every_count_stays(paths: Paths) -> None:
    erasure = forget(paths, lead_id=md5("marketo:lead:77"))
    assert query(paths.build, "select id from raw_salesforce.task") == [("00T2",)]
    assert query(paths.build, "select url from raw_hubspot.email_event_click") == [("y",)]
    assert query(paths.build, "select next_step, amount from raw_salesforce.opportunity") == [(None, 100.0)]
    assert query(paths.build, "select count(*) from raw_marketo.activity_open_email") == [(0,)]
    for file in (paths.published, *sorted(paths.releases.glob("*.duckdb"))):
        assert query(file, "select entered from alignment.rpt_funnel") == [(2,)]
        transitions = query(
            file, "select lead_id, to_stage, evidence from core.fct_lifecycle_transitions order by 1"
        )
        assert transitions == [(LEAD["bob"], "mql", f"salesforce:lead:{BOB}"), (None, "mql", None)]
    assert erasure.releases_rewritten == ["20260101", "20260102"]


def test_a_reload_of_the_same_extracts_drops_the_person_again(paths: Paths) -> None:
    forget(paths, email="ann.old@acme.com")
    with duckdb.connect(str(paths.build)) as connection:
        extracts(connection)
        apply_register(connection, paths)
    assert query(paths.build, "select id from raw_salesforce.lead") == [(f"{BOB}AAA",)]
    assert query(paths.build, "select id from raw_hubspot.email_event") == [("e2",)]
    assert query(paths.build, "select count(*) from raw_files.web_visits") == [(0,)]


def test_what_hangs_on_a_record_that_nobody_extracted_goes_with_the_person_it_was_merged_into(
    paths: Paths,
) -> None:
    with duckdb.connect(str(paths.build)) as connection:
        connection.execute(
            f"""
            insert into raw_marketo.activity_open_email values (2, '78'), (3, '79');
            create table intermediate.int_people__unextracted as select * from (values
                ('marketo:lead:78', '{LEAD["ann"]}'), ('marketo:lead:79', '{LEAD["bob"]}')) as t (record_key, lead_id);
            """
        )
    forget(paths, email="ann.secret@acme.com")
    assert query(paths.build, "select id from raw_marketo.activity_open_email") == [(3,)]
    kept = query(paths.build, "select record_key from intermediate.int_people__unextracted")
    assert kept == [("marketo:lead:79",)]


def test_a_person_who_comes_back_under_a_new_record_is_welcome(paths: Paths) -> None:
    forget(paths, email="ann.secret@acme.com", now=datetime(2026, 6, 1))
    with duckdb.connect(str(paths.build)) as connection:
        connection.execute(
            "insert into raw_salesforce.lead values "
            "('00Q0000000000C1AAA', 'ann.secret@acme.com', 'Ann', timestamp '2026-06-02', 9)"
        )
        apply_register(connection, paths)
    assert ("00Q0000000000C1AAA",) in query(paths.build, "select id from raw_salesforce.lead")


def test_releases_keep_their_comments_and_are_read_only(paths: Paths) -> None:
    forget(paths, email="ann.secret@acme.com")
    found = query(paths.published, "select comment from duckdb_tables() where table_name = 'dim_leads'")
    assert found == [("One row per lead.",)]
    found = query(paths.published, "select comment from duckdb_columns() where comment is not null")
    assert found == [("Surviving address.",)]
    assert paths.published.stat().st_mode & 0o222 == 0


def test_the_register_says_nothing_about_who_it_was(paths: Paths) -> None:
    forget(paths, email="ann.secret@acme.com")
    register = (paths.root / "erasures" / "register.jsonl").read_text()
    assert "secret" not in register and ANN not in register
    assert (paths.root / "erasures" / "salt").stat().st_mode & 0o077 == 0


def test_an_unknown_reference_changes_nothing_and_is_not_repeated(paths: Paths) -> None:
    with pytest.raises(NobodyFound) as failure:
        forget(paths, email="nobody@nowhere.com")
    assert "nobody@nowhere" not in str(failure.value)
    assert not (paths.root / "erasures").exists()
    with pytest.raises(ValueError, match="one of the two"):
        forget(paths)
