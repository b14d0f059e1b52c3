"""Comparison of several hedges with a benchmark: effectiveness, tests and verdicts."""

from __future__ import annotations

import html
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._interactive import shown
from hedgeresearch._spacing import spacing_of
from hedgeresearch._validation.probabilities import check_size
from hedgeresearch.data.quality.problem import DataProblem
from hedgeresearch.errors import DataError
from hedgeresearch.estimation.hypothesis_test import HypothesisTest
from hedgeresearch.evaluation.comparison.difference_interval import shortest_block
from hedgeresearch.evaluation.comparison.gaps import checked_positions
from hedgeresearch.evaluation.comparison.lags import lags_for
from hedgeresearch.evaluation.comparison.losses import (
    FEW_OBSERVATIONS,
    Loss,
    check_hedged_returns,
    losses_of,
    position_of,
    variance_loss,
    without_rounding,
)
from hedgeresearch.evaluation.comparison.multiple_tests import (
    N_TEST_DRAWS,
    Bootstrap,
    confidence_set_p_values,
    superior_ability_of_losses,
)
from hedgeresearch.evaluation.comparison.paired_tests import (
    check_spans,
    conditional_gain_test,
    equal_variance_test,
    mean_gain_test,
)
from hedgeresearch.evaluation.comparison.sentences import (
    BETTER,
    SAME,
    UNCLEAR,
    WORSE,
    closes_sentence,
    conclusion_sentence,
    few_observations_sentence,
    verdict_sentence,
)
from hedgeresearch.plotting import plot_intervals
from hedgeresearch.typing import Array, Indices

UNHEDGED = "unhedged"
BENCHMARK = "benchmark"


