r"""Switching regressions of Stata's manual: weekly S&P 500 and the Fed funds rate.

.. math:: |r_t| = c_{s_t} + \phi_{s_t} |r_{t-1}| + \sigma_{s_t} e_t, \qquad
          i_t = c_{s_t} + \sigma e_t

Source: the entry mswitch of the manual, examples of switching variances (absolute returns) and of a
switching constant. Data and digits are in the tests of statsmodels; its examples give the dates.
Errors are from the inverse of minus the Hessian.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast

import numpy as np
import pandas as pd

from hedgeresearch.errors import MissingDataError
from hedgeresearch.hedges.regime_switching.emissions import RegressionEmissions
from hedgeresearch.hedges.regime_switching.estimation import estimate_regression
from hedgeresearch.hedges.regime_switching.regression_sample import RegressionSample
from hedgeresearch.plotting import plot_shaded
from hedgeresearch.regimes.markov_chain import stationary_probabilities, transition_from
from hedgeresearch.regimes.markov_switching.model import MarkovSwitching
from hedgeresearch.regimes.markov_switching.standard_errors import SwitchingErrors
from hedgeresearch.regimes.state import HiddenMarkovChain
from hedgeresearch.reproductions.paper import Findings, Number, Paper
from hedgeresearch.typing import Array

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PAPER = Paper(
    title="Switching regressions in Stata's manual: weekly S&P 500 and the Fed funds rate",
    citation="StataCorp (2015). Stata 14 Time-Series Reference Manual, entry mswitch. Stata Press.",
    doi=None,
    numbers_from="results of Stata 14 in the tests of statsmodels",
    package="statsmodels",
    differs=(
        "Stata starts the regimes of the S&P 500 at their stationary probabilities. "
        "MarkovSwitchingHedge estimates those of the first week, which gains 0.26 of "
        "log-likelihood and changes estimates by up to 0.009. Its likelihood is shown; from "
        "its estimates the likelihood with stationary probabilities is maximized, and that "
        "maximum is compared.",
        "The tolerance of estimates and errors is 1e-6: the printed ones are up to 5e-7 from the "
        "maximum.",
    ),
    seconds=5.0,
)

WEEKLY = {
    "constant in regime 1": (0.7641424, 0.0782852),
    "slope in regime 1": (0.0790744, 0.0301862),
    "constant in regime 2": (1.972771, 0.2784204),
    "slope in regime 2": (0.527953, 0.0857841),
    "P(1 to 1)": (0.7530865, 0.0634387),
    "P(2 to 1)": (0.6825357, 0.0662574),
}
"""Printed estimate and standard error of the S&P 500."""
WEEKLY_DEVIATIONS = (0.5895792, 1.605333)
"""Standard deviations, whose printed errors are not comparable."""
WEEKLY_LOG_LIKELIHOOD = -745.7977
FUNDS = {
    "mean in the high regime": (9.556793, 0.2999889),
    "mean in the low regime": (3.70877, 0.1767083),
    "P(low to low)": (0.9820939, 0.0104002),
    "P(high to low)": (0.0503587, 0.0268434),
}
FUNDS_DEVIATION = 2.107562
FUNDS_LOG_LIKELIHOOD = -508.63592
TOLERANCE = 1e-6
NEWTON_STEPS = 6


class Panel(NamedTuple):
    """Series and smoothed probabilities of its regimes."""

    series: pd.Series[float]
    probabilities: pd.DataFrame


def run() -> Findings:
    """Compare all printed numbers of the S&P 500 and of the Fed funds rate."""
    weekly_numbers, weekly = weekly_returns()
    funds_numbers, funds = funds_rate()
    return Findings((*weekly_numbers, *funds_numbers), (weekly, funds))


def weekly_returns() -> tuple[list[Number], Panel]:
    """Estimate the switching regression of absolute returns on those of the week before."""
    values = list_of_statsmodels("areturns")
    observations = np.column_stack([values[1:], values[:-1]])
    emissions, transition, _, optima = estimate_regression(observations, 2, n_starts=10, seed=0)
    free = np.concatenate([emissions.coefficients.ravel(), emissions.variances, transition[:, 0]])
    inference = _stationary_optimum(observations, free)
    point = inference.point
    errors = np.sqrt(np.diag(inference.inverse_hessian()))
    reached = RegressionSample(observations, 2, None).log_likelihood(point)
    numbers = [
        Number("S&P 500: log-likelihood", WEEKLY_LOG_LIKELIHOOD, reached, 5e-5),
        Number("S&P 500: log-likelihood with a free first week", None, float(np.nanmax(optima))),
    ]
    without_variances = np.delete(np.stack([point, errors], 1), [4, 5], 0)
    for (name, printed), ours in zip(WEEKLY.items(), without_variances, strict=True):
        numbers.append(Number(f"S&P 500: {name}", printed[0], float(ours[0]), TOLERANCE))
        numbers.append(Number(f"S&P 500: error of {name}", printed[1], float(ours[1]), TOLERANCE))
    for regime, (printed_deviation, variance) in enumerate(
        zip(WEEKLY_DEVIATIONS, point[4:6], strict=True), 1
    ):
        name = f"S&P 500: standard deviation in regime {regime}"
        numbers.append(Number(name, printed_deviation, float(np.sqrt(variance)), TOLERANCE))
    dates = pd.date_range("2004-05-09", periods=len(values), freq="W", name="week")
    smoothed = pd.DataFrame(_stationary_chain(point).hindsight(observations)[0], index=dates[1:])
    return numbers, Panel(pd.Series(values, dates), smoothed)


def _stationary_optimum(observations: Array, point: Array) -> SwitchingErrors:
    """Maximize the likelihood with stationary first probabilities, by Newton's method.

    The search starts at a point (8,).
    """
    sample = RegressionSample(observations, 2, None)
    for _ in range(NEWTON_STEPS):
        at = SwitchingErrors(sample.scores, point, np.ones(8), transition_from(point[6:], 2))
        point = point + at.inverse_hessian() @ sample.scores(point).sum(axis=0)
    return SwitchingErrors(sample.scores, point, np.ones(8), transition_from(point[6:], 2))


def _stationary_chain(point: Array) -> HiddenMarkovChain:
    """Return the regression at coefficients, variances and probabilities of regime 1, (8,)."""
    transition = transition_from(point[6:], 2)
    emissions = RegressionEmissions(
        point[:4].reshape(2, 2), point[4:6], np.zeros(1), np.ones((1, 1))
    )
    return HiddenMarkovChain(emissions, transition, stationary_probabilities(transition))


def funds_rate() -> tuple[list[Number], Panel]:
    """Estimate the Fed funds rate with a switching constant."""
    values = list_of_statsmodels("fedfunds")
    series = pd.Series(
        values, pd.date_range("1954-07-01", periods=len(values), freq="QS"), name="rate"
    )
    fit = MarkovSwitching(switching_variance=False, n_starts=2).fit(series)
    covariance = cast(SwitchingErrors, fit.estimates.errors).inverse_hessian()
    errors = pd.Series(np.sqrt(np.diag(covariance)), fit.parameters.index)
    own = fit.parameters.copy()
    probabilities = ["p [0,0]", "p [1,0]"]
    # The print has the probabilities of the low regime, which is our regime 1.
    own[probabilities] = 1.0 - own[probabilities]
    order = ["mean rate [0]", "mean rate [1]", "p [1,0]", "p [0,0]"]
    numbers = []
    rows = zip(FUNDS.items(), own[order], errors[order], strict=True)
    for (name, (value, error)), ours, our_error in rows:
        numbers.append(Number(f"Fed funds: {name}", value, ours, TOLERANCE))
        numbers.append(Number(f"Fed funds: error of {name}", error, our_error, TOLERANCE))
    deviation = np.sqrt(own["variance rate"])
    log_likelihood = fit.estimates.log_likelihood or np.nan
    numbers += [
        Number("Fed funds: standard deviation", FUNDS_DEVIATION, deviation, TOLERANCE),
        Number("Fed funds: log-likelihood", FUNDS_LOG_LIKELIHOOD, log_likelihood, 5e-6),
    ]
    return numbers, Panel(series, fit.smoothed[[1, 0]])


def draw(figure: Figure, shown: tuple[Panel, Panel]) -> None:
    """Draw both series, with shades where the regime of the higher mean is more probable."""
    figure.set_size_inches(4.2, 3.8)
    labels = ("S&P 500: absolute\nreturn, % per week", "Fed funds rate, %")
    for axes, panel, label in zip(figure.subplots(2, 1), shown, labels, strict=True):
        plot_shaded(
            panel.series,
            panel.probabilities,
            ylabel=label,
            note="shaded: high regime; hindsight",
            ax=axes,
        )
        axes.legend().remove()
        axes.margins(x=0.01)


@cache
def _lists() -> dict[str, Array]:
    """Return lists of numbers in the tests of statsmodels, without importing them.

    Importing them needs pytest.
    """
    from statsmodels.tsa import regime_switching

    path = Path(regime_switching.__file__).parent / "tests" / "test_markov_regression.py"
    statements = ast.parse(path.read_text(encoding="utf-8")).body if path.is_file() else []
    named = {
        node.targets[0].id: node.value
        for node in statements
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    return {
        name: np.array(ast.literal_eval(named[name]))
        for name in ("areturns", "fedfunds")
        if name in named
    }


def list_of_statsmodels(name: str) -> Array:
    """Return a list of numbers in the tests of statsmodels, ``areturns`` or ``fedfunds``."""
    lists = _lists()
    if name not in lists:
        raise MissingDataError(
            f"the list {name} must be in statsmodels/tsa/regime_switching/tests/"
            "test_markov_regression.py; this installation of statsmodels has no tests. Install it "
            "with: pip install statsmodels."
        )
    return lists[name]
