"""Out-of-sample results of several hedges on the same dates."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from hedgeresearch._durations import Horizon
from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import day
from hedgeresearch._interactive import shown
from hedgeresearch._shown_table import ShownTable, line_and_table
from hedgeresearch._spacing import Spacing, spacing_of
from hedgeresearch._validation.settings import check_choice
from hedgeresearch.data.quality.checks.closes import LONG_HORIZON
from hedgeresearch.data.quality.problem import DataProblem
from hedgeresearch.errors import DataError
from hedgeresearch.evaluation.comparison.losses import (
    MIN_OBSERVATIONS,
    Loss,
    semivariance_loss,
    variance_loss,
)
from hedgeresearch.evaluation.comparison.overview import Comparison, compare_hedges
from hedgeresearch.evaluation.results.gains import BENCHMARK
from hedgeresearch.evaluation.results.plots import (
    plot_cumulative,
    plot_effectiveness,
    plot_ratios,
)
from hedgeresearch.evaluation.results.spans import (
    check_spans_exist,
    first_of_spans,
    returns_over,
)
from hedgeresearch.evaluation.results.tables import (
    Evaluated,
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
from hedgeresearch.typing import Indices

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
    hedged_returns : DataFrame (n_spans, models), before costs, over ``horizon`` periods: sums that
        overlap, dated by their ends; the asset itself under "unhedged"
    costs : DataFrame (n_dates, models), of trading and carry, per notional of the asset
    notes : DataFrame with the columns model, date, failed, note: the warnings of a model, and each
        refit that failed, over which its last ratio was held
    n_refits : int, of each model
    predicted : dict of DataFrame (n_dates, k) by model, for models with regimes: the predicted
        probabilities of each date, regimes numbered alike over all refits; with an execution lag,
        those that its ratio was made from
    date_returns : DataFrame (n_dates, models), hedged returns of single periods, before costs
    rows : array (n_dates,), positions of the dates in the data: they follow one another, unless a
        splitter left some out
    seed : int, of the bootstrap
    returns_kind : "simple", "log", "difference" or None, as ``hr.returns`` noted it
    horizon : int, number of periods in a hedged return
    execution_lag : int, number of dates between the one that a ratio was made for and the first one
        on which it was held
    n_estimation : int, number of dates in the last estimation
    closes : DataProblem or None, closes of asset and hedges that are not simultaneous: returns of
        single periods then cannot judge hedges, see ``judged``

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.data.simulate_dcc(n_dates=700, seed=0).returns
    >>> asset, hedges = returns["asset"], returns[["hedge"]]
    >>> models = {"ewma": hr.MinimumVarianceHedge(hr.EWMACovariance(0.97))}
    >>> backtest = hr.walk_forward(models, asset, hedges, window=400, refit_every=100)
    >>> backtest
    Backtest(3 models, 300 dates out of sample, to 2002-09-06)
    >>> backtest.summary[["effectiveness", "turnover"]].round(3)
    over 1 business day, execution lag 0  effectiveness  turnover
    model
    unhedged                                      0.000     0.000
    naive                                         0.002     1.000
    ols                                           0.229     0.645
    ewma                                          0.255     5.548
    >>> backtest.ratio("ewma").tail(2).round(3)
    hedge       hedge
    date
    2002-09-05   0.42
    2002-09-06   0.39
    >>> backtest.failed_refits.to_dict()
    {'naive': 0, 'ols': 0, 'ewma': 0}
    """

    models: dict[str, HedgeModel]
    ratios: pd.DataFrame
    hedged_returns: pd.DataFrame
    costs: pd.DataFrame
    notes: pd.DataFrame
    n_refits: int
    predicted: dict[str, pd.DataFrame]
    date_returns: pd.DataFrame
    rows: Indices
    seed: int = 0
    returns_kind: str | None = None
    horizon: int = 1
    execution_lag: int = 0
    n_estimation: int = 0
    closes: DataProblem | None = None

    def __repr__(self) -> str:
        dates = self.date_returns.index
        evaluation = self.evaluation if self.horizon > 1 or self.execution_lag else ""
        return (
            f"Backtest({len(self.models)} models, {len(dates)} dates out of sample, "
            f"to {day(dates[-1])}{', ' if evaluation else ''}{evaluation})"
        )

    def _repr_html_(self) -> str:
        return line_and_table(self, self.summary)

    @cached_property
    def spacing(self) -> Spacing:
        """Time between dates: ``spacing.span(horizon)`` is the horizon in words."""
        return spacing_of(self.date_returns.index)

    @property
    def evaluation(self) -> str:
        """Horizon of the returns and execution lag in words.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_dcc(n_dates=700, seed=0).returns
        >>> backtest = hr.walk_forward({}, returns["asset"], returns[["hedge"]], window=400)
        >>> backtest.evaluation
        'over 1 business day, execution lag 0'
        >>> backtest.spacing.describe(3)
        'the next 3 business days'
        """
        return f"{self._over}, execution lag {self.execution_lag}"

    def over(self, horizon: Horizon) -> Backtest:
        """Return the same backtest, evaluated over returns of another horizon.

        Parameters
        ----------
        horizon : int or time such as "1w", periods in a return

        Raises
        ------
        DataError
            If the horizon is half the number of dates or more.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_dcc(n_dates=700, seed=0).returns
        >>> backtest = hr.walk_forward({}, returns["asset"], returns[["hedge"]], window=400)
        >>> backtest.over("1w").summary["effectiveness"].round(3)
        model
        unhedged    0.000
        naive       0.175
        ols         0.378
        Name: effectiveness, dtype: float64
        """
        n_periods = self.spacing.rows_of(horizon)
        check_spans_exist(self.rows, n_periods)
        returns = returns_over(self.date_returns, self.rows, n_periods)
        return replace(self, hedged_returns=returns, horizon=n_periods)

    @cached_property
    def judged(self) -> Backtest:
        """Backtest of the same hedges over a horizon that can judge them.

        It is this backtest, unless closes are not simultaneous and its horizon is shorter than five
        periods: then it is the one over five.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_dcc(n_dates=700, seed=0).returns
        >>> backtest = hr.walk_forward({}, returns["asset"], returns[["hedge"]], window=400)
        >>> backtest.judged is backtest, backtest.over_long_horizon is None
        (True, False)
        >>> backtest.too_short_to_judge, backtest.never_hedged
        (False, [])
        """
        return self if self.closes is None else self.over_long_horizon

    @property
    def over_long_horizon(self) -> Backtest:
        """Backtest over at least five periods; this one if there are too few dates for these."""
        if self.horizon >= LONG_HORIZON:
            return self
        n_spans = len(first_of_spans(self.rows, LONG_HORIZON))
        return self if n_spans < MIN_OBSERVATIONS else self.over(LONG_HORIZON)

    @property
    def too_short_to_judge(self) -> bool:
        """True if closes are not simultaneous and there are too few dates for five periods."""
        return self.closes is not None and self.over_long_horizon.horizon < LONG_HORIZON

    @property
    def net_returns(self) -> pd.DataFrame:
        """Hedged returns after costs, (n_spans, models).

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_dcc(n_dates=700, seed=0).returns
        >>> pair = (returns["asset"], returns[["hedge"]])
        >>> backtest = hr.walk_forward({}, *pair, window=400, cost=hr.Costs(half_spread=0.0005))
        >>> paid = backtest.hedged_returns - backtest.net_returns
        >>> paid.sum().round(5)
        unhedged    0.00000
        naive       0.00050
        ols         0.00039
        dtype: float64
        """
        return self.hedged_returns - self._costs_over_horizon

    @property
    def _costs_over_horizon(self) -> pd.DataFrame:
        return returns_over(self.costs, self.rows, self.horizon)

    @cached_property
    def never_hedged(self) -> list[str]:
        """Models that failed at every refit: they have no results and are not compared."""
        failed = self.failed_refits
        idle = [name for name in self.models if failed[name] == self.n_refits]
        return [name for name in idle if not self.ratio(name).any(axis=None)]

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
        These, the volatility and, with costs, ``mean gross``, ``mean cost`` and ``mean net`` are of
        returns over the horizon, which the name of the columns says, with how long after the
        decision hedges were traded; :meth:`measures` has the same. Ratios are shares of the
        position, turnover and failed refits totals of the path. Turnover is that of
        ``hr.metrics.turnover``: it includes the first date, on which the hedge is entered (1 for a
        hedge of 1:1). A model that never hedged has no results (NaN). Where closes are not
        simultaneous, columns have the effectiveness and its gain over the horizon that can judge
        the hedges.
        """
        table = summary_table(self._evaluated, self.failed_refits, self.seed)
        judged = self.judged
        if judged is not self:
            over = self.spacing.span(judged.horizon)
            gains = ["gain on ols", "gain, lower", "gain, upper"]
            found = judged.summary[["effectiveness", *gains]].add_suffix(f" over {over}")
            table = pd.concat([table.iloc[:, :1], found, table.iloc[:, 1:]], axis=1)
        return ShownTable(table.rename_axis(self.evaluation, axis=1))

    @property
    def _gain_intervals(self) -> pd.DataFrame:
        """Ends of the 95% intervals of the gain over OLS, from the summary, (models, 2)."""
        return self.summary[["gain, lower", "gain, upper"]]

    def measures(
        self, risk_aversion: float = 5.0, periods_per_year: float | None = None
    ) -> pd.DataFrame:
        """Return every measure of each model, columns by (measure, gross or net).

        Effectiveness, semivariance, value at risk and expected shortfall at 5% and 1%, certainty
        equivalents (exponential and mean-variance), all of returns over the horizon; maximum
        drawdown of the path by date; Sharpe ratio per year; total turnover, the entry included, and
        total cost. Where a
        splitter left out dates, hedges are closed, nothing is lost or earned, and the time does not
        count as part of a year.

        Parameters
        ----------
        risk_aversion : float > 0, of the certainty equivalents
        periods_per_year : float > 0, for the Sharpe ratio; by default the mean number of dates in a
            year of the data

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_dcc(n_dates=700, seed=0).returns
        >>> backtest = hr.walk_forward({}, returns["asset"], returns[["hedge"]], window=400)
        >>> backtest.measures()[[("volatility", "gross")]].round(4)
        measure                     volatility
        returns over 1 business day      gross
        model
        unhedged                        0.0135
        naive                           0.0135
        ols                             0.0119
        """
        if periods_per_year is None:
            periods_per_year = dates_per_year(self.date_returns.index, self.rows)
        per_year = periods_per_year / self.horizon
        measures = backtest_measures(risk_aversion, per_year, self.returns_kind)
        table = measures_table(self._evaluated, measures)
        return table.rename_axis(["measure", f"returns {self._over}"], axis=1)

    @property
    def _over(self) -> str:
        """Horizon of the returns in words, for the name of a table's columns."""
        return f"over {self.spacing.span(self.horizon)}"

    @property
    def _evaluated(self) -> Evaluated:
        return Evaluated(
            hedged_returns=self.hedged_returns,
            costs=self._costs_over_horizon,
            ratios=self.ratios,
            date_returns=self.date_returns,
            date_costs=self.costs,
            rows=self.rows,
            never_hedged=self.never_hedged,
            horizon=self.horizon,
        )

    # --- where it worked, with the horizon as the name of the columns ---

    def by_year(self, measure: Callable[..., float] = effectiveness) -> pd.DataFrame:
        """Return a measure in each calendar year, (years, models); NaN below 20 dates.

        A return over a horizon belongs to the year in which it ends.

        Parameters
        ----------
        measure : function of hedged and unhedged returns

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_dcc(n_dates=700, seed=0).returns
        >>> backtest = hr.walk_forward({}, returns["asset"], returns[["hedge"]], window=400)
        >>> backtest.by_year().round(3)
        over 1 business day  naive    ols
        year
        2001                 0.410  0.428
        2002                -0.192  0.133
        >>> backtest.on_worst_days(0.1).round(3)
        over 1 business day  mean return  removed
        model
        unhedged                  -0.025    0.000
        naive                     -0.012    0.508
        ols                       -0.017    0.315
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

        A return over a horizon belongs to the regime of its first date. The regimes of a model have
        their names, or the numbers of the first refit, which later refits follow.

        Parameters
        ----------
        regimes : name of a model with regimes, whose predicted probabilities decide, on the dates
            after its first fit; or a label (or a row of probabilities) for every date
        measure : function of hedged and unhedged returns

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_regimes(n_dates=800, seed=0).returns
        >>> models = {"regime": hr.RegimeHedge(hr.GaussianHMM(2, n_starts=2))}
        >>> pair = (returns["asset"], returns[["hedge"]])
        >>> backtest = hr.walk_forward(models, *pair, window=500, refit_every=300)
        >>> backtest.by_regime("regime").round(3)
        over 1 business day  naive    ols  regime
        regime
        0                    0.507  0.579   0.621
        1                   -0.009  0.256   0.267
        """
        starts = self.date_returns.index[first_of_spans(self.rows, self.horizon)]
        if isinstance(regimes, str):
            if regimes not in self.predicted:
                raise DataError(
                    f"regimes must name a model with regimes, of {list(self.predicted)}; got "
                    f"{regimes!r}."
                )
            regimes = self.predicted[regimes].dropna()  # no regimes before the model's first fit
            known = np.asarray(starts.isin(regimes.index))
        else:
            known = np.ones(len(starts), dtype=bool)
        return self._of_each_model(
            lambda hedged, asset: measure_by_regime(
                measure,
                regimes,
                hedged.set_axis(starts)[known],
                asset.set_axis(starts)[known],
            )["value"]
        )

    def on_worst_days(self, share: float = 0.05) -> pd.DataFrame:
        """Return mean return and removed share of the mean loss on the asset's worst days.

        With a horizon, days are the ends of returns over it.

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
        table["removed"] = 1.0 - table["mean return"] / means["unhedged"]
        return table.rename_axis(self._over, axis=1)

    def _of_each_model(
        self, column: Callable[[pd.Series[float], pd.Series[float]], pd.Series[float]]
    ) -> pd.DataFrame:
        """Return a table with a column for each model that hedged, from its returns."""
        asset = self.hedged_returns["unhedged"]
        hedged = [name for name in self.models if name not in self.never_hedged]
        table = pd.DataFrame({name: column(self.hedged_returns[name], asset) for name in hedged})
        return table.rename_axis(self._over, axis=1)

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

        Models that never hedged are left out. With a horizon, tests allow for returns that overlap.
        Where closes are not simultaneous, the sentences and the conclusion are those of the horizon
        that can judge the hedges; ``longer`` is that comparison.

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

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_dcc(n_dates=700, seed=0).returns
        >>> backtest = hr.walk_forward({}, returns["asset"], returns[["hedge"]], window=400)
        >>> backtest.compare(against="ols").sentences
        ('naive removes 0.2% of variance, ols 23.1%; naive is worse (p = .010).',)
        """
        if isinstance(measure, str):
            check_choice(measure, "measure", tuple(LOSSES))
        elif not callable(measure):
            raise DataError(
                f"measure must be one of {', '.join(map(repr, LOSSES))}, or a function; got "
                f"{measure!r}."
            )
        loss = LOSSES[measure] if isinstance(measure, str) else measure
        if against in self.never_hedged:
            raise DataError(
                f"against must be a model that hedged; {against!r} failed at every one of "
                f"{self.n_refits} refits."
            )
        returns = self.net_returns if net else self.hedged_returns
        defaults: dict[str, Any] = {
            "seed": self.seed,
            "horizon": self.horizon,
            "positions": self.rows[first_of_spans(self.rows, self.horizon)],
        }
        if len(returns) < MIN_OBSERVATIONS:
            raise DataError(
                f"a backtest must have at least {MIN_OBSERVATIONS} returns out of sample to be "
                f"compared; got {len(returns)} {self._over}. Use a shorter window, or more dates."
            )
        compared = returns.drop(columns=self.never_hedged)
        comparison = compare_hedges(compared, against, loss=loss, **(defaults | settings))
        comparison = replace(comparison, never_hedged=tuple(self.never_hedged))
        judged = self.judged
        if judged is self and "horizon" not in settings:
            has_intervals = loss is variance_loss and against == BENCHMARK and not net
            return replace(comparison, intervals=self._gain_intervals if has_intervals else None)
        if "horizon" in settings:
            return comparison
        longer = judged.compare(measure, against, net=net, **settings)
        return replace(comparison, closes=self.closes, longer=longer)

    def value_at_risk_tests(self, tail: float = 0.05, window: int = 250) -> pd.DataFrame:
        """Return backtests of the value at risk of each hedged position.

        Forecasts are quantiles of the ``window`` hedged returns before each date, of single periods
        whatever the horizon; a window does not reach over a gap that a splitter left. Columns are
        the share of exceedances and the p-values of Kupiec's test of that share, Christoffersen's
        of independence and of both, Engle and Manganelli's of the dynamic quantile.

        Parameters
        ----------
        tail : float in (0, 0.5], share of the dates with larger losses
        window : int, number of returns in each quantile

        Raises
        ------
        DataError
            If there are no more dates than the window.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_dcc(n_dates=900, seed=0).returns
        >>> backtest = hr.walk_forward({}, returns["asset"], returns[["hedge"]], window=400)
        >>> backtest.value_at_risk_tests().iloc[:, :3].round(3)
        over 1 business day  exceeded  Kupiec p  independence p
        model
        unhedged                0.108     0.000           0.962
        naive                   0.072     0.133           0.159
        ols                     0.088     0.012           0.435
        """
        hedged = self.date_returns.drop(columns=self.never_hedged)
        table = value_at_risk_table(hedged, self.rows, tail, window)
        return table.rename_axis(f"over {self.spacing.span(1)}", axis=1)

    # --- output ---

    def to_latex(self, **settings: Any) -> str:
        """Return the summary for LaTeX (booktabs).

        Parameters
        ----------
        **settings
            Arguments of ``DataFrame.to_latex``.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_dcc(n_dates=700, seed=0).returns
        >>> backtest = hr.walk_forward({}, returns["asset"], returns[["hedge"]], window=400)
        >>> "tabular" in backtest.to_latex()
        True
        """
        defaults: dict[str, Any] = {"float_format": "%.4g", "escape": True}
        return str(self.summary.to_latex(**(defaults | settings)))

    def plot(
        self,
        kind: Literal["ratio", "cumulative", "effectiveness"] = "ratio",
        ax: Axes | None = None,
        *,
        interactive: bool = False,
    ) -> Any:
        """Plot the backtest, over a horizon that can judge its hedges (see ``judged``).

        Parameters
        ----------
        kind : "ratio", the sum of each model's ratios over time; "cumulative", the cumulative gain
            of each model over OLS in squared hedged returns; "effectiveness", with 95% intervals of
            the gain over OLS
        ax : Axes, by default those of a new figure
        interactive : bool
            Return a plotly figure, to zoom and to read values from, instead of an Axes.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_dcc(n_dates=700, seed=0).returns
        >>> backtest = hr.walk_forward({}, returns["asset"], returns[["hedge"]], window=400)
        >>> backtest.plot("effectiveness").get_xlabel()
        'variance removed, % (95% interval of the difference to OLS)'
        """
        check_choice(kind, "kind", PLOTS)
        return shown(self._draw(kind, ax), interactive=interactive)

    def _draw(self, kind: str, ax: Axes | None) -> Axes:
        if kind == "ratio":
            lag = f", execution lag {self.execution_lag}" if self.execution_lag else ""
            return plot_ratios(self.ratios, f"out of sample{lag}", ax)
        judged = self.judged
        note = f"out of sample, {judged.evaluation}"
        if kind == "cumulative":
            hedged = judged.hedged_returns.drop(columns=self.never_hedged)
            return plot_cumulative(hedged, note, ax)
        return plot_effectiveness(judged.summary.drop(index=self.never_hedged), note, ax)
