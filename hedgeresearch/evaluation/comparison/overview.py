"""Hedges side by side: how much variance each removes, and whether that differs from a benchmark beyond chance."""

from __future__ import annotations

import html
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_between
from hedgeresearch.errors import DataError
from hedgeresearch.evaluation.comparison.confidence_set import confidence_set_p_values
from hedgeresearch.evaluation.comparison.losses import (
    Loss,
    check_hedged_returns,
    losses_of,
    position_of,
    variance_loss,
    without_rounding,
)
from hedgeresearch.evaluation.comparison.pitman_morgan import equal_variance_test
from hedgeresearch.evaluation.comparison.predictive_ability import (
    check_spans,
    conditional_gain_test,
    lags_for,
    mean_gain_test,
)
from hedgeresearch.evaluation.comparison.superior_ability import (
    N_BOOTSTRAP,
    SuperiorAbility,
    check_bootstrap,
    superior_ability_of_losses,
)
from hedgeresearch.typing import Array

UNHEDGED = "unhedged"
BENCHMARK, SAME, BETTER, WORSE, UNCLEAR = (
    "benchmark",
    "the same",
    "better",
    "worse",
    "no difference shown",
)


@exported_by("hedgeresearch.evaluation")
@dataclass(frozen=True, eq=False, repr=False)
class Comparison:
    """Hedges compared with a benchmark and with each other on the same dates.

    Attributes
    ----------
    table : DataFrame, a row a hedge: effectiveness and what it gains on the benchmark's; mean loss; t and p of Diebold
        and Mariano (t > 0 where the hedge is better); p of Pitman and Morgan (robust), Giacomini and White, and the
        model confidence set; whether it is in that set; the verdict by the p of Diebold and Mariano
    joint : SuperiorAbility, tests that no hedge is better than the benchmark, allowing for all that were tried
    against : the benchmark's name
    by_variance : bool, whether losses are squared deviations from the mean, so that mean losses are variances
    level : float, of p below which hedges are called different; size : float, of the model confidence set
    n_dates : int, compared
    """

    table: pd.DataFrame
    joint: SuperiorAbility
    against: Hashable
    by_variance: bool
    level: float
    size: float
    n_dates: int

    def __repr__(self) -> str:
        return f"Comparison({len(self.table)} hedges against {self.against}, {self.n_dates} dates: {self.conclusion})"

    def _repr_html_(self) -> str:
        said = "".join(f"<li>{html.escape(sentence)}</li>" for sentence in self.sentences)
        return f"<ul>{said}</ul><p>{html.escape(self.conclusion)}</p>{self.table.to_html(float_format='{:.4g}'.format)}"

    @property
    def sentences(self) -> tuple[str, ...]:
        """The verdict on each hedge but the benchmark, in the order of the table."""
        benchmark = self.table.iloc[list(self.table.index).index(self.against)]
        return tuple(
            self._sentence(str(name), row, benchmark)
            for name, row in self.table.iterrows()
            if name != self.against
        )

    @property
    def conclusion(self) -> str:
        """What the joint tests say of all hedges."""
        tried, p = self.joint.n_hedges, p_in_words(self.joint.p_value)
        if tried == 0:
            return f"All hedges are the same as {self.against}."
        best = [str(name) for name in self.table.index[self.table["in MCS"]]]
        found = (
            "at least one is better"
            if self.joint.p_value < self.level
            else "none is shown to be better"
        )
        among = f"is among {', '.join(best)}" if len(best) > 1 else f"is {best[0]}"
        return (
            f"Counting all {tried} hedge{'s' if tried > 1 else ''} tried against {self.against}, {found} ({p}); "
            f"with {100 * (1 - self.size):.0f} % confidence the best {among}."
        )

    def to_latex(self, **settings: Any) -> str:
        """The table for LaTeX (booktabs), with three decimals; settings go to ``DataFrame.to_latex``."""
        return str(
            self.table.to_latex(**{"float_format": latex_number, "escape": True, **settings})
        )

    def _sentence(self, name: str, row: pd.Series[Any], benchmark: pd.Series[Any]) -> str:
        both = removed if self.by_variance else costs
        column = "effectiveness" if self.by_variance else "mean loss"
        verdict, p = row["verdict"], p_in_words(row["DM p"])
        if verdict == SAME:
            return f"{name} {both(row[column], row[column])[0]}, the same as {self.against} on every date."
        own, other = both(row[column], benchmark[column])
        differs = {
            BETTER: f"{name} is better",
            WORSE: f"{name} is worse",
            UNCLEAR: "the difference is not distinguishable from zero",
        }
        return f"{name} {own}, {self.against} {other}; {differs[verdict]} ({p})."


