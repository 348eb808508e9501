"""Text and foreign types to declared types, as DuckDB expressions: nothing here runs per row in Python.

Every expression is null exactly when the value is empty or cannot be read; `problem` tells the two apart.
"""

from __future__ import annotations

import re

# Epochs are told apart by magnitude: seconds, milliseconds (HubSpot), microseconds, nanoseconds.
# Milliseconds before March 1973 would read as seconds; no CRM has those.
_SECONDS_BELOW, _MILLIS_BELOW, _MICROS_BELOW = (
    100_000_000_000,
    100_000_000_000_000,
    100_000_000_000_000_000,
)

_TIMES = ("", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", " %I:%M %p", " %I:%M:%S %p", " %I:%M%p")


def _formats(*dates: str) -> str:
    return "[" + ", ".join(f"'{date}{time}'" for date in dates for time in _TIMES) + "]"


_ID_NAME = re.compile(r"(^|_)(id|ids|fid|vid|vids|[a-z]*id|[a-z]*ids)$")

MACROS = [
    # Empty text means null.
    "create or replace macro filled(value) as nullif(trim(value, ' \t\r\n'), '')",
    f"""create or replace macro from_epoch(number) as case
        when abs(number) < {_SECONDS_BELOW} then make_timestamp(number * 1000000)
        when abs(number) < {_MILLIS_BELOW} then make_timestamp(number * 1000)
        when abs(number) < {_MICROS_BELOW} then make_timestamp(number)
        else make_timestamp(number // 1000)
    end""",
    # 1,234.50 and 1 234,50 and 1.234,50 and $12 and 1e6; a comma before exactly three digits groups
    # thousands.
    r"""create or replace macro plain_number(value) as case
        when regexp_full_match(value, '[-+]?[0-9]*[.]?[0-9]+([eE][-+]?[0-9]+)?') then value
        when regexp_full_match(value, '[-+]?[$€£]?[0-9]{1,3}(,[0-9]{3})+([.][0-9]*)?')
            then regexp_replace(value, '[,$€£]', '', 'g')
        when regexp_full_match(value, '[-+]?[$€£]?[0-9]+[.]?[0-9]*') then regexp_replace(value, '[$€£]', '')
        when regexp_full_match(value, '[-+]?[0-9]{1,3}([.][0-9]{3})+,[0-9]+')
            then replace(replace(value, '.', ''), ',', '.')
        when regexp_full_match(value, '[-+]?[0-9]+,[0-9]+') then replace(value, ',', '.')
    end""",
    # ISO with any offset, also 2018.02.26 19:58; years below 1000 are a misread d/m/y.
    r"""create or replace macro iso_timestamp(value) as case
        when year(try_cast(value as timestamptz) at time zone 'UTC') between 1000 and 9999
            then try_cast(value as timestamptz) at time zone 'UTC'
        when regexp_matches(value, '^[0-9]{4}[.][0-9]{1,2}[.][0-9]{1,2}([ T]|$)') then
            try_cast(
                regexp_replace(value, '^([0-9]{4})[.]([0-9]{1,2})[.]([0-9]{1,2})', '\1-\2-\3') as timestamptz
            ) at time zone 'UTC'
        when regexp_matches(value, '^[0-9]{4}-[-0-9]{3,5}[ T][0-9]{1,2}:[0-9]{2} ?([Zz]|[-+][0-9]{2}:?[0-9]{2})$')
            then try_cast(
                regexp_replace(value, '(:[0-9]{2}) ?([Zz]|[-+][0-9:]+)$', '\1:00\2') as timestamptz
            ) at time zone 'UTC'
        when regexp_matches(value, '^[0-9]{4}.* [-+][0-9]{2}:?[0-9]{2}$') then
            try_cast(
                regexp_replace(value, ' ([-+][0-9]{2}:?[0-9]{2})$', '\1') as timestamptz
            ) at time zone 'UTC'
    end""",
    # Month first, as in the US; 26/02/2018 is therefore unreadable rather than guessed.
    rf"""create or replace macro us_timestamp(value) as case
        when regexp_matches(value, '^[0-9]{{1,2}}[/-][0-9]{{1,2}}[/-][0-9]{{4}}( |$)')
            then try_strptime(value, {_formats("%m/%d/%Y", "%m-%d-%Y")})
        when regexp_matches(value, '^[0-9]{{1,2}}/[0-9]{{1,2}}/[0-9]{{2}}( |$)')
            then try_strptime(value, {_formats("%m/%d/%y")})
    end""",
    r"""create or replace macro epoch_timestamp(value) as case
        when regexp_full_match(value, '-?[0-9]{9,19}([.]0+)?')
            then from_epoch(try_cast(split_part(value, '.', 1) as bigint))
    end""",
    """create or replace macro text_to_timestamp(value) as coalesce(
        iso_timestamp(filled(value)), us_timestamp(filled(value)), epoch_timestamp(filled(value))
    )""",
    # A date is the day as written: an offset does not move it.
    r"""create or replace macro text_to_date(value) as coalesce(
        case when regexp_matches(filled(value), '^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([ T]|$)')
            and iso_timestamp(filled(value)) is not null
            then try_cast(split_part(replace(filled(value), 'T', ' '), ' ', 1) as date) end,
        cast(text_to_timestamp(value) as date)
    )""",
    """create or replace macro text_to_boolean(value) as case lower(filled(value))
        when 'true' then true when 't' then true when 'yes' then true when 'y' then true when '1' then true
        when '1.0' then true when 'on' then true
        when 'false' then false when 'f' then false when 'no' then false when 'n' then false
        when '0' then false when '0.0' then false when 'off' then false
    end""",
    "create or replace macro text_to_double(value) as try_cast(plain_number(filled(value)) as double)",
    """create or replace macro whole(number) as case
        when number = trunc(number) and abs(number) < 9.2e18 then try_cast(number as bigint) end""",
    """create or replace macro text_to_bigint(value) as coalesce(
        case when regexp_full_match(filled(value), '[-+]?[0-9]+') then try_cast(filled(value) as bigint) end,
        whole(text_to_double(value))
    )""",
    # What a value looks like, never what it is: letters become a, digits 9.
    r"""create or replace macro shape(value) as regexp_replace(
        regexp_replace(left(value, 40), '\pL', 'a', 'g'), '\pN', '9', 'g')""",
]


def is_id(column: str) -> bool:
    """Whether a text column holds ids, so that 123.0 (a spreadsheet's or pandas' doing) means 123."""
    return bool(_ID_NAME.search(column))


def _text_expression(value: str, column: str, data_type: str) -> str:
    if data_type == "string":
        if is_id(column):
            stripped = (
                f"case when regexp_full_match({value}, '[0-9]+[.]0') then left({value}, -2) else {value} end"
            )
            return f"nullif({stripped}, '')"
        return f"nullif({value}, '')"
    if data_type.startswith("decimal"):
        number = f"plain_number(filled({value}))"
        by_double = f"try_cast(try_cast({number} as double) as {data_type})"
        return f"coalesce(try_cast({number} as {data_type}), {by_double})"
    return f"text_to_{data_type}({value})"


_INTEGERS = {
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "HUGEINT",
    "UTINYINT",
    "USMALLINT",
    "UINTEGER",
    "UBIGINT",
}


def _is_nested(native: str) -> bool:
    return native.endswith("]") or native.startswith(("STRUCT", "MAP", "UNION", "LIST", "JSON"))


def _native_expression(value: str, native: str, data_type: str) -> str:
    """The expression for a value whose file type is not text."""
    is_stamp = native.startswith("TIMESTAMP")
    with_zone = native == "TIMESTAMP WITH TIME ZONE"
    is_fraction = native in {"DOUBLE", "FLOAT"} or native.startswith("DECIMAL")
    if data_type == "string":
        if native in {"DOUBLE", "FLOAT"}:
            return (
                f"case when isnan({value}) then null when {value} = trunc({value}) and abs({value}) < 9.2e18 "
                f"then cast(cast({value} as bigint) as varchar) else cast({value} as varchar) end"
            )
        if native.startswith("DECIMAL"):
            return f"regexp_replace(cast({value} as varchar), '[.]0+$', '')"
        if _is_nested(native):
            return f"cast(to_json({value}) as varchar)"
        if native == "BLOB":
            return f"nullif(decode({value}), '')"
        if with_zone:
            return f"cast({value} at time zone 'UTC' as varchar)"
        return f"nullif(cast({value} as varchar), '')"
    if data_type == "timestamp":
        if with_zone:
            return f"({value} at time zone 'UTC')"
        if is_stamp or native == "DATE":
            return f"cast({value} as timestamp)"
        if native in _INTEGERS:
            return f"from_epoch(cast({value} as bigint))"
        if is_fraction:
            return f"from_epoch(whole(cast({value} as double)))"
    if data_type == "date":
        if with_zone:
            return f"cast({value} at time zone 'UTC' as date)"
        if is_stamp or native == "DATE":
            return f"cast({value} as date)"
        if native in _INTEGERS:
            return f"cast(from_epoch(cast({value} as bigint)) as date)"
    if data_type == "boolean":
        if native == "BOOLEAN":
            return value
        if native in _INTEGERS or is_fraction:
            return f"case when {value} = 1 then true when {value} = 0 then false end"
    if data_type == "double" and (native in _INTEGERS or is_fraction):
        return f"case when isfinite(cast({value} as double)) then cast({value} as double) end"
    if data_type == "bigint":
        if native in _INTEGERS:
            return f"try_cast({value} as bigint)"
        if is_fraction:
            return f"whole(cast({value} as double))"
    if data_type.startswith("decimal") and (native in _INTEGERS or is_fraction):
        return f"try_cast({value} as {data_type})"
    # A pair nobody foresaw (a boolean for a date): by way of its text, which then fails by name, or not.
    return _text_expression(f"cast({value} as varchar)", "", data_type)


def typed(value: str, native: str, column: str, data_type: str) -> str:
    """The SQL that reads `value`, of the file's type `native`, as the declared type; null if empty or
    unreadable.
    """
    if native == "VARCHAR":
        return _text_expression(value, column, data_type)
    return _native_expression(value, native, data_type)


def is_fallible(native: str, data_type: str) -> bool:
    """Whether reading can fail at all; most of a well-typed parquet file cannot."""
    if data_type == "string":
        return False
    same = {
        "timestamp": "TIMESTAMP",
        "date": "DATE",
        "boolean": "BOOLEAN",
        "bigint": "BIGINT",
    }
    return not (same.get(data_type) == native or (native == "DATE" and data_type == "timestamp"))


def is_given(value: str, native: str) -> str:
    """SQL: the file holds a value here (not null, not empty, not the NaN that stands for null)."""
    if native == "VARCHAR":
        return f"filled({value}) is not null"
    if native in {"DOUBLE", "FLOAT"}:
        return f"({value} is not null and not isnan({value}))"
    return f"{value} is not null"


def engine_type(data_type: str) -> str:
    """DuckDB's name for a declared type."""
    return "varchar" if data_type == "string" else data_type
