"""Confidence in a recommendation: intervals, other models, and effectiveness out of sample."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch.errors import ConvergenceError, DataError
from hedgeresearch.evaluation.comparison.difference_interval import DifferenceInterval
from hedgeresearch.evaluation.results.backtest import Backtest
from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.instruments.spot import Spot
from hedgeresearch.recommendation.assessment.evidence.backtest_findings import (
    BacktestFindings,
    assess_backtest,
)
from hedgeresearch.recommendation.inputs.problem import HedgeProblem
from hedgeresearch.recommendation.inputs.settings import (
    Limits,
    Objective,
    RecommendationSettings,
)
from hedgeresearch.recommendation.sizing.contracts import objective_contracts
from hedgeresearch.recommendation.sizing.valuation import Valuation
from hedgeresearch.typing import Array

N_INTERVAL_DRAWS = 50
"""Draws of the bootstrap for models without a delta method: each is a refit, and may take seconds.

For more, call ``fit.conf_int(n_bootstrap=500)``.
"""

MAX_WIDTH = 1.0
"""Width of an interval from which it says too little to be compared with 1:1."""
NOT_FINITE = "the errors of the estimates are not finite."
"""Note on an interval of a model of one's own whose ends are not finite."""


@exported_by("hedgeresearch.recommendation")
@dataclass(frozen=True, eq=False)
class Confidence:
    """Intervals of ratios and contracts, targets of other models, and effectiveness.

    Attributes
    ----------
    level : float
        Confidence of the intervals.
    ratios : DataFrame (n_instruments, 6)
        Ratio, lower, upper, and the contracts that these stand for without limits: contracts, at
        lower, at upper. NaN where the model has no interval.
    interval_note : str
        Why there is no interval, or "".
    one_to_one_hedge : str or None
        Name of the hedge whose ratio is not distinguishable from 1:1. Only a single hedge of
        returns whose ratio is estimated is compared with 1:1.
    unit : dict by instrument
        Unit of the holding: "contracts", or "units" of a spot.
    limited : bool
        Whether limits or a net objective keep the holdings from following the ratio.
    by_model : DataFrame (n_models, n_instruments) or None
        Contracts that the last ratio of each model of a backtest stands for.
    expected_effectiveness : float
        Share of variance that the model expects its ratio to remove.
    backtest : BacktestFindings or None
        What a backtest says about the fit; None without one.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> market = hr.Market(hr.load("nasdaq_sp500").loc["2015":])
    >>> position = hr.Position({"NASDAQ": 1000})
    >>> future = hr.LinearContract("SP500", 50, lot=1)
    >>> pair = market.returns(position, future)
    >>> backtest = hr.walk_forward({}, *pair, window=500, refit_every=250)
    >>> fit = hr.OLSHedge().fit(*pair)
    >>> confidence = hr.recommend(fit, position, future, market, backtest=backtest).confidence
    >>> confidence.level, round(confidence.expected_effectiveness, 3)
    (0.95, 0.897)
    >>> confidence.ratios["contracts"].round(1).to_dict()
    {'SP500': -59.9}
    >>> confidence.out_of_sample
    DifferenceInterval(0.8887, 95% interval 0.7822 to 0.9259, 1000 draws of blocks of 126)
    """

    level: float
    ratios: pd.DataFrame
    interval_note: str
    one_to_one_hedge: str | None
    unit: dict[str, str]
    limited: bool
    by_model: pd.DataFrame | None
    expected_effectiveness: float
    backtest: BacktestFindings | None

    @property
    def out_of_sample(self) -> DifferenceInterval | None:
        """Share of variance that the model removed in the backtest, with its interval."""
        if self.backtest is None or self.backtest.out_of_sample is None:
            return None
        return self.backtest.out_of_sample.interval


def assess_confidence(
    problem: HedgeProblem, valuation: Valuation, settings: RecommendationSettings
) -> Confidence:
    """Return intervals by the delta method where the model has one, else by the bootstrap."""
    fit = problem.fit
    names = problem.names
    objective = settings.objective
    ends, note = _interval(fit, settings.confidence, settings.seed)
    ratios = _ratio_table(fit, ends, objective, names, valuation)
    by_model = None
    findings = None
    if settings.backtest is not None:
        by_model = _by_model(settings.backtest, objective, names, valuation)
        returns = problem.market.returns(problem.position, problem.instruments, problem.kind)
        findings = assess_backtest(
            settings.backtest, fit, _in_one_frame(*returns), settings.confidence, settings.seed
        )
    return Confidence(
        level=settings.confidence,
        ratios=ratios,
        interval_note=note,
        one_to_one_hedge=None if problem.kind == "difference" else _one_to_one_hedge(ratios),
        unit={
            one.name: "units" if isinstance(one, Spot) else "contracts"
            for one in problem.instruments
        },
        limited=settings.limits != Limits() or objective.net is not None,
        by_model=by_model,
        expected_effectiveness=fit.expected_effectiveness,
        backtest=findings,
    )


def _interval(fit: HedgeFit, confidence: float, seed: int) -> tuple[Array, str]:
    """Return the ends of each interval, (n_instruments, 2), and a note where there are none."""
    n_bootstrap = N_INTERVAL_DRAWS if fit.errors is None else None
    try:
        ends = fit.conf_int(confidence, n_bootstrap=n_bootstrap, seed=seed).to_numpy()
    # the model has neither a delta method nor a bootstrap, or fails on most draws
    except (DataError, ConvergenceError) as error:
        return np.full((len(fit.next_ratio), 2), np.nan), str(error)
    return ends, "" if np.isfinite(ends).all() else NOT_FINITE


def _ratio_table(
    fit: HedgeFit, ends: Array, objective: Objective, names: list[str], valuation: Valuation
) -> pd.DataFrame:
    """Return ratios with their intervals, and the contracts that they stand for."""
    ratio = fit.arrays.next_ratio
    lower = ends[:, 0]
    upper = ends[:, 1]
    columns = {"ratio": ratio, "lower": lower, "upper": upper}
    for column, ratios in {"contracts": ratio, "at lower": lower, "at upper": upper}.items():
        columns[column] = objective_contracts(ratios, objective, names, valuation)
    return pd.DataFrame(columns, index=pd.Index(names, name="instrument"))


def _one_to_one_hedge(ratios: pd.DataFrame) -> str | None:
    """Return the single hedge whose interval contains 1; several are not held one for one."""
    if len(ratios) > 1:
        return None
    lower, upper = ratios.iloc[0][["lower", "upper"]]
    estimated = 0.0 < upper - lower < MAX_WIDTH
    return str(ratios.index[0]) if estimated and lower <= 1.0 <= upper else None


def _by_model(
    backtest: Backtest, objective: Objective, names: list[str], valuation: Valuation
) -> pd.DataFrame:
    """Return the contracts (n_models, n_instruments) for the last ratio of every model."""
    contracts = {
        name: objective_contracts(backtest.ratio(name).to_numpy()[-1], objective, names, valuation)
        for name in backtest.models
    }
    table = pd.DataFrame.from_dict(contracts, orient="index", columns=names)
    return table.rename_axis("model")


def _in_one_frame(asset: pd.Series[float], hedges: pd.DataFrame) -> pd.DataFrame:
    """Return asset and hedges in one frame, (n_dates, 1 + n_hedges)."""
    return pd.concat([asset, hedges], axis=1)
