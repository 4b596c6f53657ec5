"""Files as they come: what they are by their content, unpacked within bounds, and text in whatever encoding as UTF-8.

Knows nothing of columns. Everything it writes goes into the load's own folder.
"""

from __future__ import annotations

import codecs
import gzip
import hashlib
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Literal

from charset_normalizer import from_bytes

from analytics.ingest.errors import LoadError

Kind = Literal["text", "parquet", "excel", "json"]

#: A packed file may grow by MOST_RATIO once it has passed LEAST_CHECKED bytes, and to MOST_BYTES at all.
MOST_RATIO = 200
LEAST_CHECKED = 256 * 2**20
MOST_BYTES = 64 * 2**30
_CHUNK = 4 * 2**20
_SAMPLE = 256 * 1024
_GZIP = b"\x1f\x8b"
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)
#: Encodings that are told apart by their content when a file is not UTF-8, and the last resort, which always reads.
_LEGACY = ["gb18030", "big5", "cp1252", "shift_jis"]
_LAST_RESORT = "latin_1"


@dataclass(frozen=True)
class Opened:
    """A file ready for its reader: text is UTF-8 now, whatever `encoding` it was in, and the path is no pattern."""

    name: str
    path: Path
    kind: Kind
    suffix: str
    sha256: str
    encoding: str = "utf-8"
    bad_bytes: int = 0


def open_file(file: Path, folder: Path) -> Opened:
    """Recognises a file by its content, unpacks gzip, and turns text into UTF-8. Raises LoadError."""
    head = _head(file)
    suffix = file.suffix.lower()
    path = _plainly_named(file, folder)
    if head.startswith(_GZIP):
        path = _unpacked(file, folder)
        suffix = Path(file.stem).suffix.lower() if suffix == ".gz" else suffix
        head = path.open("rb").read(_SAMPLE)
    if not head:
        raise LoadError("empty_file", file.name)
    if head.startswith(b"PAR1"):
        return Opened(file.name, path, "parquet", suffix, _digest(path))
    if head.startswith(b"PK\x03\x04"):
        check_archive(path, file.name)
        return Opened(file.name, path, "excel", suffix, _digest(path))
    if head.startswith(_OLD_OFFICE):
        raise LoadError("encrypted" if b"E\0n\0c\0r\0y\0p\0t\0e\0d" in head else "old_excel", file.name)
    return _text(file.name, path, suffix, head, folder)


