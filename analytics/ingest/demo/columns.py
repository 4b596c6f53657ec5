"""Columns: from arrays of codes, days and seconds to the typed columns of a canonical table, and random streams.

Text columns are Arrow-backed strings: a million ids cost megabytes instead of gigabytes, and DuckDB reads them as they
stand. Knows no table and no business.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from analytics.schema import CANONICAL

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Column = Any  # a numpy array or a pandas extension array

DAY_SECONDS = 86_400
#: Marks a code or a time that is not there.
NONE = -1
_STRINGS = pd.StringDtype("pyarrow")


def stream(seed: int, name: str) -> np.random.Generator:
    """A random stream of its own for each step, so that a change in one step leaves the others as they were."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, zlib.crc32(name.encode())])))


def choose(rng: np.random.Generator, weights: Sequence[float] | Floats, size: int) -> Ints:
    """`size` codes drawn with these weights."""
    edges = np.cumsum(np.asarray(weights, dtype=np.float64))
    return np.searchsorted(edges, rng.random(size) * edges[-1], side="right").clip(0, len(edges) - 1)


def choose_by_row(rng: np.random.Generator, weights: Floats, rows: Ints) -> Ints:
    """One code per entry of `rows`, drawn with the weights of that row of the table `weights`."""
    edges = np.cumsum(weights, axis=1)
    edges = edges / edges[:, -1:]
    flat = (edges + np.arange(len(weights))[:, None]).ravel()
    found = np.searchsorted(flat, rows + rng.random(len(rows)), side="right")
    return (found - rows * weights.shape[1]).clip(0, weights.shape[1] - 1).astype(np.int64)


def choose_weighted(rng: np.random.Generator, weights: npt.NDArray[Any]) -> Ints:
    """One code per row, drawn with that row's own weights."""
    edges = np.cumsum(weights, axis=1)
    at = rng.random(len(weights))[:, None] * edges[:, -1:]
    return (edges <= at).sum(axis=1).clip(0, weights.shape[1] - 1).astype(np.int64)


def strings(values: pa.Array | pa.ChunkedArray) -> Column:
    """An Arrow array as a pandas text column, without a copy into Python strings."""
    chunks = values if isinstance(values, pa.ChunkedArray) else pa.chunked_array([values])
    return chunks.to_pandas(types_mapper={pa.string(): _STRINGS}.get).array


def texts(codes: npt.NDArray[Any], names: Sequence[str | None]) -> Column:
    """The name of each code; `NONE` becomes null."""
    return strings(arrow_texts(codes, names))


def arrow_texts(codes: npt.NDArray[Any], names: Sequence[str | None]) -> pa.Array:
    return pa.array(names, pa.string()).take(pa.array(codes, pa.int64(), mask=codes < 0))


def numbered(prefix: str, numbers: npt.NDArray[Any]) -> Column:
    """Ids such as O100001; negative numbers become null."""
    return strings(arrow_numbered(prefix, numbers))


def arrow_numbered(prefix: str, numbers: npt.NDArray[Any]) -> pa.Array:
    digits = pc.cast(pa.array(numbers, pa.int64(), mask=numbers < 0), pa.string())
    return pc.binary_join_element_wise(pa.scalar(prefix), digits, "")


def joined(*parts: pa.Array) -> pa.Array:
    """Texts side by side; null where one of them is."""
    return pc.binary_join_element_wise(*parts, "")


def hidden(texts: pa.Array, where: Flags) -> pa.Array:
    """The texts, null where it says."""
    return pc.if_else(pa.array(where), pa.scalar(None, pa.string()), texts)


def whole(values: npt.NDArray[Any], known: Flags | None = None) -> Column:
    """Whole numbers with nulls; without `known`, negative ones are null."""
    missing = values < 0 if known is None else ~known
    return pd.arrays.IntegerArray(np.where(missing, 0, values).astype(np.int64), missing)


def times(start: date, seconds: npt.NDArray[Any]) -> Column:
    """UTC times, so many seconds after the first day began; negative ones are null."""
    out = np.datetime64(start, "us") + seconds.astype("int64").astype("timedelta64[s]")
    out[seconds < 0] = np.datetime64("NaT")
    return out


def dates(start: date, days: npt.NDArray[Any], known: Flags | None = None) -> Column:
    """Days counted from the first day; those not `known` are null."""
    out = (np.datetime64(start, "D") + days.astype("int64").astype("timedelta64[D]")).astype("datetime64[s]")
    if known is not None:
        out[~known] = np.datetime64("NaT")
    return out


def table(name: str, columns: Mapping[str, Column]) -> pd.DataFrame:
    """The canonical table of that name; its columns must be exactly those of the schema."""
    expected = CANONICAL[name].column_names
    if set(expected) != set(columns):
        raise ValueError(f"demo table {name}: columns differ from the schema: {sorted(set(expected) ^ set(columns))}")
    return pd.DataFrame({column: columns[column] for column in expected})


def digest(frame: pd.DataFrame) -> str:
    """A hash of the rows in their order: equal for equal frames in any process, different for any other value or order."""
    out = hashlib.sha256()
    for name in frame.columns:
        out.update(f"{name}:{len(frame)};".encode())
        for part in _bytes(frame[name]):
            out.update(part)
    return out.hexdigest()


def _bytes(column: pd.Series[Any]) -> list[bytes]:
    if isinstance(column.dtype, pd.StringDtype):
        joined = pa.array(column).cast(pa.large_string())
        lengths = pc.fill_null(pc.binary_length(joined), NONE).to_numpy(zero_copy_only=False)
        return [lengths.astype(np.int64).tobytes(), "".join(joined.drop_null().to_pylist()).encode()]
    if isinstance(column.dtype, pd.Int64Dtype):
        return [column.isna().to_numpy().tobytes(), column.fillna(0).to_numpy(np.int64).tobytes()]
    values = column.to_numpy()
    if values.dtype.kind == "f":
        values = np.where(np.isnan(values), np.nan, values)  # one bit pattern for every missing number
    return [np.ascontiguousarray(values).tobytes()]