@exported_by("hedgeresearch.evaluation")
@dataclass(frozen=True, eq=False, repr=False)
class Comparison:
    """Hedges compared with a benchmark and with each other on the same dates.

    Attributes
    ----------
    table : DataFrame, one row per hedge: effectiveness and its gain over the benchmark; mean loss;
        t and p of Diebold and Mariano (t > 0 where the hedge is better); p of Pitman and Morgan
        (robust), of Giacomini and White, and of the model confidence set; whether the hedge is in
        that set; the verdict by the p of Diebold and Mariano
    joint : HypothesisTest of superior ability; its null hypothesis is that no hedge is better than
        the benchmark, allowing for the number of hedges that were tried
    against : name of the benchmark
    by_variance : bool, whether losses are squared deviations from the mean, so that mean losses
        are variances
    size : float, size of the tests: hedges are called different if p is smaller
    mcs_size : float, size of the model confidence set
    n_dates : int, number of dates compared
    horizon : int, number of periods in a return
    over : str, these periods in words
    never_hedged : names of models that failed at every refit and were not compared
    closes : DataProblem or None, closes that are not simultaneous, because of which ``longer`` and
        not the table decides
    longer : Comparison or None, the same over a horizon that can judge the hedges
    intervals : DataFrame or None, ends of bootstrap intervals of the gain (hedges, "gain, lower"
        and "gain, upper"): the sentences say where they and the tests do not agree

    Examples
    --------
    >>> from textwrap import fill
    >>> import hedgeresearch as hr
    >>> returns = hr.data.simulate_dcc(n_dates=700, seed=0).returns
    >>> backtest = hr.walk_forward({}, returns["asset"], returns[["hedge"]], window=400)
    >>> comparison = backtest.compare(against="ols")
    >>> comparison.sentences
    ('naive removes 0.2% of variance, ols 23.1%; naive is worse (p = .010).',)
    >>> print(fill(comparison.conclusion, 80))
    Counting the one hedge tried against ols, none is shown to be better at 5% (p =
    .48); at 10%, the model confidence set contains ols.
    >>> comparison.caveats
    ()
    >>> "tabular" in comparison.to_latex()
    True
    """

    table: pd.DataFrame
    joint: HypothesisTest
    against: Hashable
    by_variance: bool
    size: float
    mcs_size: float
    n_dates: int
    horizon: int = 1
    over: str = ""
    never_hedged: tuple[Hashable, ...] = ()
    closes: DataProblem | None = None
    longer: Comparison | None = None
    intervals: pd.DataFrame | None = None

    def __repr__(self) -> str:
        over = "" if self.horizon == 1 else f", returns over {self.over}"
        n_others = len(self.table) - 1
        hedges = "1 hedge" if n_others == 1 else f"{n_others} hedges"
        return (
            f"Comparison({hedges} against {self.against}, {self.n_dates} dates"
            f"{over}: {self.conclusion})"
        )

    def _repr_html_(self) -> str:
        items = "".join(f"<li>{html.escape(sentence)}</li>" for sentence in self.sentences)
        table = self.table.to_html(float_format="{:.4g}".format)
        return f"<ul>{items}</ul><p>{html.escape(self.conclusion)}</p>{table}"

    def plot(self, ax: Any = None, *, interactive: bool = False) -> Any:
        """Plot the gain of each hedge over the benchmark, the best first.

        Intervals are drawn where there are any, as those of a backtest; names of hedges within the
        confidence set end in "*".

        Parameters
        ----------
        ax : Axes, by default those of a new figure
        interactive : bool
            Return a plotly figure, to zoom and to read values from, instead of an Axes.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_dcc(n_dates=700, seed=0).returns
        >>> backtest = hr.walk_forward({}, returns["asset"], returns[["hedge"]], window=400)
        >>> backtest.compare().plot().get_xlabel()
        'gain over ols, points of variance'
        """
        ordered = self.table.sort_values("gain", ascending=False)
        gains = 100.0 * ordered["gain"]
        ends = np.column_stack([gains, gains])
        if self.intervals is not None:
            bounds = self.intervals.reindex(ordered.index)[["gain, lower", "gain, upper"]]
            ends = np.where(bounds.notna(), 100.0 * bounds, ends)
        gains.index = [f"{name} *" if ordered.loc[name, "in MCS"] else name for name in gains.index]
        axes = plot_intervals(
            gains,
            ends,
            reference=0.0,
            xlabel=f"gain over {self.against}, points of variance",
            note="* in the confidence set",
            ax=ax,
        )
        return shown(axes, interactive=interactive)

    @property
    def caveats(self) -> tuple[str, ...]:
        """Sentences on limits of the verdicts; empty if there are none."""
        caveats = []
        if self.closes is not None and self.longer is not None:
            caveats.append(closes_sentence(self.closes, self.over, self.longer.over))
        if self.n_dates // self.horizon < FEW_OBSERVATIONS:
            caveats.append(few_observations_sentence(self.n_dates, self.horizon, self.over))
        return tuple(caveats)

    @property
    def sentences(self) -> tuple[str, ...]:
        """Caveats, then the verdict on each hedge but the benchmark, in the order of the table.

        Where closes are not simultaneous, they are those of the horizon that can judge the hedges.
        """
        if self.longer is not None:
            return (*self.caveats, *self.longer.sentences)
        benchmark = self.table.iloc[list(self.table.index).index(self.against)]
        over = "" if self.horizon == 1 else f"Over {self.over}, "
        found = self.intervals
        intervals = {} if found is None else dict(zip(found.index, found.to_numpy(), strict=True))
        verdicts = [
            over
            + verdict_sentence(
                str(name), row, self.against, benchmark, self.by_variance, intervals.get(name)
            )
            for name, row in self.table.iterrows()
            if name != self.against
        ]
        idle = [f"{name} never hedged: it failed at every refit." for name in self.never_hedged]
        return (*self.caveats, *verdicts, *idle)

    @property
    def conclusion(self) -> str:
        """Result of the tests of all hedges together, in a sentence."""
        if self.longer is not None:
            return f"Over {self.longer.over}: {self.longer.conclusion}"
        best = list(self.table.index[self.table["in MCS"]])
        is_better = self.table["verdict"] == BETTER
        return conclusion_sentence(
            self.joint,
            self.against,
            best,
            self.size,
            confidence=1.0 - self.mcs_size,
            none_shown=self.against not in best and not is_better.any(),
        )

    def to_latex(self, **settings: Any) -> str:
        """Return the table for LaTeX (booktabs), with three decimals.

        Parameters
        ----------
        **settings
            Arguments of ``DataFrame.to_latex``.
        """
        defaults: dict[str, Any] = {"float_format": latex_number, "escape": True}
        return str(self.table.to_latex(**(defaults | settings)))


