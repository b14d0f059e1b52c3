"""``hedgeresearch execution``: say what the fills of an order have cost."""

from __future__ import annotations

import math
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

import pandas as pd
import typer

from hedgeresearch._formatting import counted, money, percent, quantity
from hedgeresearch._validation.settings import check_between
from hedgeresearch.cli.inputs.fills_file import FileColumns, direction_of, read_columns
from hedgeresearch.cli.inputs.market_prices import MARKET, during, price_at_arrival, price_at_end
from hedgeresearch.cli.inputs.price_options import (
    DateFormat,
    Decimal,
    Reading,
    Separator,
    Thousands,
    errors_in_shell_words,
)
from hedgeresearch.cli.inputs.times import time_with_zone
from hedgeresearch.cli.terminal.output import AsJson, as_rows, print_json, print_text, wrapped
from hedgeresearch.cli.terminal.tables import table_text
from hedgeresearch.errors import DataError, DataWarning, warn_caller
from hedgeresearch.trading.execution import ExecutionReport, analyze_execution
from hedgeresearch.trading.later_prices import MAX_AGE, mark_outs

FILLS = "--fills"
BASIS_POINTS = 1e4
DEFAULT_HORIZONS = "1,10,60"
FILL_COLUMNS = FileColumns(FILLS, "--columns", ("time", "price", "size"), ("fee", "side"), {})
MARKET_COLUMNS = FileColumns(MARKET, "--market-columns", ("time", "price"), ("volume",), {})
FAR = 10.0
"""How many times a price differs from the market before it is doubted."""


class Direction(StrEnum):
    """Direction of an order."""

    buy = "buy"
    sell = "sell"


FillsFile = Annotated[
    Path,
    typer.Option(
        FILLS, help="CSV or Parquet file of one order: columns time, price, size; also fee, side."
    ),
]
DirectionOption = Annotated[
    Direction | None, typer.Option(help="buy or sell, where the fills have no column side.")
]
Size = Annotated[
    float | None, typer.Option(help="Units that were to be traded.  [default: what was filled]")
]
Decision = Annotated[
    float | None, typer.Option(help="Mid price at the decision.  [default: that at arrival]")
]
Arrival = Annotated[
    float | None,
    typer.Option(help="Mid price when the order arrived.  [default: that of the market then]"),
]
ArrivalTime = Annotated[
    str | None,
    typer.Option(help="Time of arrival with its zone.  [default: that of the first fill]"),
]
End = Annotated[
    float | None,
    typer.Option(
        help="Price of what was not filled.  [default: that of the market at the last fill]"
    ),
]
MarketFile = Annotated[
    Path | None,
    typer.Option(MARKET, help="CSV or Parquet file of mid prices: columns time, price; volume."),
]
Columns = Annotated[
    list[str] | None,
    typer.Option(help="Header of a column of the fills, such as price=Px; repeat for several."),
]
MarketColumns = Annotated[
    list[str] | None,
    typer.Option(help="Header of a column of the market, such as price=Mid; repeat for several."),
]
Horizons = Annotated[str, typer.Option("--mark-outs", help="Seconds after a fill, with commas.")]
Age = Annotated[
    float, typer.Option("--max-age", help="Seconds up to which a price of the market counts.")
]


def report_execution(  # noqa: PLR0913 (the options of the command)
    fills: FillsFile,
    direction: DirectionOption = None,
    size: Size = None,
    decision_price: Decision = None,
    arrival_price: Arrival = None,
    arrival_time: ArrivalTime = None,
    end_price: End = None,
    market: MarketFile = None,
    columns: Columns = None,
    market_columns: MarketColumns = None,
    sep: Separator = None,
    decimal: Decimal = None,
    thousands: Thousands = None,
    date_format: DateFormat = None,
    horizons: Horizons = DEFAULT_HORIZONS,
    max_age: Age = MAX_AGE,
    as_json: AsJson = False,
) -> None:
    """Say what the fills of an order have cost.

    Implementation shortfall and its parts, slippage to arrival, and with a file of market prices
    to TWAP and VWAP, and mark-outs.
    """
    check_between(max_age, "--max-age", 0.0, math.inf)
    reading = Reading(sep, decimal, thousands, date_format)
    filled = _read(fills, FILL_COLUMNS, columns, reading)
    side: Any = direction_of(filled, None if direction is None else direction.value)
    prices = None if market is None else _read(market, MARKET_COLUMNS, market_columns, reading)
    arrived = filled.index[0] if arrival_time is None else time_with_zone(arrival_time)
    if arrived > filled.index[0]:
        raise DataError(
            f"--arrival-time must not be later than the first fill, {filled.index[0]}; got "
            f"{arrived}."
        )
    at_arrival = price_at_arrival(arrival_price, prices, arrived, max_age)
    _warn_of_distant_prices(filled, at_arrival)
    ordered = float(filled["size"].sum()) if size is None else size
    at_end = end_price
    if at_end is None and prices is not None and ordered > filled["size"].sum():
        at_end = price_at_end(prices, filled.index[-1], max_age)
    report = analyze_execution(
        filled,
        side,
        ordered,
        decision_price=at_arrival if decision_price is None else decision_price,
        arrival_price=at_arrival,
        market=None if prices is None else during(prices, arrived, filled.index[-1]),
        end_price=at_end,
    )
    table = None
    if prices is not None:
        table = mark_outs(filled, side, prices, _seconds(horizons), max_age=max_age)
    if as_json:
        print_json(_record(report, table, side))
    else:
        print_text("\n\n".join([*_describe(report, filled, side), *_moves(table, max_age)]))


