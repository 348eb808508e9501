"""Country spellings to ISO 3166-1 alpha-2 codes."""

from __future__ import annotations

import gettext
import unicodedata
from importlib import metadata

import duckdb
import pyarrow as pa

from orchestration.reference.tables import is_current, replace_table

REVISION = 1
# Languages whose country names are common in CRM data; a spelling that two countries claim is left out.
LANGUAGES = ("de", "fr", "es", "it", "nl", "pt", "sv", "da", "nb_NO", "fi", "pl", "ja", "zh_CN")
# What people type and no list carries.
ALIASES = {
    "u.s.": "US", "u.s.a.": "US", "u.s.a": "US", "u.s": "US", "united states of america (usa)": "US",
    "america": "US", "the united states": "US", "the united states of america": "US", "us of a": "US",
    "uk": "GB", "u.k.": "GB", "u.k": "GB", "great britain": "GB", "britain": "GB", "england": "GB",
    "scotland": "GB", "wales": "GB", "northern ireland": "GB", "united kingdom of great britain": "GB",
    "holland": "NL", "the netherlands": "NL", "republic of ireland": "IE", "eire": "IE",
    "korea": "KR", "south korea": "KR", "republic of korea": "KR", "north korea": "KP",
    "russia": "RU", "czech republic": "CZ", "slovak republic": "SK", "vietnam": "VN", "viet nam": "VN",
    "uae": "AE", "u.a.e.": "AE", "emirates": "AE", "ksa": "SA", "taiwan": "TW", "taiwan, china": "TW",
    "hong kong sar": "HK", "hong kong, china": "HK", "macau": "MO", "macau sar": "MO", "prc": "CN",
    "mainland china": "CN", "people's republic of china": "CN", "iran": "IR", "bolivia": "BO",
    "venezuela": "VE", "tanzania": "TZ", "moldova": "MD", "macedonia": "MK", "swaziland": "SZ",
    "ivory coast": "CI", "cape verde": "CV", "burma": "MM", "turkey": "TR", "laos": "LA", "syria": "SY",
    "brunei": "BN", "palestine": "PS", "vatican": "VA", "vatican city": "VA", "micronesia": "FM",
    "democratic republic of the congo": "CD", "dr congo": "CD", "drc": "CD", "congo-kinshasa": "CD",
    "congo-brazzaville": "CG", "republic of the congo": "CG", "st. lucia": "LC", "st lucia": "LC",
    "st. kitts and nevis": "KN", "st. vincent and the grenadines": "VC", "trinidad": "TT", "reunion": "RE",
    "curacao": "CW", "aland islands": "AX", "brasil": "BR", "españa": "ES", "deutschland": "DE",
    "österreich": "AT", "schweiz": "CH", "suisse": "CH", "svizzera": "CH", "italia": "IT",
    "polska": "PL", "sverige": "SE", "norge": "NO", "danmark": "DK", "suomi": "FI", "méxico": "MX",
    "nederland": "NL", "belgië": "BE", "belgique": "BE", "česko": "CZ", "magyarország": "HU", "türkiye": "TR",
}  # fmt: skip


def write_countries(connection: duckdb.DuckDBPyConnection) -> None:
    """`reference.countries`: one row per lower-case spelling and its ISO code."""
    made_from = f"{REVISION} pycountry {metadata.version('pycountry')}"
    if is_current(connection, "countries", made_from):
        return
    spellings = sorted(country_spellings().items())
    rows = pa.table(
        {
            "spelling": pa.array([spelling for spelling, _ in spellings], pa.string()),
            "country_code": pa.array([code for _, code in spellings], pa.string()),
        }
    )
    replace_table(connection, "countries", rows, made_from)


def country_spellings() -> dict[str, str]:
    """Lower-case spelling to alpha-2 code: codes and names, translations nobody else claims, aliases."""
    import pycountry

    spellings: dict[str, str] = {}
    for country in pycountry.countries:
        for attribute in ("alpha_2", "alpha_3", "name", "official_name", "common_name"):
            value = getattr(country, attribute, None)
            if value:
                spellings[value.lower()] = country.alpha_2
    claims: dict[str, set[str]] = {}
    for language in LANGUAGES:
        translation = gettext.translation(
            "iso3166-1", pycountry.LOCALES_DIR, languages=[language], fallback=True
        )
        for country in pycountry.countries:
            for attribute in ("name", "common_name"):
                value = getattr(country, attribute, None)
                if value:
                    claims.setdefault(translation.gettext(value).lower(), set()).add(country.alpha_2)
    for spelling, codes in claims.items():
        if len(codes) == 1:
            spellings.setdefault(spelling, next(iter(codes)))
    spellings.update(ALIASES)
    for spelling, code in list(spellings.items()):
        plain = "".join(c for c in unicodedata.normalize("NFKD", spelling) if not unicodedata.combining(c))
        spellings.setdefault(plain, code)
        # "Korea, Republic of" is also written "Republic of Korea".
        head, comma, tail = spelling.partition(", ")
        if comma and tail.endswith(" of"):
            spellings.setdefault(f"{tail} {head}", code)
    return spellings