@exported_by("hedgeresearch.evaluation")
def compare_hedges(
    hedged_returns: pd.DataFrame,
    against: Hashable = "ols",
    *,
    loss: Loss = variance_loss,
    horizon: int = 1,
    level: float = 0.05,
    size: float = 0.1,
    n_bootstrap: int = N_BOOTSTRAP,
    seed: int = 0,
) -> Comparison:
    """Compare hedges with a benchmark on the same dates, one by one and all together.

    Parameters
    ----------
    hedged_returns : DataFrame (n_dates, n_hedges), fractions per period, the asset's own under "unhedged"
    against : the benchmark's column; the unhedged asset is compared only if it is the benchmark
    loss : what a hedged return costs; by default its squared deviation from the mean, so that variances are compared
    horizon : int, dates that each return spans, if they overlap
    level : float, of p below which hedges are called different; size : float, of the model confidence set
    n_bootstrap : int, draws of the joint tests; seed : int, of the draws

    Raises
    ------
    DataError
        If a column is missing, there are fewer than 20 dates, or a setting is out of its range.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500"))
    >>> ewma = hr.MinimumVarianceHedge(hr.EWMACovariance(0.97))
    >>> study = hr.walk_forward({"ewma": ewma}, returns["NASDAQ"], returns[["SP500"]], progress=False)
    >>> hr.evaluation.compare_hedges(study.hedged_returns).sentences[1]
    'ewma removes 90.6 % of variance, ols 89.6 %; ewma is better (p = .005).'
    """
    frame = check_hedged_returns(hedged_returns)
    check_between(level, "level", 0, 1)
    check_between(size, "size", 0, 1)
    check_bootstrap(len(frame), None, n_bootstrap, seed)
    check_spans(len(frame), horizon)
    asset = unhedged_returns(frame)
    hedges = frame if against == UNHEDGED else frame.drop(columns=[UNHEDGED])
    position = position_of(against, hedges)
    values = without_rounding(hedges.to_numpy(), float(np.abs(asset).max()))
    losses = losses_of(values, loss)
    columns = removed_variance(values, asset, position) | {"mean loss": losses.mean(axis=0)}
    columns |= pairwise_tests(values, losses, position, horizon)
    columns |= {"MCS p": confidence_set_p_values(losses, None, n_bootstrap, seed)}
    table = pd.DataFrame(columns, index=hedges.columns.rename("model"))
    table["in MCS"] = table["MCS p"] > size
    table["verdict"] = verdicts(losses, position, columns["DM t"], columns["DM p"], level)
    joint = superior_ability_of_losses(losses, position, None, n_bootstrap, seed)
    return Comparison(table, joint, against, loss is variance_loss, level, size, len(frame))


def unhedged_returns(frame: pd.DataFrame) -> Array:
    """The asset's own returns (n_dates,), which must vary."""
    if UNHEDGED not in frame.columns:
        raise DataError(
            f"hedged_returns must hold the asset's own returns under {UNHEDGED!r}; got {list(frame.columns)}. Add them."
        )
    asset = frame[UNHEDGED].to_numpy()
    if np.ptp(asset) == 0.0:
        raise DataError("the unhedged returns must vary; they are constant. Nothing can be hedged.")
    return np.asarray(asset)


def removed_variance(returns: Array, asset: Array, position: int) -> dict[str, Array]:
    """Share of the asset's variance that each hedge (n_dates, n_hedges) removes, and beyond the one at ``position``."""
    *variances, unhedged = np.column_stack([returns, asset]).var(axis=0)
    left = np.array(variances) / unhedged
    return {"effectiveness": 1.0 - left, "gain": left[position] - left}


def pairwise_tests(returns: Array, losses: Array, position: int, horizon: int) -> dict[str, Array]:
    """Columns of tests of each hedge (n_dates, n_hedges) against the one at ``position``, each (n_hedges,)."""
    rows = []
    for hedged, own in zip(returns.T, losses.T, strict=True):
        gain = losses[:, position] - own
        moments = variance_loss(returns[:, position]) - variance_loss(hedged)
        _, equal_variances = equal_variance_test(
            hedged, returns[:, position], True, lags_for(moments, horizon)
        )
        statistic, equal_means = mean_gain_test(gain, horizon, lags_for(gain, horizon))
        rows.append(
            (statistic, equal_means, equal_variances, conditional_gain_test(gain, horizon)[1])
        )
    return dict(zip(["DM t", "DM p", "Pitman-Morgan p", "GW p"], np.array(rows).T, strict=True))


def verdicts(
    losses: Array, position: int, statistic: Array, p_value: Array, level: float
) -> list[str]:
    """In a word, what each hedge is beside the benchmark."""
    words = np.where(p_value < level, np.where(statistic > 0.0, BETTER, WORSE), UNCLEAR)
    words[(losses == losses[:, [position]]).all(axis=0)] = SAME
    words[position] = BENCHMARK
    return [str(word) for word in words]


def removed(own: float, other: float) -> tuple[str, str]:
    """Two shares of variance in words, the second without what it shares with the first, told apart if they can be."""
    decimals = next((d for d in (1, 2, 3) if f"{100 * own:.{d}f}" != f"{100 * other:.{d}f}"), 1)
    first, second = f"{abs(100 * own):.{decimals}f} %", f"{abs(100 * other):.{decimals}f} %"
    said = f"removes {first} of variance" if own >= 0.0 else f"adds {first} to variance"
    if (own >= 0.0) == (other >= 0.0):
        return said, second
    return said, f"removes {second}" if other >= 0.0 else f"adds {second}"


def costs(own: float, other: float) -> tuple[str, str]:
    """Two mean losses in words."""
    return f"has a mean loss of {own:.4g}", f"of {other:.4g}"


def p_in_words(p: float) -> str:
    """A p-value as people print it."""
    if p < 0.001:
        return "p < .001"
    return f"p = {p:.2f}".replace("0.", ".") if p >= 0.1 else f"p = {p:.3f}".replace("0.", ".")


def latex_number(value: float) -> str:
    """Three decimals, or as many digits in scientific notation where these would be zeros."""
    return f"{value:.3f}" if value == 0.0 or abs(value) >= 1e-3 else f"{value:.2e}"
