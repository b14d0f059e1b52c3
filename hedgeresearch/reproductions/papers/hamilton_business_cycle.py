r"""Recessions as regimes of the growth of output: Hamilton's autoregression of the fourth order with a switching mean.

.. math:: y_t - \mu_{s_t} = \sum_{j=1}^{4} \phi_j (y_{t-j} - \mu_{s_{t-j}}) + \sigma e_t, \quad e_t \sim N(0, 1)

Source: Hamilton (1989), eq. 4.1-4.3; the digits are those of EViews 8 for the same model and data, as the tests of
statsmodels hold them. Standard errors are from the inverse of minus the Hessian.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np
import pandas as pd

from hedgeresearch.datasets import load
from hedgeresearch.plotting import COLORS, plot_lines, plot_shaded
from hedgeresearch.regimes.markov_switching.model import MarkovSwitching
from hedgeresearch.regimes.markov_switching.standard_errors import SwitchingErrors
from hedgeresearch.reproductions.paper import Findings, Number, Paper

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from hedgeresearch.regimes.fit import RegimeFit

PAPER = Paper(
    title="Recessions of the US as regimes of the growth of GNP, 1951 to 1984",
    citation=(
        "Hamilton, J. D. (1989). A new approach to the economic analysis of nonstationary time series and the business "
        "cycle. Econometrica 57(2), 357-384."
    ),
    doi="10.2307/1912559",
    numbers_from="results of EViews 8 in the tests of statsmodels, for the model and the data of the article, "
    "not its own table",
    differs=(
        "The printed estimates lie up to 2e-6 from the maximum of the likelihood, at which ours have no slope left, so "
        "they are held to 5e-6 and their errors to 1e-6.",
    ),
    seconds=5.0,
)

PRINTED = {
    "stay in recession": (0.754673, 0.0965189),
    "from expansion to recession": (0.095915, 0.0377362),
    "mean growth in recession, % per quarter": (-0.358811, 0.2645396),
    "mean growth in expansion, % per quarter": (1.163516, 0.0745187),
    "autoregression, lag 1": (0.013486, 0.1199942),
    "autoregression, lag 2": (-0.057521, 0.137663),
    "autoregression, lag 3": (-0.246983, 0.1069103),
    "autoregression, lag 4": (-0.212923, 0.1105311),
}
"""Estimate and standard error."""
ESTIMATE_WITHIN, ERROR_WITHIN = 5e-6, 1e-6
LOG_STANDARD_DEVIATION, LOG_LIKELIHOOD = -0.262658, -181.26339


def run() -> Findings:
    """Transition probabilities, means, autoregression, standard deviation and log-likelihood."""
    fit = MarkovSwitching(order=4, switching_variance=False, n_starts=2).fit(load("hamilton_gnp"))
    covariance = cast(SwitchingErrors, fit.estimates.errors).inverse_hessian()
    values, errors = (
        fit.parameters.copy(),
        pd.Series(np.sqrt(np.diag(covariance)), fit.parameters.index),
    )
    moves = ["p [0,0]", "p [1,0]"]
    values[moves] = 1.0 - values[moves]  # printed are those into a recession, our regime 1
    order = [
        "p [1,0]",
        "p [0,0]",
        "mean GNP [1]",
        "mean GNP [0]",
        *(f"ar GNP [{lag}]" for lag in range(1, 5)),
    ]
    rows = zip(PRINTED.items(), values[order], errors[order], strict=True)
    numbers = [
        number
        for (quantity, (value, error)), own, own_error in rows
        for number in (
            Number(quantity, value, own, ESTIMATE_WITHIN),
            Number(f"error of {quantity.split(', %')[0]}", error, own_error, ERROR_WITHIN),
        )
    ]
    numbers += [
        Number(
            "log of the standard deviation",
            LOG_STANDARD_DEVIATION,
            np.log(values["variance GNP"]) / 2,
            5e-7,
        ),
        Number("log-likelihood", LOG_LIKELIHOOD, fit.estimates.log_likelihood or np.nan, 5e-6),
    ]
    return Findings(tuple(numbers), fit)


def draw(figure: Figure, shown: RegimeFit) -> None:
    """Growth, and the smoothed probability of a recession, which all quarters have helped to tell."""
    figure.set_size_inches(4.2, 3.6)
    above, below = figure.subplots(2, 1, sharex=True)
    probabilities = shown.smoothed.iloc[4:]
    plot_shaded(shown.observations["GNP"], probabilities, ylabel="growth, % a quarter", ax=above)
    recession = probabilities[[1]].set_axis(["recession"], axis=1)
    note = "smoothed: hindsight"
    plot_lines(
        recession, ylabel="P(recession)", note=note, references={"recession": COLORS[1]}, ax=below
    )
    below.axhline(0.5, color="0.8", lw=0.8, zorder=0)
    for axes in (above, below):
        axes.legend().remove()
