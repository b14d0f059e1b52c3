"""One test over all pairs: months of all pairs are drawn together.

The panel loss of a model in a month is the mean over pairs of its squared deviations in that month,
each as a share of the unhedged total of its pair: the sum over months is the mean share of variance
that is left. Blocks of months are drawn, so that dates stay together across pairs. The test is
Hansen's, see ``evaluation.comparison.multiple_tests``.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from hedgeresearch.evaluation.comparison.multiple_tests import (
    Bootstrap,
    superior_ability_of_losses,
)
from hedgeresearch.reproductions.regime_study.protocol import N_PANEL_DRAWS

DAYS_PER_MONTH = 21


def panel_losses(months: list[pd.DataFrame]) -> pd.DataFrame:
    """Return losses by month (n_months, n_models) from those of each pair; none counts as zero."""
    total = pd.concat(months).groupby(level=0).sum()
    every = pd.period_range(total.index[0], total.index[-1], freq="M")
    return total.reindex(every, fill_value=0.0) / len(months)


def joint_test(losses: pd.DataFrame, against: str, horizon: int) -> dict[str, Any]:
    """Test whether any model has a smaller panel loss than one of them.

    Parameters
    ----------
    losses : DataFrame (n_months, n_models)
    against : name of the benchmark
    horizon : int
        Dates of a span. Blocks are at least twice as long as spans of daily data; spans of weeks
        or months may be longer than the shortest block.
    """
    bootstrap = Bootstrap(n_bootstrap=N_PANEL_DRAWS, shortest=1 + 2 * horizon // DAYS_PER_MONTH)
    position = list(losses.columns).index(against)
    test = superior_ability_of_losses(losses.to_numpy(), position, bootstrap, against)
    removed = 1.0 - losses.sum()
    return {
        "against": against,
        "p": test.p_value,
        "lower p": test.details["lower p"],
        "upper p": test.details["upper p"],
        "block length": test.details["block length"],
        "months": len(losses),
        "best": removed.idxmax(),
        "removed by best": removed.max(),
        "removed by benchmark": removed[against],
    }
