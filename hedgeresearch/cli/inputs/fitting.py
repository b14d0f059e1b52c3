"""Fit the model that a command names, and say which other one can be fitted."""

from __future__ import annotations

import pandas as pd

from hedgeresearch.cli.inputs.models import ModelName
from hedgeresearch.cli.inputs.price_options import Contents, Reading
from hedgeresearch.errors import ConvergenceError, DataError
from hedgeresearch.evaluation.results.backtest import Backtest
from hedgeresearch.hedges.default import named_hedge
from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.hedges.model import HedgeModel
from hedgeresearch.hedges.regression.ols import OLSHedge

BEST = "best"
"""Choice of the model that wins a tournament."""


def fit_named_model(
    name: str, table: pd.DataFrame, asset: str, hedges: list[str], reading: Reading
) -> tuple[HedgeFit, Backtest | None]:
    """Return the fit of a model by its short name, and the tournament that chose the best.

    Parameters
    ----------
    name : a short name, or "best"
    table : DataFrame (n_dates, n_columns), prices or returns
    asset, hedges : names of columns
    reading : what the table has
    """
    if name == BEST:
        from hedgeresearch.recommendation.selection import fit_best, run_tournament_of_returns

        returns = reading.as_returns(table)
        backtest = run_tournament_of_returns(None, (returns[asset], returns[hedges]), None, 0)
        return fit_best(backtest, returns[asset], returns[hedges]), backtest
    model = named_hedge(ModelName(name))
    if model.traits.input == "prices" and reading.kind is not Contents.prices:
        raise DataError(
            f"--model {name} must have prices; got --kind {reading.kind}. Choose another model, "
            "such as --model ols."
        )
    data = table if model.traits.input == "prices" else reading.as_returns(table)
    fit = fit_or_name_other(model, data[asset], data[hedges], f"--model {name}", "--model ols")
    return fit, None


def fit_or_name_other(
    model: HedgeModel, asset: pd.Series[float], hedges: pd.DataFrame, name: str, other: str
) -> HedgeFit:
    """Return the fit of a model; where it is refused and OLS is not, the error says so.

    Parameters
    ----------
    model : HedgeModel
    asset : Series (n_dates,)
    hedges : DataFrame (n_dates, n_hedges)
    name : the model as the user chose it, such as "--model regime"
    other : OLS as the user can choose it, such as "--model ols"
    """
    try:
        return model.fit(asset, hedges)
    except (DataError, ConvergenceError) as error:
        if not _ols_fits(asset, hedges):
            raise
        raise type(error)(
            f"{error} This is what {name} needs; {other} can be fitted to these "
            f"{len(asset)} observations."
        ) from None


def _ols_fits(asset: pd.Series[float], hedges: pd.DataFrame) -> bool:
    try:
        OLSHedge().fit(asset, hedges)
    except DataError:
        return False
    return True
