"""The command line: prices in, a hedge recommendation out."""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NoReturn

import pandas as pd
import typer

from hedgeresearch import datasets
from hedgeresearch._wording import day
from hedgeresearch.covariance.dcc import DCC
from hedgeresearch.covariance.ewma import EWMACovariance
from hedgeresearch.errors import DataError, HedgeResearchError
from hedgeresearch.evaluation.walk_forward import walk_forward
from hedgeresearch.hedges.error_correction import ErrorCorrectionHedge
from hedgeresearch.hedges.hedge_fit import HedgeModel
from hedgeresearch.hedges.kalman import KalmanHedge
from hedgeresearch.hedges.minimum_variance import MinimumVarianceHedge
from hedgeresearch.hedges.naive import NaiveHedge
from hedgeresearch.hedges.ols import OLSHedge
from hedgeresearch.hedges.regime import RegimeHedge
from hedgeresearch.hedges.rolling_ols import RollingOLSHedge
from hedgeresearch.prices import read_prices
from hedgeresearch.recommendation.recommendation import Recommendation
from hedgeresearch.recommendation.recommendation import recommend as recommend_hedge
from hedgeresearch.regimes.gaussian_hmm import GaussianHMM
from hedgeresearch.returns import returns as returns_of

BENCHMARKS = ("naive", "ols")
"""Always compared."""

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


class ModelName(StrEnum):
    """The models that the command line offers."""

    naive = "naive"
    ols = "ols"
    rolling = "rolling"
    kalman = "kalman"
    ecm = "ecm"
    ewma = "ewma"
    dcc = "dcc"
    regime = "regime"


Dataset = Annotated[str | None, typer.Option(help="A bundled table; nasdaq_sp500 if no prices are given.")]
Prices = Annotated[Path | None, typer.Option(help="A CSV or Parquet file of prices, dates in its first column.")]
Asset = Annotated[str | None, typer.Option(help="Column of the position to hedge.")]
Hedge = Annotated[list[str] | None, typer.Option(help="Column of a hedge; may be given several times.")]


@app.command()
def recommend(
    dataset: Dataset = None,
    prices: Prices = None,
    asset: Asset = None,
    hedge: Hedge = None,
    notional: Annotated[float, typer.Option(help="Value held, in currency; negative for a short position.")] = 1e6,
    model: Annotated[ModelName, typer.Option(help="How the hedge ratio is estimated.")] = ModelName.regime,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    output: Annotated[Path | None, typer.Option(help="Write the recommendation as JSON to this file, too.")] = None,
) -> None:
    """Recommend what to sell against a position, over the period after the last price."""
    table, asset, hedges = _choose_prices(dataset, prices, asset, hedge)
    chosen = _model(model)
    _check_output(output)
    given = table if getattr(chosen, "needs", "returns") == "prices" else returns_of(table[[asset, *hedges]])
    result = recommend_hedge(chosen.fit(given[asset], given[hedges]), notional)
    text = json.dumps(result.to_dict(), indent=2)
    if output is not None:
        _write(output, text)
    if as_json:
        typer.echo(text)
    else:
        _show(result, table.attrs)


@app.command()
def compare(
    dataset: Dataset = None,
    prices: Prices = None,
    asset: Asset = None,
    hedge: Hedge = None,
    models: Annotated[
        str, typer.Option(help=f"Names from {', '.join(ModelName)}, separated by commas.")
    ] = "naive,ols,ewma,dcc,regime",
    window: Annotated[int, typer.Option(help="Dates in each estimation.")] = 1000,
    refit_every: Annotated[int, typer.Option(help="Dates between estimations.")] = 20,
    jobs: Annotated[int, typer.Option(help="Processes; -1 for one a core.")] = 1,
    checkpoint: Annotated[Path | None, typer.Option(help="Folder of finished work, to go on after a break.")] = None,
    output: Annotated[Path | None, typer.Option(help="Write the table as CSV to this file, too.")] = None,
) -> None:
    """Compare hedges out of sample: estimate on the past, hedge the days after, move on."""
    table, asset, hedges = _choose_prices(dataset, prices, asset, hedge)
    returns = returns_of(table[[asset, *hedges]])
    entrants = {name.value: _model(name) for name in map(_model_name, models.split(",")) if name not in BENCHMARKS}
    _check_output(output)
    study = walk_forward(
        entrants, returns[asset], returns[hedges], window, refit_every, n_jobs=jobs, checkpoint=checkpoint
    )
    comparison = study.compare()
    if output is not None:
        _write(output, study.summary.to_csv(lineterminator="\n").removesuffix("\n"))
    dates = study.hedged_returns.index
    typer.echo(f"Data: {_title(table.attrs)}; {len(dates)} dates out of sample, to {day(dates[-1])}.\n")
    typer.echo(study.summary.to_string(float_format="{:.4f}".format) + "\n")
    for sentence in (*comparison.sentences, comparison.conclusion):
        typer.echo(textwrap.fill(sentence, 100))