def check_archive(path: Path, name: str) -> None:
    """Refuses an archive that unpacks to far more than a workbook does, before anything is unpacked."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError) as fault:
        raise LoadError("broken_file", name, reason=str(fault)) from fault
    if not any(entry.filename == "xl/workbook.xml" for entry in entries):
        raise LoadError("unknown_format", name, kind="zip")
    _check_growth(name, sum(entry.compress_size for entry in entries), sum(entry.file_size for entry in entries))


def _head(file: Path) -> bytes:
    try:
        if file.is_dir():
            raise LoadError("is_a_folder", str(file))
        with file.open("rb") as handle:
            return handle.read(_SAMPLE)
    except FileNotFoundError as fault:
        raise LoadError("file_not_there", str(file)) from fault
    except OSError as fault:
        raise LoadError("not_readable", str(file), reason=fault.strerror or str(fault)) from fault


def _plainly_named(file: Path, folder: Path) -> Path:
    """The engine takes *, ? and [ in a path for a pattern; a file with such a name gets another one meanwhile."""
    if not set(str(file)) & set("*?["):
        return file
    target = folder / f"{hashlib.sha256(str(file).encode()).hexdigest()[:16]}.given"
    target.unlink(missing_ok=True)
    try:
        target.symlink_to(file.absolute())
    except OSError:
        shutil.copyfile(file, target)
    return target


def _unpacked(file: Path, folder: Path) -> Path:
    target = folder / f"{hashlib.sha256(str(file).encode()).hexdigest()[:16]}.unpacked"
    packed, written = file.stat().st_size, 0
    try:
        with gzip.open(file) as source, target.open("wb") as out:
            while chunk := source.read(_CHUNK):
                written += len(chunk)
                _check_growth(file.name, packed, written)
                out.write(chunk)
    except (gzip.BadGzipFile, EOFError, zlib.error) as fault:
        raise LoadError("broken_file", file.name, reason=str(fault)) from fault
    return target


def _check_growth(name: str, packed: int, unpacked: int) -> None:
    ratio = unpacked / max(packed, 1)
    if unpacked > MOST_BYTES or (unpacked > LEAST_CHECKED and ratio > MOST_RATIO):
        raise LoadError("too_large", name, bytes=unpacked, ratio=round(ratio))


def _digest(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _text(name: str, path: Path, suffix: str, head: bytes, folder: Path) -> Opened:
    encoding, bad = _encoding(name, path, head)
    if encoding != "utf-8" or bad:
        target = folder / f"{hashlib.sha256(str(path).encode()).hexdigest()[:16]}.utf8"
        _transcode(path, target, encoding)
        path = target
    digest, blank = hashlib.sha256(), True
    for chunk in _chunks(path):
        digest.update(chunk)
        blank = blank and not chunk.strip()
    if blank:
        raise LoadError("empty_file", name)
    first = path.open("rb").read(_SAMPLE).lstrip()[:1]
    is_json = suffix in {".json", ".jsonl", ".ndjson"} or first in {b"{", b"["}
    return Opened(name, path, "json" if is_json else "text", suffix, digest.hexdigest(), encoding, bad)


def _encoding(name: str, path: Path, head: bytes) -> tuple[str, int]:
    """The encoding of a text file, and how many bytes of it are broken when it is UTF-8 with a few wrong ones."""
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            return encoding, 0
    if b"\0" in head:
        return _without_bom(name, head), 0
    try:
        decoder = codecs.getincrementaldecoder("utf-8")()
        for chunk in _chunks(path):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
        return "utf-8", 0
    except UnicodeDecodeError:
        sample = _telling_sample(path)
    good = len(sample.decode("utf-8", errors="ignore").encode()) - sum(byte < 128 for byte in sample)
    bad = sum(byte >= 128 for byte in sample) - good
    if good > 4 * bad:
        return "utf-8", bad
    return _legacy(sample), 0


def _without_bom(name: str, head: bytes) -> str:
    """UTF-16 without a mark has a zero in every other byte of its ASCII; anything else with zeros is no text."""
    even, odd = head[0:2000:2].count(0), head[1:2000:2].count(0)
    half = len(head[:2000]) / 2
    if odd > 0.3 * half and even < 0.05 * half:
        return "utf-16-le"
    if even > 0.3 * half and odd < 0.05 * half:
        return "utf-16-be"
    raise LoadError("unknown_format", name, kind="binary")


def _telling_sample(path: Path) -> bytes:
    """The lines of a file that hold other bytes than ASCII, up to a bound."""
    sample, size = [], 0
    with path.open("rb") as handle:
        for line in handle:
            if not line.isascii():
                sample.append(line)
                size += len(line)
            if size > _SAMPLE:
                break
    return b"".join(sample)


def _legacy(sample: bytes) -> str:
    try:
        sample.decode("gb18030")
    except UnicodeDecodeError:
        pass
    else:
        text = sample.decode("gb18030")
        wide = [character for character in text if ord(character) > 127]
        common = sum("\u4e00" <= character <= "\u9fff" or character in "，。、；：！？（）《》“”￥" for character in wide)
        pairs = sum(a > "\u2e7f" and b > "\u2e7f" for a, b in pairwise(text))
        if wide and common > 0.9 * len(wide) and pairs > 0.3 * len(wide):
            return "gb18030"
    best = from_bytes(sample, cp_isolation=_LEGACY).best()
    return best.encoding if best is not None else _LAST_RESORT


def _transcode(path: Path, target: Path, encoding: str) -> None:
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    with target.open("w", encoding="utf-8", newline="") as out:
        for chunk in _chunks(path):
            out.write(decoder.decode(chunk).replace("\0", ""))
        out.write(decoder.decode(b"", final=True).replace("\0", ""))


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as handle:
        while chunk := handle.read(_CHUNK):
            yield chunk
