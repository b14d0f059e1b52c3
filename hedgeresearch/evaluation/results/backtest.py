"""Out-of-sample results of several hedges on the same dates."""

from __future__ import annotations

import html
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import day
from hedgeresearch._validation.settings import check_choice
from hedgeresearch.errors import DataError
from hedgeresearch.evaluation.comparison.losses import Loss, semivariance_loss, variance_loss
from hedgeresearch.evaluation.comparison.overview import Comparison, compare_hedges
from hedgeresearch.evaluation.results.plots import (
    plot_cumulative,
    plot_effectiveness,
    plot_ratios,
)
from hedgeresearch.evaluation.results.tables import (
    backtest_measures,
    dates_per_year,
    measures_table,
    ratio_of_model,
    summary_table,
    value_at_risk_table,
)
from hedgeresearch.hedges.model import HedgeModel
from hedgeresearch.metrics.by_group import measure_by_regime, measure_by_year, measure_on_worst_days
from hedgeresearch.metrics.hedge_effectiveness import effectiveness

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LOSSES: Mapping[str, Loss] = {"variance": variance_loss, "semivariance": semivariance_loss}
PLOTS = ("ratio", "cumulative", "effectiveness")


@exported_by("hedgeresearch.evaluation")
@dataclass(frozen=True, eq=False, repr=False)
class Backtest:
    """Out-of-sample ratios and hedged returns of several models on the same dates.

    Attributes
    ----------
    models : dict of hedge models by name, NaiveHedge and OLSHedge among them
    ratios : DataFrame (n_dates, models x hedges), columns by (model, hedge); each date's ratio was
        made before that date
    hedged_returns : DataFrame (n_dates, models), before costs; the asset itself under "unhedged"
    costs : DataFrame (n_dates, models), of trading and carry, per notional of the asset
    notes : DataFrame with the columns model, date, failed, note: the warnings of a model, and each
        refit that failed, over which its last ratio was held
    n_refits : int, of each model
    predicted : dict of DataFrame (n_dates, k) by model, for models with regimes: the predicted
        probabilities of each date
    seed : int, of the bootstrap
    returns_kind : "simple", "log", "difference" or None, as ``hr.returns`` noted it
    """

    models: dict[str, HedgeModel]
    ratios: pd.DataFrame
    hedged_returns: pd.DataFrame
    costs: pd.DataFrame
    notes: pd.DataFrame
    n_refits: int
    predicted: dict[str, pd.DataFrame]
    seed: int = 0
    returns_kind: str | None = None

    def __repr__(self) -> str:
        dates = self.hedged_returns.index
        return (
            f"Backtest({len(self.models)} models, {len(dates)} dates out of sample, "
            f"to {day(dates[-1])})"
        )

    def _repr_html_(self) -> str:
        table = self.summary.to_html(float_format="{:.4g}".format)
        return f"<p>{html.escape(repr(self))}</p>{table}"

    @property
    def net_returns(self) -> pd.DataFrame:
        """Hedged returns after costs, (n_dates, models)."""
        return self.hedged_returns - self.costs

    @property
    def failed_refits(self) -> pd.Series[int]:
        """Number of failed refits of each model, (models,)."""
        failed = self.notes["model"][self.notes["failed"]].tolist()
        counts = {name: failed.count(name) for name in self.models}
        return pd.Series(counts, name="failed refits").rename_axis("model")

    def ratio(self, model: str) -> pd.DataFrame:
        """Return the ratios of one model, (n_dates, n_hedges).

        Parameters
        ----------
        model : name of the model
        """
        if model not in self.models:
            raise DataError(f"model must be one of {list(self.models)}; got {model!r}.")
        return ratio_of_model(self.ratios, model)

    @cached_property
    def summary(self) -> pd.DataFrame:
        """Main results of each model.

        Effectiveness is the share of variance removed, before costs. The gain over OLS is the
        difference in effectiveness, with a 95% interval by the stationary bootstrap of whole dates.
        With costs, the table contains mean returns per period before and after them. The last
        columns are volatility, ratio, turnover and failed refits.
        """
        return summary_table(
            self.hedged_returns, self.ratios, self.costs, self.failed_refits, self.seed
        )

    def measures(
        self, risk_aversion: float = 5.0, periods_per_year: float | None = None
    ) -> pd.DataFrame:
        """Return every measure of each model, columns by (measure, gross or net).

        Effectiveness, semivariance, value at risk and expected shortfall at 5% and 1%, maximum
        drawdown, certainty equivalents (exponential and mean-variance) per period and Sharpe ratio
        per year; total turnover and cost.

        Parameters
        ----------
        risk_aversion : float > 0, of the certainty equivalents
        periods_per_year : float > 0, for the Sharpe ratio; by default the mean number of dates in a
            year of the data
        """
        if periods_per_year is None:
            periods_per_year = dates_per_year(self.hedged_returns.index)
        measures = backtest_measures(risk_aversion, periods_per_year, self.returns_kind)
        return measures_table(self.hedged_returns, self.ratios, self.costs, measures)

    # --- where it worked ---

    def by_year(self, measure: Callable[..., float] = effectiveness) -> pd.DataFrame:
        """Return a measure in each calendar year, (years, models); NaN below 20 dates.

        Parameters
        ----------
        measure : function of hedged and unhedged returns
        """
        return self._of_each_model(
            lambda hedged, asset: measure_by_year(measure, hedged, asset)["value"]
        )

    def by_regime(
        self,
        regimes: str | pd.Series[Any] | pd.DataFrame,
        measure: Callable[..., float] = effectiveness,
    ) -> pd.DataFrame:
        """Return a measure in each regime, (regimes, models); NaN below 20 dates.

        Parameters
        ----------
        regimes : name of a model with regimes, whose predicted probabilities decide, on the dates
            after its first fit; or a label (or a row of probabilities) for every date
        measure : function of hedged and unhedged returns
        """
        dates = self.hedged_returns.index
        if isinstance(regimes, str):
            if regimes not in self.predicted:
                raise DataError(
                    f"regimes must name a model with regimes, of {list(self.predicted)}; got "
                    f"{regimes!r}."
                )
            regimes = self.predicted[regimes].dropna()  # no regimes before the model's first fit
            dates = regimes.index
        return self._of_each_model(
            lambda hedged, asset: measure_by_regime(measure, regimes, hedged[dates], asset[dates])[
                "value"
            ]
        )

    def on_worst_days(self, share: float = 0.05) -> pd.DataFrame:
        """Return mean return and removed share of the mean loss on the asset's worst days.

        Parameters
        ----------
        share : float in (0, 1), of the days
        """
        asset = self.hedged_returns["unhedged"]
        means = {}
        for name in self.hedged_returns:
            hedged = self.hedged_returns[name]
            means[name] = measure_on_worst_days(pd.Series.mean, asset, hedged, share=share)
        table = pd.Series(means, name="mean return").rename_axis("model").to_frame()
        return table.assign(removed=1.0 - table["mean return"] / means["unhedged"])

    def _of_each_model(
        self, column: Callable[[pd.Series[float], pd.Series[float]], pd.Series[float]]
    ) -> pd.DataFrame:
        """Return a table with a column for each model, from its and the unhedged returns."""
        asset = self.hedged_returns["unhedged"]
        return pd.DataFrame(
            {name: column(self.hedged_returns[name], asset) for name in self.models}
        )

    # --- whether it is better ---

    def compare(
        self,
        measure: Literal["variance", "semivariance"] | Loss = "variance",
        against: Hashable = "ols",
        *,
        net: bool = False,
        **settings: Any,
    ) -> Comparison:
        """Test every model against one, pair by pair and all together.

        Parameters
        ----------
        measure : "variance", "semivariance", or a function from returns (n_dates,) to losses
            (n_dates,)
        against : name of the model to compare with
        net : bool, whether to compare returns after costs
        **settings
            Arguments of ``compare_hedges``.

        Raises
        ------
        DataError
            If ``against`` is not a model of the backtest, or there are fewer than 20 dates.
        """
        if isinstance(measure, str):
            check_choice(measure, "measure", tuple(LOSSES))
        elif not callable(measure):
            raise DataError(
                f"measure must be one of {', '.join(map(repr, LOSSES))}, or a function; got "
                f"{measure!r}."
            )
        loss = LOSSES[measure] if isinstance(measure, str) else measure
        returns = self.net_returns if net else self.hedged_returns
        return compare_hedges(returns, against, loss=loss, **({"seed": self.seed} | settings))

    def value_at_risk_tests(self, tail: float = 0.05, window: int = 250) -> pd.DataFrame:
        """Return backtests of the value at risk of each hedged position.

        Forecasts are quantiles of the ``window`` hedged returns before each date. Columns are the
        share of exceedances and the p-values of Kupiec's test of that share, Christoffersen's of
        independence and of both, Engle and Manganelli's of the dynamic quantile.

        Parameters
        ----------
        tail : float in (0, 0.5], share of the dates with larger losses
        window : int, number of returns in each quantile

        Raises
        ------
        DataError
            If there are no more dates than the window.
        """
        return value_at_risk_table(self.hedged_returns, tail, window)

    # --- output ---

    def to_latex(self, **settings: Any) -> str:
        """Return the summary for LaTeX (booktabs).

        Parameters
        ----------
        **settings
            Arguments of ``DataFrame.to_latex``.
        """
        defaults: dict[str, Any] = {"float_format": "%.4g", "escape": True}
        return str(self.summary.to_latex(**(defaults | settings)))

    def plot(
        self,
        kind: Literal["ratio", "cumulative", "effectiveness"] = "ratio",
        ax: Axes | None = None,
    ) -> Axes:
        """Plot the backtest.

        Parameters
        ----------
        kind : "ratio", the sum of each model's ratios over time; "cumulative", the cumulative gain
            of each model over OLS in squared hedged returns; "effectiveness", with 95% intervals of
            the gain over OLS
        ax : Axes, by default those of a new figure
        """
        check_choice(kind, "kind", PLOTS)
        if kind == "ratio":
            return plot_ratios(self.ratios, ax)
        if kind == "cumulative":
            return plot_cumulative(self.hedged_returns, ax)
        return plot_effectiveness(self.summary, ax)
