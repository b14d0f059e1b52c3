"""Comparison of hedges of options with a benchmark, by squared errors summed by day."""

from __future__ import annotations

import html
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.probabilities import check_size
from hedgeresearch.errors import DataError
from hedgeresearch.estimation.hypothesis_test import HypothesisTest
from hedgeresearch.evaluation.comparison.lags import lags_for
from hedgeresearch.evaluation.comparison.losses import FEW_OBSERVATIONS, MIN_OBSERVATIONS
from hedgeresearch.evaluation.comparison.multiple_tests import (
    N_TEST_DRAWS,
    Bootstrap,
    confidence_set_p_values,
    superior_ability_of_losses,
)
from hedgeresearch.evaluation.comparison.overview import verdicts
from hedgeresearch.evaluation.comparison.paired_tests import conditional_gain_test, mean_gain_test
from hedgeresearch.evaluation.comparison.sentences import (
    few_observations_sentence,
    not_beaten_sentence,
    squares_sentence,
)
from hedgeresearch.typing import Array


@exported_by("hedgeresearch.evaluation")
@dataclass(frozen=True, eq=False, repr=False)
class OptionComparison:
    """Hedges of options compared with a benchmark on the same days.

    The loss of a day is the sum of the squared errors of its options, so that the many options of a
    day are one observation in every test.

    Attributes
    ----------
    table : DataFrame, one row per hedge: gain, the share of the benchmark's squares that it
        removes; mean loss of a day; t and p of Diebold and Mariano (t > 0 where the hedge is
        better); p of Giacomini and White and of the model confidence set; whether the hedge is in
        that set; the verdict by the p of Diebold and Mariano
    joint : HypothesisTest of superior ability; its null hypothesis is that no hedge is better than
        the benchmark, allowing for the number of hedges that were tried
    against : name of the benchmark
    size : float, size of the tests
    mcs_size : float, size of the model confidence set
    n_days : int

    Examples
    --------
    >>> from textwrap import fill
    >>> import hedgeresearch as hr
    >>> panel = hr.options.simulate_smiles(160, kinds=("put",), seed=2).panel
    >>> models = {"hull_white": hr.hedges.HullWhiteDelta()}
    >>> backtest = hr.evaluation.walk_forward_options(models, panel, window=100, refit_every=60)
    >>> comparison = backtest.compare()
    >>> print(fill(comparison.sentences[-1], 80))
    hull_white removes 8.9% of the squared errors of black; the difference is not
    distinguishable from zero (p = .23).
    >>> print(fill(comparison.conclusion, 80))
    Black's delta is not beaten at 5% (p = .12), counting the one hedge tried; at
    10%, the model confidence set contains black, hull_white.
    >>> comparison.is_beaten
    False
    """

    table: pd.DataFrame
    joint: HypothesisTest
    against: Hashable
    size: float
    mcs_size: float
    n_days: int

    def __repr__(self) -> str:
        return f"OptionComparison({self.n_days} days: {self.conclusion})"

    def _repr_html_(self) -> str:
        items = "".join(f"<li>{html.escape(sentence)}</li>" for sentence in self.sentences)
        table = self.table.to_html(float_format="{:.4g}".format)
        return f"<ul>{items}</ul><p>{html.escape(self.conclusion)}</p>{table}"

    @property
    def sentences(self) -> tuple[str, ...]:
        """Verdict on each hedge but the benchmark, after a caveat if there are few days."""
        caveats = []
        if self.n_days < FEW_OBSERVATIONS:
            caveats.append(few_observations_sentence(self.n_days, 1, ""))
        verdict = [
            squares_sentence(str(name), row, self.against)
            for name, row in self.table.iterrows()
            if name != self.against
        ]
        return (*caveats, *verdict)

    @property
    def conclusion(self) -> str:
        """Result of the tests of all hedges together, in a sentence."""
        best = list(self.table.index[self.table["in MCS"]])
        return not_beaten_sentence(self.joint, self.against, best, self.size, 1.0 - self.mcs_size)

    @property
    def is_beaten(self) -> bool:
        """True if at least one hedge is better than the benchmark by the joint test."""
        return bool(self.joint.rejects(self.size))


def compare_losses(
    losses: pd.DataFrame,
    against: Hashable,
    *,
    size: float = 0.05,
    mcs_size: float = 0.1,
    n_bootstrap: int = N_TEST_DRAWS,
    seed: int = 0,
) -> OptionComparison:
    """Compare losses (n_days, n_hedges) with those of a benchmark among them."""
    check_size(size)
    check_size(mcs_size, "mcs_size")
    if against not in losses.columns:
        raise DataError(f"against must be one of {list(losses.columns)}; got {against!r}.")
    if len(losses) < MIN_OBSERVATIONS:
        raise DataError(
            f"a comparison needs {MIN_OBSERVATIONS} days out of sample or more; got {len(losses)}. "
            "Use a shorter window, or more days."
        )
    values = losses.to_numpy()
    position = list[Hashable](losses.columns).index(against)
    bootstrap = Bootstrap(None, n_bootstrap, seed)
    bootstrap.check(len(values))
    means = values.mean(axis=0)
    columns: dict[str, Any] = {"gain": 1.0 - means / means[position], "mean loss": means}
    columns |= _paired(values, position)
    columns["MCS p"] = confidence_set_p_values(values, bootstrap)
    table = pd.DataFrame(columns, index=losses.columns.rename("model"))
    table["in MCS"] = table["MCS p"] > mcs_size
    table["verdict"] = verdicts(values, position, columns["DM t"], columns["DM p"], size)
    joint = superior_ability_of_losses(values, position, bootstrap, against)
    return OptionComparison(table, joint, against, size, mcs_size, len(losses))


def _paired(losses: Array, position: int) -> dict[str, Array]:
    """Return tests of each hedge (n_days, n_hedges) against the one at ``position``."""
    rows = []
    for own in losses.T:
        gain = losses[:, position] - own
        lags = lags_for(gain, total=losses[:, position] + own)
        statistic, equal_means = mean_gain_test(gain, 1, lags)
        _, unpredictable = conditional_gain_test(gain, 1)
        rows.append((statistic, equal_means, unpredictable))
    return dict(zip(["DM t", "DM p", "GW p"], np.array(rows).T, strict=True))