@app.command("datasets")
def list_datasets() -> None:
    """List the bundled tables."""
    for name, row in datasets.list().iterrows():
        typer.echo(f"{name:15} {row['frequency']:20} {row['period']:26} {row['title']}")


def _choose_prices(
    dataset: str | None, file: Path | None, asset: str | None, hedges: list[str] | None
) -> tuple[pd.DataFrame, str, list[str]]:
    """The table and its columns: those of a bundled table by default, named ones from a file."""
    if file is not None:
        if dataset is not None:
            raise DataError("give --dataset or --prices, not both.")
        if asset is None or not hedges:
            raise DataError("--prices needs --asset COLUMN and --hedge COLUMN: which column is held, which hedges it.")
        _check_different(asset, hedges)
        return read_prices(file, columns=[asset, *hedges]), asset, hedges
    table = datasets.load(dataset or "nasdaq_sp500")
    asset = asset or table.attrs.get("asset")
    hedges = hedges or table.attrs.get("hedges", "").split()
    if asset is None or not hedges:
        raise DataError(
            f"the table {dataset!r} is no example of a hedge; say --asset COLUMN and --hedge COLUMN "
            f"(it holds {', '.join(table.columns)})."
        )
    absent = [name for name in (asset, *hedges) if name not in table.columns]
    if absent:
        raise DataError(f"columns must be among {', '.join(table.columns)}; got {absent[0]!r}.")
    _check_different(asset, hedges)
    return table, asset, hedges


def _check_different(asset: str, hedges: list[str]) -> None:
    names = [asset, *hedges]
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise DataError(f"asset and hedges must be different columns; {twice[0]!r} is given twice.")


def _model(name: ModelName) -> HedgeModel:
    models: dict[ModelName, HedgeModel] = {
        ModelName.naive: NaiveHedge(),
        ModelName.ols: OLSHedge(),
        ModelName.rolling: RollingOLSHedge(250),
        ModelName.kalman: KalmanHedge(),
        ModelName.ecm: ErrorCorrectionHedge(),
        ModelName.ewma: MinimumVarianceHedge(EWMACovariance()),
        ModelName.dcc: MinimumVarianceHedge(DCC()),
        ModelName.regime: RegimeHedge(GaussianHMM(2)),
    }
    return models[name]


def _model_name(text: str) -> ModelName:
    try:
        return ModelName(text.strip())
    except ValueError:
        raise DataError(f"--models must name models from {', '.join(ModelName)}; got {text.strip()!r}.") from None


def _check_output(path: Path | None) -> None:
    """Refuse a file that cannot be written before the work whose result it is to hold."""
    if path is None:
        return
    is_new = not path.exists()
    with _writing(path), path.open("a", encoding="utf-8"):
        pass
    if is_new:
        path.unlink()


def _write(path: Path, text: str) -> None:
    with _writing(path):
        path.write_text(text + "\n", encoding="utf-8")


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DataError(f"--output must be a file that can be written; {path}: {error.strerror}.") from None


def _show(result: Recommendation, attrs: Mapping[Any, Any]) -> None:
    table = result.summary.assign(sell=result.sell.map("{:,.0f}".format)).to_string(float_format="{:.3f}".format)
    paragraphs = [f"Data: {_title(attrs)}, to {day(result.as_of)}.\nModel: {result.model}", result.sentence]
    for paragraph in paragraphs:
        typer.echo("\n".join(textwrap.fill(line, 100) for line in paragraph.splitlines()) + "\n")
    typer.echo(table)


def _title(attrs: Mapping[Any, Any]) -> str:
    return str(attrs.get("title", attrs.get("source", "prices")))


def main() -> None:
    """Run the command line; bad input ends with exit code 2 and one line."""
    try:
        code = app(sys.argv[1:] or ["--help"], standalone_mode=False)
    except HedgeResearchError as error:
        _fail(str(error))
    except typer.TyperException as error:
        _fail(error.format_message())
    except typer.Abort:
        sys.exit(130)
    sys.exit(code if isinstance(code, int) else 0)


def _fail(message: str) -> NoReturn:
    typer.echo(f"error: {' '.join(message.split())}", err=True)
    sys.exit(2)


if __name__ == "__main__":
    main()
