"""Vectorised building blocks: random streams, ids, text and timestamps as numpy and Arrow columns.

Times are int64 microseconds since 1970-01-01 UTC; ``NEVER`` stands for "no such instant" and becomes null.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

# Arrays of int64, bool and float64; numpy's own generics say little more and hide the code.
Ints = npt.NDArray[Any]
Bools = npt.NDArray[Any]
Floats = npt.NDArray[Any]

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
NEVER = np.int64(2**62)

_BASE62 = np.frombuffer(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", dtype=np.uint8)
_BASE32 = np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345", dtype=np.uint8)
_HEX = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)


def stream(seed: int, name: str) -> np.random.Generator:
    """An independent random stream: one per purpose, so that a change in one leaves the others alone."""
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


def micros(moment: datetime | date) -> int:
    """Microseconds since the epoch; a naive datetime is UTC, a date its midnight in UTC."""
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time(0), UTC)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    delta = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (delta.days * 86_400 + delta.seconds) * SECOND + delta.microseconds


def timestamps(values: Ints) -> pa.Array:
    """Microseconds to an Arrow timestamp column without zone; ``NEVER`` is null."""
    values = np.asarray(values, dtype=np.int64)
    mask = values >= NEVER
    return pa.array(np.where(mask, 0, values), type=pa.int64(), mask=mask if mask.any() else None).cast(
        pa.timestamp("us")
    )


def dates(values: Ints) -> pa.Array:
    """Microseconds to the UTC date they fall on; ``NEVER`` is null."""
    values = np.asarray(values, dtype=np.int64)
    mask = values >= NEVER
    days = np.where(mask, 0, values // DAY).astype(np.int32)
    return pa.array(days, type=pa.int32(), mask=mask if mask.any() else None).cast(pa.date32())


def booleans(values: Bools) -> pa.Array:
    """A boolean column."""
    return pa.array(np.asarray(values, dtype=bool))


def numbers(values: Ints, null: Bools | None = None) -> pa.Array:
    """A numeric column, null where ``null`` is true."""
    return pa.array(values, mask=null)


def decimals(values: Floats, null: Bools | None = None) -> pa.Array:
    """Money: decimal(18,2), null where ``null`` is true."""
    cents = pa.array(np.round(np.asarray(values, dtype=float), 2), type=pa.float64(), mask=null)
    return pc.round(cents, 2).cast(pa.decimal128(18, 2), safe=False)


def nulls(count: int) -> pa.Array:
    """A text column without a value."""
    return pa.nulls(count, pa.string())


def constant(value: str, count: int) -> pa.Array:
    """The same text in every row."""
    return pa.array([value], pa.string()).take(pa.array(np.zeros(count, dtype=np.int32)))


def pick(vocabulary: Sequence[str | None] | pa.Array, index: Ints) -> pa.Array:
    """Text by index into a vocabulary; a negative index is null."""
    words = (
        vocabulary
        if isinstance(vocabulary, pa.Array | pa.ChunkedArray)
        else pa.array(vocabulary, pa.string())
    )
    if isinstance(words, pa.ChunkedArray):
        words = words.combine_chunks()
    index = np.asarray(index, dtype=np.int64)
    mask = index < 0
    return words.take(pa.array(np.where(mask, 0, index), mask=mask if mask.any() else None)).cast(pa.string())


def where(mask: Bools, then: pa.Array, other: pa.Array) -> pa.Array:
    """Row by row ``then`` where ``mask`` holds, else ``other``."""
    return pc.if_else(pa.array(np.asarray(mask, dtype=bool)), then, other)


def only(mask: Bools, values: pa.Array) -> pa.Array:
    """``values`` where ``mask`` holds, else null."""
    return pc.if_else(pa.array(np.asarray(mask, dtype=bool)), values, pa.scalar(None, values.type))


def join(*parts: pa.Array | str) -> pa.Array:
    """Row by row concatenation; a null part makes the row null."""
    return pc.binary_join_element_wise(*parts, "")


def text_of(values: Ints) -> pa.Array:
    """Integers as text."""
    return pa.array(np.asarray(values, dtype=np.int64)).cast(pa.string())


def _fixed(matrix: npt.NDArray[np.uint8]) -> pa.Array:
    count, width = matrix.shape
    offsets = (np.arange(count + 1, dtype=np.int64) * width).astype(np.int64)
    values = np.ascontiguousarray(matrix).reshape(-1)
    large = pa.LargeStringArray.from_buffers(count, pa.py_buffer(offsets), pa.py_buffer(values))
    return large.cast(pa.string())


def salesforce_ids(prefix: str, index: Ints, width: int = 18) -> pa.Array:
    """Salesforce ids of 18 (or 15) characters; neighbouring indexes differ in letter case only, now and then."""
    index = np.asarray(index, dtype=np.int64)
    matrix = np.empty((len(index), 18), dtype=np.uint8)
    head = (prefix + "5g00000")[:10].encode()
    matrix[:, :10] = np.frombuffer(head, dtype=np.uint8)
    rest = index.copy()
    for position in range(14, 9, -1):
        matrix[:, position] = _BASE62[rest % 62]
        rest //= 62
    upper = (matrix[:, :15] >= 65) & (matrix[:, :15] <= 90)
    weights = np.array([1, 2, 4, 8, 16])
    for block in range(3):
        matrix[:, 15 + block] = _BASE32[(upper[:, block * 5 : block * 5 + 5] * weights).sum(axis=1)]
    return _fixed(matrix[:, :width])


def scrambled_hex(salt: int, index: Ints) -> pa.Array:
    """A version-4-looking UUID per index: a bijective mix of the index, so never the same twice."""
    index = np.asarray(index, dtype=np.uint64)

    def mix(values: Ints, constant_: int) -> Ints:
        with np.errstate(over="ignore"):
            values = values + np.uint64(constant_)
            values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
            return values ^ (values >> np.uint64(31))

    first = mix(index, (salt * 0x9E3779B97F4A7C15) % 2**64)
    second = mix(first, 0x2545F4914F6CDD1D)
    matrix = np.empty((len(index), 36), dtype=np.uint8)
    positions = [p for p in range(36) if p not in (8, 13, 18, 23)]
    for number, position in enumerate(positions):
        word = first if number < 16 else second
        shift = np.uint64(4 * (number % 16))
        matrix[:, position] = _HEX[((word >> shift) & np.uint64(15)).astype(np.int64)]
    matrix[:, [8, 13, 18, 23]] = ord("-")
    return _fixed(matrix)


def last_value(owner: Ints, at: Ints, value: Ints, cut: int, start: Ints) -> Ints:
    """The value in force at ``cut`` per owner, from changes sorted by time; ``start`` where none happened yet."""
    out = start.copy()
    known = at <= cut
    out[owner[known]] = value[known]
    return out


def latest(stamp: Ints, owner: Ints, at: Ints, cut: int) -> None:
    """Raise ``stamp[owner]`` to the latest change at or before ``cut``, in place."""
    known = at <= cut
    np.maximum.at(stamp, owner[known], at[known])


def choose(rng: np.random.Generator, weights: Sequence[float] | Floats, count: int) -> Ints:
    """``count`` draws of an index with the given weights."""
    edges = np.cumsum(np.asarray(weights, dtype=float))
    return np.searchsorted(edges, rng.random(count) * edges[-1], side="right").astype(np.int64)
