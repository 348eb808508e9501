"""The landing zone: which files are there, their bytes, and a local, unpacked copy of one."""

from __future__ import annotations

import codecs
import gzip
import hashlib
import io
import os
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import fsspec
from fsspec.implementations.local import LocalFileSystem

FORMATS = {"parquet": "parquet", "csv": "csv", "jsonl": "jsonl", "ndjson": "jsonl"}
_CHUNK = 1 << 20
# A file changed this recently may change again within one tick of the file system's clock: it is always read.
_SETTLED_SECONDS = 2.0


class BadFile(Exception):
    """A file that cannot be loaded; it is quarantined and the others load. Never carries a value from the
    file.
    """

    def __init__(self, reason: str, row: int | None = None, column: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.row = row
        self.column = column


class ChangedWhileReading(BadFile):
    """The file was being written: left for the next load."""


@dataclass(frozen=True)
class LandedFile:
    """One file of the landing zone. `path` is relative to the zone; `url` opens it; `stamp` changes when it
    does.
    """

    path: str
    url: str
    source_folder: str
    table_folder: str
    file_format: str
    is_gzip: bool
    is_key_set: bool
    bytes: int
    stamp: str
    is_settled: bool

    @property
    def order(self) -> tuple[str, bool, str]:
        """Files load in this order: by name without its ending, a key set after the data file of its name."""
        return (self.stem, self.is_key_set, self.path)

    @property
    def stem(self) -> str:
        """The path without `.keys`, format and `.gz`."""
        stem = self.path[:-3] if self.is_gzip else self.path
        stem = stem.rsplit(".", 1)[0]
        return stem[: -len(".keys")] if self.is_key_set else stem


@dataclass(frozen=True)
class Landing:
    """What the landing zone holds: files to load, and paths that are not for loading, with the reason."""

    files: tuple[LandedFile, ...]
    ignored: tuple[tuple[str, str], ...]


def _stamp(info: dict[str, Any], local_path: str | None) -> tuple[str, bool]:
    """A text that changes when the file's content does, or '' where nothing safe is known; and whether it
    settled.
    """
    if local_path is not None:
        stat = os.stat(local_path)
        settled = time.time() - max(stat.st_mtime, stat.st_ctime) > _SETTLED_SECONDS
        return (
            f"{stat.st_size}:{stat.st_mtime_ns}:{stat.st_ctime_ns}:{stat.st_ino}",
            settled,
        )
    for key in ("ETag", "etag", "md5Hash", "content_md5", "generation", "sha256"):
        if info.get(key):
            return f"{info.get('size')}:{key}:{info[key]}", True
    return "", False


def _split_name(name: str) -> tuple[str, bool, bool] | None:
    """The format, whether gzip, whether a key set; None if it is no such file."""
    lower = name.lower()
    is_gzip = lower.endswith(".gz")
    parts = (lower[:-3] if is_gzip else lower).split(".")
    if len(parts) < 2 or parts[-1] not in FORMATS:
        return None
    return FORMATS[parts[-1]], is_gzip, len(parts) > 2 and parts[-2] == "keys"


def list_landing(landing: str | Path, sources: set[str] | None = None) -> Landing:
    """Lists `<landing>/<source>/<table>/…`; folders and files whose name begins with `_` or `.` are
    nobody's business.

    Args:
        landing: a local path or any URL fsspec knows.
        sources: only these source folders (compared in lower case).

    Raises:
        FileNotFoundError: there is no such landing zone.
    """
    filesystem, root = fsspec.core.url_to_fs(str(landing))
    is_local = isinstance(filesystem, LocalFileSystem)
    root = root.rstrip("/") or "/"
    if not filesystem.exists(root):
        raise FileNotFoundError(
            f"There is no landing zone at {landing}. Create it, or point CONCORD_LANDING (or --landing) "
            f"to it; `concord demo` writes one."
        )
    filesystem.invalidate_cache()
    files: list[LandedFile] = []
    ignored: list[tuple[str, str]] = []
    for full_path, info in sorted(filesystem.find(root, detail=True).items()):
        path = full_path[len(root) :].lstrip("/") if full_path.startswith(root) else full_path
        parts = path.split("/")
        if any(part.startswith(("_", ".")) for part in parts):
            continue
        if sources is not None and parts[0].strip().lower() not in sources:
            continue
        if len(parts) < 3:
            ignored.append((path, "not in a folder <source>/<table>/"))
            continue
        split = _split_name(parts[-1])
        if split is None:
            ignored.append((path, "not a .parquet, .csv or .jsonl file (with or without .gz)"))
            continue
        try:
            stamp, settled = _stamp(info, full_path if is_local else None)
        except FileNotFoundError:
            continue
        file_format, is_gzip, is_key_set = split
        files.append(
            LandedFile(
                path=path,
                url=full_path if is_local else filesystem.unstrip_protocol(full_path),
                source_folder=parts[0],
                table_folder=parts[1],
                file_format=file_format,
                is_gzip=is_gzip,
                is_key_set=is_key_set,
                bytes=int(info.get("size") or 0),
                stamp=stamp,
                is_settled=settled,
            )
        )
    return Landing(tuple(sorted(files, key=lambda file: file.order)), tuple(ignored))


def _chunks(stream: IO[bytes]) -> Iterator[bytes]:
    while chunk := stream.read(_CHUNK):
        yield chunk


def content_hash(file: LandedFile) -> str:
    """The sha256 of the file's bytes."""
    digest = hashlib.sha256()
    with fsspec.open(file.url, "rb") as stream:
        for chunk in _chunks(stream):
            digest.update(chunk)
    return digest.hexdigest()


def _is_plain_local(file: LandedFile) -> bool:
    return not file.is_gzip and "://" not in file.url


class _Hashing(io.RawIOBase):
    """Feeds a digest with the packed bytes while they are read."""

    def __init__(self, stream: IO[bytes], digest: Any) -> None:
        super().__init__()
        self._stream = stream
        self._digest = digest

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self._digest.update(data)
        return data


def unpack(file: LandedFile, folder: Path) -> tuple[Path, str]:
    """A local, unpacked copy of the file (or the file itself where it is local and plain), and its content
    hash.

    Raises:
        BadFile: a damaged gzip, a NUL or bytes that are not UTF-8 in a text file.
    """
    target = folder / f"unpacked.{file.file_format}"
    digest = hashlib.sha256()
    is_text = file.file_format != "parquet"
    decoder = codecs.getincrementaldecoder("utf-8")()
    line = 1

    def check(chunk: bytes, final: bool = False) -> None:
        nonlocal line
        if not is_text:
            return
        nul = chunk.find(b"\0")
        if nul >= 0:
            raise BadFile(
                "holds a NUL byte: damaged, or not a text file",
                line + chunk[:nul].count(b"\n"),
            )
        try:
            decoder.decode(chunk, final)
        except UnicodeDecodeError as error:
            near = line + chunk[: error.start].count(b"\n")
            raise BadFile("is not UTF-8 text", near) from None
        line += chunk.count(b"\n")

    if _is_plain_local(file):
        with open(file.url, "rb") as stream:
            for chunk in _chunks(stream):
                digest.update(chunk)
                check(chunk)
            check(b"", final=True)
        return Path(file.url), digest.hexdigest()

    with fsspec.open(file.url, "rb") as packed, open(target, "wb") as out:
        hashing = _Hashing(packed, digest)
        reader: Any = gzip.GzipFile(fileobj=hashing) if file.is_gzip else hashing
        try:
            written = 0
            for chunk in _chunks(reader):
                check(chunk)
                out.write(chunk)
                written += len(chunk)
            check(b"", final=True)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise BadFile(f"is a damaged or half-written gzip file ({type(error).__name__})") from None
        if file.is_gzip and file.bytes == 0:
            raise BadFile("is a damaged or half-written gzip file (no bytes at all)")
        while hashing.read(_CHUNK):
            pass
    return target, digest.hexdigest()


def check_unchanged(file: LandedFile) -> None:
    """Raises ChangedWhileReading if a local file is not what it was when it was listed."""
    if "://" in file.url or not file.stamp:
        return
    try:
        stamp, _ = _stamp({}, file.url)
    except FileNotFoundError:
        raise ChangedWhileReading("was taken away while it was being read") from None
    if stamp != file.stamp:
        raise ChangedWhileReading("was still being written; it loads with the next run")
