"""Option quotes in a file: CSV, Parquet or JSON, in columns of their own or of a venue."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd

from hedgeresearch._extras import missing_package
from hedgeresearch.cli.inputs.times import time_with_zone
from hedgeresearch.errors import DataError
from hedgeresearch.options.chains.chain import OptionChain

MOMENT = "moment"
"""Column of the time of the quotes, of a file in columns of its own."""


def read_chain(file: Path, moment: str | None, rate: str) -> OptionChain:
    """Return the quotes of a file.

    Parameters
    ----------
    file : CSV, Parquet or JSON
    moment : time with a zone as text; None for that of the file
    rate : number as text, or "parity"

    Raises
    ------
    DataError
        If the file cannot be read, or its quotes are refused.
    """
    table = _read(file)
    settings: dict[str, Any] = {"rate": rate if rate == "parity" else _number(rate)}
    time = None if moment is None else time_with_zone(moment)
    if "instrument_name" in table.columns:
        return OptionChain.from_deribit(table, time, **settings)
    if time is None:
        time = _moment_of(table)
    if "option" in table.columns:
        return OptionChain.from_cboe(table, time, **settings)
    if "expiry" in table.columns:
        texts = table["expiry"].unique()
        times = {text: time_with_zone(text) for text in texts}
        table = table.assign(expiry=table["expiry"].map(times))
        table["expiry"] = pd.to_datetime(table["expiry"], utc=True)
    return OptionChain(table, time, **settings)


def _read(file: Path) -> pd.DataFrame:
    try:
        if file.suffix == ".parquet":
            return pd.read_parquet(file)
        if file.suffix == ".json":
            return _of_json(json.loads(file.read_text(encoding="utf-8")))
        return pd.read_csv(file)
    except ImportError:
        raise missing_package(f"Reading {file.name}", "pyarrow", "parquet") from None
    except (OSError, ValueError) as error:
        raise DataError(
            f"--chain must be a CSV, Parquet or JSON file of quotes; {file} cannot be read: "
            f"{' '.join(str(error).split())}"
        ) from None


def _of_json(record: Any) -> pd.DataFrame:
    """Return the rows of a list of records, or of the answer of Deribit or Cboe."""
    if isinstance(record, dict) and isinstance(record.get("result"), list):
        return pd.DataFrame(record["result"])
    if isinstance(record, dict) and isinstance(record.get("data"), dict):
        return pd.DataFrame(record["data"].get("options", []))
    return pd.DataFrame(record)


def _moment_of(table: pd.DataFrame) -> pd.Timestamp:
    """Return the time in the column ``moment``, which must be one."""
    if MOMENT not in table.columns:
        raise DataError(
            "the time of the quotes is needed: pass --moment '2024-06-28 16:00 America/New_York', "
            "or add a column moment to the file."
        )
    times = table[MOMENT].unique()
    if len(times) != 1:
        raise DataError(
            f"a chain must be of one moment; the file has {len(times)}. Write a file for each."
        )
    return time_with_zone(times[0])


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise DataError(f"--rate must be a number or 'parity'; got {text!r}.") from None
