"""``hedgeresearch compare``: compare hedges out of sample."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer

from hedgeresearch._csv import to_csv_text
from hedgeresearch._formatting import day
from hedgeresearch.cli.inputs.models import BENCHMARKS, ModelName, parse_model_names
from hedgeresearch.cli.inputs.price_options import (
    Contents,
    DateColumn,
    DateFormat,
    Decimal,
    DropGaps,
    Frequency,
    Kind,
    Reading,
    Returns,
    Separator,
    Sheet,
    Thousands,
)
from hedgeresearch.cli.inputs.price_source import (
    Asset,
    Dataset,
    Hedge,
    Prices,
    choose_prices,
    title,
)
from hedgeresearch.cli.terminal.output import (
    AsJson,
    as_json,
    as_rows,
    check_output,
    print_text,
    warnings_as_lines,
    wrapped,
    write_output,
)
from hedgeresearch.cli.terminal.tables import table_text
from hedgeresearch.evaluation.engine.runner import walk_forward
from hedgeresearch.evaluation.engine.schedule import default_window
from hedgeresearch.evaluation.results.backtest import Backtest
from hedgeresearch.hedges.default import named_hedge
from hedgeresearch.report.tables import ABSENT, amount, fine_percent, percent, ratio

Models = Annotated[str, typer.Option(help=f"Models, separated by commas: {', '.join(ModelName)}.")]
WindowLength = Annotated[
    int | None,
    typer.Option(
        help="Observations in each estimation window.  [default: half of all, at most 1000]",
        show_default=False,
    ),
]
RefitEvery = Annotated[int, typer.Option(help="Observations between estimations.")]
HorizonOption = Annotated[
    str, typer.Option("--horizon", help="Period of the returns compared: rows, or '1w'.")
]
LagOption = Annotated[
    int, typer.Option("--execution-lag", help="Observations until a known ratio is held.")
]
Jobs = Annotated[int, typer.Option(help="Number of processes; -1 for one per core.")]
CheckpointFolder = Annotated[
    Path | None, typer.Option(help="Folder for finished work; an interrupted run continues there.")
]
TableFile = Annotated[Path | None, typer.Option(help="Also write the table as CSV to this file.")]
ReportPage = Annotated[Path | None, typer.Option(help="Also write an HTML report to this file.")]

GAIN = "gain on ols"
UNITS = (
    "Removed: % of the variance of the unhedged asset; gain: points of it. Turnover: absolute "
    "changes of the ratio out of sample, added up, the entry included; 1 is the value of the asset."
)
"""What the columns of the table are measured in."""
FAILED = (
    "Failed: refits after which the last ratio was held, as a price was frozen or the model could "
    "not be estimated."
)
"""What the column of failed refits counts, where there are any."""


def compare_hedges(  # noqa: PLR0913 (the options of the command)
    dataset: Dataset = None,
    prices: Prices = None,
    asset: Asset = None,
    hedge: Hedge = None,
    models: Models = "naive,ols,ewma,decays,dcc,regime",
    window: WindowLength = None,
    refit_every: RefitEvery = 20,
    horizon: HorizonOption = "1",
    execution_lag: LagOption = 0,
    date: DateColumn = None,
    sep: Separator = None,
    decimal: Decimal = None,
    thousands: Thousands = None,
    date_format: DateFormat = None,
    sheet: Sheet = None,
    kind: Kind = Contents.prices,
    freq: Frequency = None,
    returns: Returns = None,
    drop_gaps: DropGaps = False,
    jobs: Jobs = 1,
    checkpoint: CheckpointFolder = None,
    output: TableFile = None,
    report: ReportPage = None,
    as_json_text: AsJson = False,
) -> None:
    """Compare hedges out of sample.

    Estimate on past data, hedge the days after, and repeat.
    """
    reading = Reading(
        sep, decimal, thousands, date_format, sheet, kind, freq, returns, drop_gaps, date
    )
    names = parse_model_names(models)
    _check_files(output, report, prices)
    with warnings_as_lines() as warnings:
        table, asset, hedges = choose_prices(dataset, prices, asset, hedge, reading)
        data = reading.as_returns(table)
        backtest = walk_forward(
            {name.value: named_hedge(name) for name in names if name not in BENCHMARKS},
            data[asset],
            data[hedges],
            default_window(len(data)) if window is None else window,
            refit_every,
            horizon=int(horizon) if horizon.isdecimal() else horizon,
            execution_lag=execution_lag,
            n_jobs=jobs,
            checkpoint=checkpoint,
        )
        text = as_json(_record(backtest)) if as_json_text else _describe(backtest, table)
        if report is not None:
            _write_report(backtest, report, warnings)
    _show(backtest, text, as_json_text, output)


def _show(backtest: Backtest, text: str, is_json: bool, output: Path | None) -> None:
    """Write the table to the output file, and print the record or the text."""
    if output is not None:
        write_output(output, to_csv_text(backtest.summary, index=True).removesuffix("\n"))
    if is_json:
        typer.echo(text)
    else:
        print_text(text)


def _check_files(output: Path | None, report: Path | None, prices: Path | None) -> None:
    """Refuse files that cannot be written, or are the same, before the work."""
    from hedgeresearch.report._atomic_write import check_different_files
    from hedgeresearch.report.report import check_report_file

    check_output(output, prices)
    if report is not None:
        check_report_file(report, "--report")
        check_different_files({"--report": report}, {"--output": output, "--prices": prices})


def _write_report(backtest: Backtest, report: Path, warnings: list[str]) -> None:
    from hedgeresearch.report.report import write_report

    write_report(backtest, report, warnings)


def _describe(backtest: Backtest, data: pd.DataFrame) -> str:
    """Return the data, the table of results and the sentences of the comparison."""
    comparison = backtest.compare()
    dates = backtest.date_returns.index
    head = (
        f"Data: {title(data.attrs)}; {len(dates)} observations out of sample, to {day(dates[-1])}."
    )
    if backtest.horizon > 1 or backtest.execution_lag:
        head += f" Returns {backtest.evaluation}."
    head += f" Volatilities are over {backtest.spacing.span(backtest.horizon)}. {UNITS}"
    if _has_failures(backtest.summary):
        head += f" {FAILED}"
    sentences = [*comparison.sentences, comparison.conclusion]
    return "\n".join(
        [wrapped(head), "", _table(backtest.summary), "", *(wrapped(one) for one in sentences)]
    )


def _has_failures(summary: pd.DataFrame) -> bool:
    """Return whether a model failed at a refit."""
    return bool(summary["failed refits"].fillna(0.0).any())


def _table(summary: pd.DataFrame) -> str:
    """Return the main results in a table that fits a terminal."""
    rows = {str(name): _row(row) for name, row in summary.iterrows()}
    heads = {"removed": "removed %", "gain": "gain on ols (95% interval)"}
    heads |= {"volatility": "volatility %", "ratio": "mean ratio", "turnover": "turnover"}
    if _has_failures(summary):
        heads["failed"] = "failed"
    table = pd.DataFrame.from_dict(rows, orient="index")[list(heads)].rename(columns=heads)
    return table_text(table)


def _row(row: pd.Series[Any]) -> dict[str, str]:
    """Return the cells of a model; those of a model without results are dashes."""
    found = f"{percent(row[GAIN])} ({percent(row['gain, lower'])} to {percent(row['gain, upper'])})"
    return {
        "removed": percent(row["effectiveness"]),
        "gain": ABSENT if pd.isna(row[GAIN]) else found,
        "volatility": fine_percent(row["volatility"]),
        "ratio": ratio(row["mean ratio"]),
        "turnover": amount(row["turnover"]),
        "failed": amount(row["failed refits"]),
    }


def _record(backtest: Backtest) -> dict[str, Any]:
    """Return the results and the comparison as plain values."""
    comparison = backtest.compare()
    dates = backtest.date_returns.index
    return {
        "observations": len(dates),
        "first": day(dates[0]),
        "last": day(dates[-1]),
        "horizon": backtest.horizon,
        "execution_lag": backtest.execution_lag,
        "summary": as_rows(backtest.summary),
        "comparison": as_rows(comparison.table),
        "sentences": list(comparison.sentences),
        "conclusion": comparison.conclusion,
    }
