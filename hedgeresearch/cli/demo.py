"""``hedgeresearch demo``: a recommendation of the bundled data with its figure."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

from hedgeresearch._formatting import day
from hedgeresearch.cli.inputs.models import DEFAULT_MODEL
from hedgeresearch.cli.terminal.output import AsJson, print_json, print_text, progress, wrapped
from hedgeresearch.cli.terminal.tables import table_text
from hedgeresearch.data.conversion import returns
from hedgeresearch.datasets import load
from hedgeresearch.errors import DataError
from hedgeresearch.evaluation.engine.runner import walk_forward
from hedgeresearch.evaluation.results.backtest import Backtest
from hedgeresearch.hedges.default import default_hedge
from hedgeresearch.plotting import plot_lines, style
from hedgeresearch.recommendation.notional import NotionalHedge, hedge_notional
from hedgeresearch.report._atomic_write import check_writable

DATASET = "nasdaq_sp500"
NOTIONAL = 1_000_000
WINDOW = 1000
"""Observations of a fit, about four years of days."""
REFIT = 250
"""Observations from one fit to the next, about a year of days."""
MONTHS = 60
"""Days of a volatility in the figure, about three months."""
GREY = "#999999"
OPTION = "--figure"
NEXT_STEPS = {
    "hedgeresearch check --prices my.csv": "what is wrong",
    "hedgeresearch recommend --prices my.csv --asset A --hedge B": "a hedge",
    "hedgeresearch compare --prices my.csv --asset A --hedge B": "which model",
    "hedgeresearch init book.yaml": "contracts, costs",
    "hedgeresearch --help": "the rest",
}
"""Commands to run next, and what they do."""
IN_PYTHON = "In Python: import hedgeresearch as hr; print(hr.list_models())"

Figure = Annotated[
    Path, typer.Option(help="File of the figure; its name ends in .png, .pdf or .svg.")
]


def show_demo(figure: Figure = Path("hedge_demo.png"), as_json: AsJson = False) -> None:
    """Show a hedge of bundled data with its figure.

    It is the recommended hedge of a million of the NASDAQ with the S&P 500, tested out of sample.
    """
    if figure.suffix not in (".png", ".pdf", ".svg"):
        raise DataError(f"{OPTION} must end in .png, .pdf or .svg; got {str(figure)!r}.")
    check_writable(figure, OPTION)
    with progress("estimating, and testing out of sample"):
        result, backtest = _hedge_of_bundled_data()
    with progress("drawing"):
        _draw(backtest, figure)
    if as_json:
        print_json(result.to_dict() | {"figure": str(figure), "next": list(NEXT_STEPS)})
        return
    print_text(_description(result, backtest, figure))


def _hedge_of_bundled_data() -> tuple[NotionalHedge, Backtest]:
    """Return the hedge of a million of the NASDAQ by the S&P 500, and its backtest."""
    table = returns(load(DATASET))
    asset = table["NASDAQ"]
    hedges = table[["SP500"]]
    model = default_hedge()
    models = {DEFAULT_MODEL.value: model}
    backtest = walk_forward(models, asset, hedges, window=WINDOW, refit_every=REFIT)
    return hedge_notional(model.fit(asset, hedges), NOTIONAL, backtest=backtest), backtest


def _draw(backtest: Backtest, path: Path) -> None:
    """Draw the ratios out of sample, and what is left of the volatility."""
    import matplotlib.pyplot as plt

    with style():
        figure, (upper, lower) = plt.subplots(2, 1, figsize=(8.0, 6.0), layout="constrained")
        backtest.plot(ax=upper)
        hedged = backtest.hedged_returns[["unhedged", DEFAULT_MODEL.value]]
        volatilities = 100.0 * hedged.rolling(MONTHS).std().iloc[MONTHS - 1 :]
        note = f"out of sample, over {MONTHS} days"
        plot_lines(
            volatilities,
            ylabel="volatility of a day, %",
            note=note,
            references={"unhedged": GREY},
            ax=lower,
        )
        figure.savefig(path, dpi=150)
        plt.close(figure)


def _description(result: NotionalHedge, backtest: Backtest, figure: Path) -> str:
    """Return the data, the decision, what each model has removed, and what to do next."""
    data = (
        f"Data: NASDAQ Composite and S&P 500, daily closes to {day(result.as_of)}, which the "
        "package holds."
    )
    tested = wrapped(
        f"Tested out of sample from {day(backtest.hedged_returns.index[0])}, estimated on the "
        f"{WINDOW:,} days before and again every {REFIT}:"
    )
    drawn = f"{figure} shows the ratios, and the volatility with and without the hedge."
    parts = [wrapped(data), wrapped(result.decision), tested, _table(backtest), wrapped(drawn)]
    return "\n\n".join([*parts, _next_steps()])


def _table(backtest: Backtest) -> str:
    """Return what each model has removed and traded, as text."""
    summary = backtest.summary
    table = pd.DataFrame(
        {
            "variance removed": summary["effectiveness"].map("{:.1%}".format),
            "volatility of a day": summary["volatility"].map("{:.2%}".format),
            "mean ratio": summary["mean ratio"].map("{:.2f}".format),
        }
    )
    return table_text(table)


def _next_steps() -> str:
    """Return the commands to run next, one a line."""
    width = max(map(len, NEXT_STEPS))
    lines = [f"  {command:<{width}}  {purpose}" for command, purpose in NEXT_STEPS.items()]
    return "\n".join(["Next:", *lines, f"  {IN_PYTHON}"])