@exported_by("hedgeresearch.evaluation")
def compare_hedges(  # noqa: PLR0913 (a public function spells out its settings)
    hedged_returns: pd.DataFrame,
    against: Hashable = "ols",
    *,
    loss: Loss = variance_loss,
    horizon: int = 1,
    positions: Indices | None = None,
    size: float = 0.05,
    mcs_size: float = 0.1,
    n_bootstrap: int = N_TEST_DRAWS,
    seed: int = 0,
) -> Comparison:
    """Compare hedges with a benchmark on the same dates, one by one and all together.

    Parameters
    ----------
    hedged_returns : DataFrame (n_dates, n_hedges), fractions per period, the asset's own returns
        under "unhedged"
    against : name of the benchmark's column; the unhedged asset is compared only if it is the
        benchmark
    loss : function from returns (n_dates,) to losses (n_dates,); by default the squared deviation
        from the mean, so that variances are compared
    horizon : int, number of dates that each return spans, if returns overlap; for separate returns
        over longer periods leave it at 1
    positions : array (n_dates,), positions of the dates in the data, where some between them are
        left out; None for consecutive dates
    size : float in (0, 0.5], of the tests: hedges are called different where p is smaller
    mcs_size : float in (0, 0.5], of the model confidence set
    n_bootstrap : int, number of draws of the joint tests
    seed : int, of the draws

    Raises
    ------
    DataError
        If a column is missing, there are fewer than 20 dates, or a setting is out of its range.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500"))
    >>> asset, hedges = returns["NASDAQ"], returns[["SP500"]]
    >>> ewma = hr.MinimumVarianceHedge(hr.EWMACovariance(0.97))
    >>> backtest = hr.walk_forward({"ewma": ewma}, asset, hedges, progress=False)
    >>> hr.evaluation.compare_hedges(backtest.hedged_returns).sentences[1]
    'ewma removes 90.6% of variance, ols 89.6%; the difference is not distinguishable from zero ...'
    """
    frame = check_hedged_returns(hedged_returns)
    check_size(size)
    check_size(mcs_size, "mcs_size")
    check_spans(len(frame), horizon)
    shortest = shortest_block(horizon, len(frame))
    bootstrap = Bootstrap(n_bootstrap=n_bootstrap, seed=seed, shortest=shortest)
    bootstrap.check(len(frame))
    gaps = checked_positions(positions, len(frame))
    asset = unhedged_returns(frame)
    hedges = frame if against == UNHEDGED else frame.drop(columns=[UNHEDGED])
    position = position_of(against, hedges)
    values = without_rounding(hedges.to_numpy(), float(np.abs(asset).max()))
    losses = losses_of(values, loss)
    columns = removed_variance(values, asset, position)
    columns["mean loss"] = losses.mean(axis=0)
    columns |= pairwise_tests(values, losses, position, horizon, gaps)
    columns["MCS p"] = confidence_set_p_values(losses, bootstrap)
    table = pd.DataFrame(columns, index=hedges.columns.rename("model"))
    table["in MCS"] = table["MCS p"] > mcs_size
    table["verdict"] = verdicts(losses, position, columns["DM t"], columns["DM p"], size)
    joint = superior_ability_of_losses(losses, position, bootstrap, against)
    by_variance = loss is variance_loss
    over = spacing_of(frame.index).span(horizon)
    return Comparison(table, joint, against, by_variance, size, mcs_size, len(frame), horizon, over)


def unhedged_returns(frame: pd.DataFrame) -> Array:
    """Return the asset's own returns (n_dates,), which must vary."""
    if UNHEDGED not in frame.columns:
        raise DataError(
            f"hedged_returns must contain the asset's own returns under {UNHEDGED!r}; got "
            f"{list(frame.columns)}. Add them."
        )
    asset = frame[UNHEDGED].to_numpy()
    if np.ptp(asset) == 0.0:
        raise DataError("the unhedged returns must vary; they are constant. Nothing can be hedged.")
    return np.asarray(asset)


def removed_variance(returns: Array, asset: Array, position: int) -> dict[str, Array]:
    """Return the share of the asset's variance that each hedge (n_dates, n_hedges) removes.

    "gain" is the share less that of the hedge at ``position``.
    """
    *variances, unhedged = np.column_stack([returns, asset]).var(axis=0)
    remaining = np.array(variances) / unhedged
    return {"effectiveness": 1.0 - remaining, "gain": remaining[position] - remaining}


def pairwise_tests(
    returns: Array, losses: Array, position: int, horizon: int, gaps: Indices | None
) -> dict[str, Array]:
    """Return tests of each hedge (n_dates, n_hedges) against the one at ``position``, by column."""
    benchmark = returns[:, position]
    rows = []
    for hedged, own in zip(returns.T, losses.T, strict=True):
        gain = losses[:, position] - own
        lags = lags_for(gain, horizon, gaps, total=losses[:, position] + own)
        t, equal_means = mean_gain_test(gain, horizon, lags, gaps)
        squares = variance_loss(hedged)
        others = variance_loss(benchmark)
        lags = lags_for(others - squares, horizon, gaps, total=others + squares)
        _, equal_variances = equal_variance_test(hedged, benchmark, True, lags, gaps)
        _, unpredictable = conditional_gain_test(gain, horizon, gaps)
        rows.append((t, equal_means, equal_variances, unpredictable))
    names = ["DM t", "DM p", "Pitman-Morgan p", "GW p"]
    return dict(zip(names, np.array(rows).T, strict=True))


def verdicts(
    losses: Array, position: int, statistic: Array, p_value: Array, size: float
) -> list[str]:
    """Return the verdict on each hedge in a word, by the test of Diebold and Mariano."""
    directions = np.where(statistic > 0.0, BETTER, WORSE)
    words = np.where(p_value < size, directions, UNCLEAR)
    words[(losses == losses[:, [position]]).all(axis=0)] = SAME
    words[position] = BENCHMARK
    return [str(word) for word in words]


def latex_number(value: float) -> str:
    """Return three decimals, or three digits in scientific notation where those would be zeros."""
    return f"{value:.3f}" if value == 0.0 or abs(value) >= 1e-3 else f"{value:.2e}"
