"""``hedgeresearch surface``: fit the smiles of a file of option quotes."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer

from hedgeresearch._formatting import day, describe, quantity
from hedgeresearch.cli.inputs.chain_file import read_chain
from hedgeresearch.cli.terminal.output import (
    AsJson,
    as_rows,
    print_json,
    print_text,
    warnings_as_lines,
    wrapped,
)
from hedgeresearch.cli.terminal.tables import table_text
from hedgeresearch.errors import DataError, recorded_warnings
from hedgeresearch.options.smile_shape.measures import skew
from hedgeresearch.options.smile_shape.sentences import shape_sentence
from hedgeresearch.options.surfaces.fit import SurfaceFit
from hedgeresearch.options.surfaces.sabr import SABR
from hedgeresearch.options.surfaces.ssvi import SSVI
from hedgeresearch.options.surfaces.svi import SVI
from hedgeresearch.options.variance.index import variance_index

REPORT_OPTION = "--report"
CHAIN_OPTION = "--chain"
INDEX_DAYS = 30.0


def _whole_percent(value: float) -> str:
    return f"{100.0 * value:.0f}"


def _level(value: float) -> str:
    return quantity(value, 6)


def _points(value: float) -> str:
    return f"{100.0 * value:.2f}"


def _tenth_points(value: float) -> str:
    return f"{10.0 * value:.2f}"


COLUMNS = {
    "forward": ("forward", _level),
    "n_quotes": ("quotes", "{:.0f}".format),
    "error, points": ("error of the fit, points", "{:.2f}".format),
    "inside": ("between bid and ask, %", _whole_percent),
    "at_the_money": ("at the money, %", _points),
    "risk_reversal": ("risk reversal, points", _points),
    "butterfly": ("butterfly, points", _points),
    "slope": ("slope, points per 0.1 of ln(K/F)", _tenth_points),
}
"""Columns of the table that is printed, their titles and formats."""
UNITS = "By expiry; volatilities are % a year, points are points of them:"
"""What the table is measured in."""


class Model(StrEnum):
    """Model of the smiles."""

    svi = "svi"
    ssvi = "ssvi"
    sabr = "sabr"


class Arbitrage(StrEnum):
    """Arbitrage that the smiles may have."""

    free = "free"
    allowed = "allowed"


class Delta(StrEnum):
    """Delta of the strikes of the risk reversal."""

    forward = "forward"
    premium_adjusted = "premium_adjusted"


MODELS = {Model.svi: SVI, Model.ssvi: SSVI, Model.sabr: SABR}

ChainFile = Annotated[
    Path,
    typer.Option(
        CHAIN_OPTION,
        help="File of quotes (CSV, Parquet or JSON): columns expiry, strike, kind, bid, ask; or "
        "those of Deribit's book summary or of Cboe's delayed quotes.",
    ),
]
Moment = Annotated[
    str | None,
    typer.Option(
        help="Time of the quotes with its zone, such as '2024-06-28 16:00 America/New_York'.  "
        "[default: that of the file]"
    ),
]
Rate = Annotated[
    str, typer.Option(help="Interest rate a year as a fraction, or 'parity' to estimate it.")
]
ModelOption = Annotated[Model, typer.Option("--model", help="Model of the smiles.")]
ArbitrageOption = Annotated[
    Arbitrage, typer.Option("--arbitrage", help="Whether the smiles may have arbitrage.")
]
DeltaOption = Annotated[
    Delta, typer.Option("--delta", help="Delta of the 25-delta options; coin accounts adjust it.")
]
MaxMoneyness = Annotated[
    float | None,
    typer.Option(help="Size of ln(strike / forward) below which quotes are fitted, such as 0.5."),
]
ReportFile = Annotated[Path | None, typer.Option(help="Also write an HTML report to this file.")]


def fit_surface(  # noqa: PLR0913 (the options of the command)
    chain: ChainFile,
    moment: Moment = None,
    rate: Rate = "0",
    model: ModelOption = Model.svi,
    arbitrage: ArbitrageOption = Arbitrage.free,
    max_moneyness: MaxMoneyness = None,
    delta: DeltaOption = Delta.forward,
    report: ReportFile = None,
    as_json: AsJson = False,
) -> None:
    """Fit the smiles of a file of option quotes.

    The result says how puts and calls are priced, whether the smiles have arbitrage, and the
    variance index without a model.
    """
    _check_report(report, chain)
    settings: dict[str, Any] = {"arbitrage": arbitrage.value, "max_moneyness": max_moneyness}
    with warnings_as_lines() as warnings:
        quotes = read_chain(chain, moment, rate)
        fit = MODELS[model](**settings).fit(quotes)
        record = _record(fit, delta.value)
        text = _describe(fit, delta.value)
        if report is not None:
            _write_report(fit, report, warnings)
    if as_json:
        print_json(record)
    else:
        print_text(text)


def _check_report(report: Path | None, chain: Path) -> None:
    """Refuse a report that cannot be written or would replace the quotes."""
    from hedgeresearch.report._atomic_write import check_different_files
    from hedgeresearch.report.report import check_report_file

    if report is not None:
        check_report_file(report, REPORT_OPTION)
        check_different_files({REPORT_OPTION: report}, {CHAIN_OPTION: chain})


def _write_report(fit: SurfaceFit, report: Path, warnings: list[str]) -> None:
    from hedgeresearch.report._atomic_write import write_text
    from hedgeresearch.report.report import report_html

    write_text(report, report_html(fit, warnings), REPORT_OPTION)


def _index(fit: SurfaceFit) -> tuple[float | None, str]:
    """Return the variance index, and a sentence on it or on why there is none."""
    try:
        with recorded_warnings() as warnings:
            found = variance_index(fit.chain, INDEX_DAYS)
    except DataError as error:
        return None, f"Variance index not available: {error}"
    notes = [f" ({warning.message})" for warning in warnings]
    text = f"Variance index of {INDEX_DAYS:g} days: {found.index:.2f}% a year, a volatility."
    return found.index, "".join([text, *notes])


def _names(expiries: pd.Index[Any]) -> list[str]:
    """Return the expiries, with their hour only where it differs."""
    names = [day(expiry) for expiry in expiries]
    dates = [name.split()[0] for name in names]
    hours = {name.removeprefix(date) for name, date in zip(names, dates, strict=True)}
    return dates if len(hours) == 1 and len(set(dates)) == len(dates) else names


def _describe(fit: SurfaceFit, delta: Any) -> str:
    """Return data, model, shape of the smiles, table and arbitrage."""
    name = fit.chain.underlying
    head = f"Data: options{f' on {name}' if name else ''}, {day(fit.chain.moment)}."
    head += f"\nModel: {describe(fit.model)}"
    table = fit.summary.join(skew(fit, delta=delta).drop(columns="years"))
    shown = pd.DataFrame(
        {
            title: [write(value) for value in table[column]]
            for column, (title, write) in COLUMNS.items()
        },
        index=_names(table.index),
    )
    findings = fit.arbitrage().findings or ["no arbitrage was found"]
    dropped = int(fit.chain.dropped.to_numpy().sum())
    points = [f"{finding[0].upper()}{finding[1:]}." for finding in findings]
    fitted = int(fit.summary["n_quotes"].sum())
    points.append(
        f"{dropped} of {len(fit.chain.table)} quotes cannot be used; the smiles are those of "
        f"{fitted} out of the money."
    )
    points.append(_index(fit)[1])
    parts = [
        wrapped(head),
        wrapped(shape_sentence(fit, delta)),
        f"{wrapped(UNITS)}\n{table_text(shown)}",
        "\n".join(wrapped(f"- {point}", "  ") for point in points),
    ]
    return "\n\n".join(parts)


def _record(fit: SurfaceFit, delta: Any) -> dict[str, Any]:
    """Return the results as plain values."""
    return {
        "underlying": fit.chain.underlying,
        "moment": fit.chain.moment.isoformat(),
        "model": describe(fit.model),
        "delta": delta,
        "expiries": as_rows(
            fit.summary.drop(columns="at the money")
            .join(fit.parameters)
            .join(skew(fit, delta=delta).drop(columns="years"))
        ),
        "arbitrage": fit.arbitrage().findings,
        "variance_index": _index(fit)[0],
        "dropped": as_rows(fit.chain.dropped),
    }