def _read(
    file: Path, columns: FileColumns, headers: list[str] | None, reading: Reading
) -> pd.DataFrame:
    """Return the columns of a file; refusals name the options."""
    with errors_in_shell_words():
        return read_columns(file, columns._replace(chosen=_chosen(headers, columns)), reading)


def _chosen(headers: list[str] | None, columns: FileColumns) -> dict[str, str]:
    """Return headers by the names of columns."""
    chosen = {}
    known = (*columns.needed, *columns.optional)
    for text in headers or []:
        name, sign, header = text.partition("=")
        if not sign or not header or name not in known:
            raise DataError(
                f"{columns.headers} must be a name and a header, such as price=Px; the names are "
                f"{', '.join(known)}; got {text!r}."
            )
        chosen[name] = header
    return chosen


def _warn_of_distant_prices(fills: pd.DataFrame, market: float) -> None:
    """Warn of fills far from the market: a fraction may have been read as thousands."""
    prices = fills["price"]
    distant = (prices > FAR * market) | (prices < market / FAR)
    if distant.any():
        warn_caller(
            f"{counted(int(distant.sum()), 'fill')} at less than a tenth or more than {FAR:g} "
            f"times the market, first {prices[distant].iloc[0]:.8g} against {market:.8g} at "
            "arrival. Check --decimal and --thousands, and that both are prices of one instrument.",
            DataWarning,
        )


def _seconds(text: str) -> list[float]:
    try:
        return [float(one) for one in text.split(",")]
    except ValueError:
        raise DataError(f"--mark-outs must be seconds with commas; got {text!r}.") from None


def _describe(
    report: ExecutionReport, fills: pd.DataFrame, side: Literal["buy", "sell"]
) -> list[str]:
    """Return the cost, its parts and the benchmarks."""
    verb = "bought" if side == "buy" else "sold"
    head = (
        f"{len(fills)} fills: {quantity(float(fills['size'].sum()))} {verb} at a mean price of "
        f"{report.mean_price:.8g}, {percent(report.filled)} of the order. Implementation "
        f"shortfall: {_amount(report.shortfall)}, {_points(report.shortfall_share)} of its value "
        "at the decision. Positive numbers are costs."
    )
    parts = {
        "delay, from decision to arrival": report.delay,
        "trading, since arrival": report.trading,
        "opportunity, unfilled at the end price": report.opportunity,
        "fees": report.fees,
    }
    benchmarks = {
        "arrival price": report.against_arrival,
        "time-weighted mean (TWAP)": report.against_twap,
        "volume-weighted mean (VWAP)": report.against_vwap,
    }
    amounts = [_amount(value) for value in parts.values()]
    costs = pd.DataFrame({"cost, currency of the prices": amounts}, list(parts))
    points = [_points(value) for value in benchmarks.values()]
    worse = pd.DataFrame({"worse, of the price": points}, list(benchmarks))
    return [wrapped(head), table_text(costs), table_text(worse)]


def _moves(table: pd.DataFrame | None, max_age: float) -> list[str]:
    """Return the mark-outs, and by prices of which age they are."""
    if table is None:
        return []
    shown = pd.DataFrame(
        {
            "mark-out": [_points(value) for value in table["mean"]],
            "standard error": [_points(value) for value in table["error"]],
            "fills": table["n_fills"].to_numpy(),
            "left out": table["left_out"].to_numpy(),
            "too old": table["too_old"].to_numpy(),
        },
        index=pd.Index([f"{seconds:g} s later" for seconds in table.index]),
    )
    oldest = table["oldest"].max()
    used = "" if pd.isna(oldest) else f"; the oldest that counts is {oldest:.3g} s old"
    head = (
        f"Moves in favor of the fills, by the last price of the market at most {max_age:g} s "
        f"before{used}. Left out are fills without a price, as it is too old or the market ends:"
    )
    return [wrapped(head), table_text(shown)]


def _amount(value: float) -> str:
    return f"{'-' if value < 0.0 else ''}{money(abs(value), '')}".strip()


def _points(share: float) -> str:
    """Return a share in basis points; a dash where it is not known."""
    return "-" if share != share else f"{share * BASIS_POINTS:.2f} bp"


def _record(report: ExecutionReport, table: pd.DataFrame | None, side: str) -> dict[str, Any]:
    """Return the results as plain values; shares of the price, money as in the file."""
    found: dict[str, Any] = {"direction": side} | asdict(report)
    return found | {"mark_outs": None if table is None else as_rows(table)}
