r"""Recessions as regimes of the growth of output: an autoregression with a switching mean.

.. math:: y_t - \mu_{s_t} = \sum_{j=1}^{4} \phi_j (y_{t-j} - \mu_{s_{t-j}}) + \sigma e_t, \quad
          e_t \sim N(0, 1)

Source: Hamilton (1989), eq. 4.1-4.3; the digits are those of EViews 8 for the same model and data,
as the tests of statsmodels have them. Standard errors are from the inverse of minus the Hessian.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np
import pandas as pd

from hedgeresearch.datasets import load
from hedgeresearch.plotting import COLORS, plot_lines, plot_shaded
from hedgeresearch.regimes.fit import RegimeFit
from hedgeresearch.regimes.markov_switching.model import MarkovSwitching
from hedgeresearch.regimes.markov_switching.standard_errors import SwitchingErrors
from hedgeresearch.reproductions.paper import Findings, Number, Paper

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PAPER = Paper(
    title="Recessions of the US as regimes of the growth of GNP, 1951 to 1984",
    citation=(
        "Hamilton, J. D. (1989). A new approach to the economic analysis of nonstationary time "
        "series and the business cycle. Econometrica 57(2), 357-384."
    ),
    doi="10.2307/1912559",
    numbers_from="results of EViews 8 in the tests of statsmodels, for the model and the data of "
    "the article, not its own table",
    differs=(
        "The printed estimates are up to 2e-6 from the maximum of the likelihood, where our score "
        "is zero; the tolerance is 5e-6 for estimates and 1e-6 for their errors.",
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
"""Printed estimate and standard error."""
ESTIMATE_TOLERANCE = 5e-6
ERROR_TOLERANCE = 1e-6
LOG_STANDARD_DEVIATION = -0.262658
LOG_LIKELIHOOD = -181.26339
ORDER = [
    "p [1,0]",
    "p [0,0]",
    "mean GNP [1]",
    "mean GNP [0]",
    *(f"ar GNP [{lag}]" for lag in range(1, 5)),
]
"""Names of the printed parameters in the fit."""


def run() -> Findings:
    """Compare all parameters, their standard errors and the log-likelihood."""
    fit = MarkovSwitching(order=4, switching_variance=False, n_starts=2).fit(load("hamilton_gnp"))
    covariance = cast(SwitchingErrors, fit.estimates.errors).inverse_hessian()
    errors = pd.Series(np.sqrt(np.diag(covariance)), fit.parameters.index)
    values = fit.parameters.copy()
    probabilities = ["p [0,0]", "p [1,0]"]
    # The print has the probabilities of a recession, which is our regime 1.
    values[probabilities] = 1.0 - values[probabilities]
    numbers = []
    rows = zip(PRINTED.items(), values[ORDER], errors[ORDER], strict=True)
    for (quantity, (value, error)), own, own_error in rows:
        numbers.append(Number(quantity, value, own, ESTIMATE_TOLERANCE))
        error_name = f"error of {quantity.split(', %')[0]}"
        numbers.append(Number(error_name, error, own_error, ERROR_TOLERANCE))
    deviation = np.log(values["variance GNP"]) / 2
    log_likelihood = fit.estimates.log_likelihood or np.nan
    numbers += [
        Number("log of the standard deviation", LOG_STANDARD_DEVIATION, deviation, 5e-7),
        Number("log-likelihood", LOG_LIKELIHOOD, log_likelihood, 5e-6),
    ]
    return Findings(tuple(numbers), fit)


def draw(figure: Figure, shown: RegimeFit) -> None:
    """Draw growth and the smoothed probability of a recession, which uses the whole sample."""
    figure.set_size_inches(4.2, 3.6)
    above, below = figure.subplots(2, 1, sharex=True)
    probabilities = shown.smoothed.iloc[4:]
    plot_shaded(shown.observations["GNP"], probabilities, ylabel="growth, % per quarter", ax=above)
    recession = probabilities[[1]].set_axis(["recession"], axis=1)
    note = "smoothed: hindsight"
    plot_lines(
        recession, ylabel="P(recession)", note=note, references={"recession": COLORS[1]}, ax=below
    )
    below.axhline(0.5, color="0.8", lw=0.8, zorder=0)
    for axes in (above, below):
        axes.legend().remove()
