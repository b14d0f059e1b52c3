"""The fit that every hedge model returns."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from hedgeresearch._containers.lazy_table import Dates, LazyTable, changed, held
from hedgeresearch._exports import exported_by
from hedgeresearch._fit_text import FitText, sample_fact, with_intervals
from hedgeresearch._formatting import day, describe
from hedgeresearch._interactive import shown
from hedgeresearch._shown_table import ShownTable
from hedgeresearch._spacing import Spacing
from hedgeresearch._validation.probabilities import check_confidence
from hedgeresearch._validation.settings import check_choice
from hedgeresearch.errors import DataError
from hedgeresearch.estimation.estimates import Estimates
from hedgeresearch.estimation.fitted_parameters import estimation_facts
from hedgeresearch.estimation.hypothesis_test import HypothesisTest
from hedgeresearch.hedges import intervals
from hedgeresearch.hedges.fit_protocols import CovariancePath, FitArrays, RegimeDetail, Summarized
from hedgeresearch.hedges.inputs import NewDates, join_new_dates
from hedgeresearch.hedges.plausibility import as_part, check_answer, warn_of_absurd_answer
from hedgeresearch.hedges.ratio_errors import PathErrors, RatioErrors
from hedgeresearch.hedges.sample import Sample
from hedgeresearch.hedges.traits import has_dynamics
from hedgeresearch.typing import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@exported_by("hedgeresearch.hedges")
@dataclass(frozen=True, eq=False, repr=False)
class HedgeFit(FitText):
    """Hedge ratios of each date and of the next one.

    A positive ratio means a short position in the hedge against a long asset.

    Attributes
    ----------
    model : hedge model
        The settings that were fitted.
    sample : Sample
        Names and observations of asset and hedges, including extensions.
    ratio : DataFrame (n_dates, n_hedges)
        The row dated t uses only data before t.
    next_ratio : Series (n_hedges,)
        Ratio to hold over the next date, the one after the last observation.
    next_covariance : DataFrame (1 + n_hedges, 1 + n_hedges)
        Covariance of the next returns under the model, in squared returns; these span ``horizon``
        periods.
    estimates : Estimates, RegimeFit, DataFrame or None
        Parameters with their standard errors, which are computed when they are needed; a RegimeFit
        for a hedge from regimes, a DataFrame for a composed hedge.
    errors : RatioErrors or None
        Sampling error of the next ratio; None if only the bootstrap has it.
    state : object
        State from which the model continues; private to the model.
    detail : CovarianceFit, RegimeBreakdown, Cointegration or None
        Results that only one family of hedges has.
    horizon : int
        Number of periods that ``next_covariance``, and the effectiveness expected from it, are
        about: one, or the horizon of a ``HorizonHedge``.
    remarks : tuple of str
        What the estimation warned of, such as an estimate on a bound, a regime that was visited on
        a few dates, or prices that are not cointegrated; each is also a ``ConvergenceWarning``.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500")).loc["2015":]
    >>> early, late = returns.loc[:"2017"], returns.loc["2018":]
    >>> fit = hr.RollingOLSHedge(250).fit(early["NASDAQ"], early[["SP500"]])
    >>> fit
    HedgeFit(RollingOLSHedge(250), 505 dates to 2017-12-29, next ratio SP500 1.26)
    >>> fit.asset, fit.hedges, str(fit.last_date.date()), fit.returns_kind
    ('NASDAQ', ['SP500'], '2017-12-29', 'simple')
    >>> fit.ratio.tail(2).round(3)
                SP500
    date
    2017-12-28  1.261
    2017-12-29  1.257
    >>> fit.next_ratio.round(3)
    SP500    1.261
    Name: ratio, dtype: float64
    >>> fit.summary.round(3)
           estimate
    SP500     1.261
    >>> fit.extend(late["NASDAQ"], late[["SP500"]]).ratio.tail(2).round(3)
                SP500
    date
    2018-12-28  1.175
    2018-12-31  1.175
    """

    model: Any
    sample: Sample
    ratio: LazyTable[pd.DataFrame] = LazyTable()
    next_ratio: LazyTable[pd.Series[float]] = LazyTable()
    next_covariance: LazyTable[pd.DataFrame] = LazyTable()
    estimates: LazyTable[Any] = LazyTable(default=None)
    errors: RatioErrors | None = None
    state: Any = None
    detail: Any = None
    horizon: int = 1
    remarks: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_answer(self)

    def _line(self) -> str:
        ratios = ", ".join(f"{name} {value:.2f}" for name, value in self.next_ratio.items())
        n_dates = len(self.arrays.ratio)
        return (
            f"HedgeFit({describe(self.model)}, {n_dates} dates to {day(self.last_date)}, "
            f"next ratio {ratios})"
        )

    @property
    def facts(self) -> Mapping[str, str]:
        """What was fitted, to what and how well, as text by name.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_dcc(n_dates=500, seed=0).returns
        >>> fit = hr.OLSHedge().fit(returns["asset"], returns[["hedge"]])
        >>> fit.facts["removes"]
        '39.6% of variance over the next business day, under the model'
        """
        ratios = ", ".join(f"{name} {value:.4f}" for name, value in self.next_ratio.items())
        ahead = self.spacing.describe(self.horizon)
        removed = f"{self.expected_effectiveness:.1%} of variance over {ahead}, under the model"
        found = {
            "model": describe(self.model),
            "asset": f"{self.asset}, hedged with {', '.join(map(str, self.hedges))}",
            "observations": sample_fact(len(self.arrays.ratio), self.sample_end, self.last_date),
            "next ratio": ratios,
            "removes": removed,
        }
        notes = {"intervals": self.coverage_note, "remarks": " ".join(self.remarks)}
        said = {name: note for name, note in notes.items() if note}
        return found | dict(estimation_facts(self.estimates)) | said

    @property
    def coverage_note(self) -> str:
        """What intervals of the ratio cover in a sample of this length, or "" if as they should.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_dcc(n_dates=450, seed=4).returns
        >>> fit = hr.MinimumVarianceHedge(hr.DCC()).fit(returns["asset"], returns[["hedge"]])
        >>> fit.coverage_note[:47]
        'In short samples intervals are too narrow where'
        """
        short = self.sample.n_estimation < intervals.LARGE_SAMPLE
        if self.errors is None or not short or not has_dynamics(self.model):
            return ""
        return intervals.SHORT_SAMPLE_NOTE

    @property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Tables of the text by title: the summary, and the ratio of each regime.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_dcc(n_dates=500, seed=0).returns
        >>> fit = hr.OLSHedge().fit(returns["asset"], returns[["hedge"]])
        >>> list(fit.tables[""])
        ['estimate', 'std. error', 't', 'p', '95% from', '95% to']
        """
        found = {"": self.summary}
        if isinstance(self.estimates, Estimates):
            found = {"": with_intervals(self.summary, self.estimates.degrees_of_freedom)}
        if self.by_regime is not None:
            found["Ratio of each regime:"] = self.by_regime
        return found

    @property
    def asset(self) -> Any:
        """Name of the asset."""
        return self.sample.asset

    @property
    def hedges(self) -> list[Any]:
        """Names of the hedges."""
        return list(held(self, "ratio").columns)

    @property
    def arrays(self) -> FitArrays:
        """The ratios and the next covariance as arrays, without their labels.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_dcc(n_dates=500, seed=0).returns
        >>> fit = hr.OLSHedge().fit(returns["asset"], returns[["hedge"]])
        >>> fit.arrays.ratio.shape, fit.arrays.next_covariance.shape
        ((500, 1), (2, 2))
        """
        return FitArrays(
            ratio=held(self, "ratio").to_numpy(),
            next_ratio=held(self, "next_ratio").to_numpy(),
            next_covariance=held(self, "next_covariance").to_numpy(),
            horizon=self.horizon,
        )

    @property
    def sample_end(self) -> Any:
        """Last date of the estimation sample.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_dcc(n_dates=500, seed=0).returns
        >>> past, new = returns.iloc[:400], returns.iloc[400:]
        >>> fit = hr.OLSHedge().fit(past["asset"], past[["hedge"]])
        >>> later = fit.extend(new["asset"], new[["hedge"]])
        >>> later.sample_end == past.index[-1], later.last_date == new.index[-1]
        (True, True)
        """
        return self.sample.end

    @property
    def last_date(self) -> Any:
        """Last date seen, extensions included."""
        return self.sample.last_date

    @property
    def returns_kind(self) -> str | None:
        """Kind of the returns as ``hr.returns`` noted it: "simple", "log", "difference" or None."""
        return self.sample.returns_kind

    @property
    def spacing(self) -> Spacing:
        """Time between observations: ``fit.spacing.describe(fit.horizon)`` is the time ahead.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_dcc(n_dates=500, seed=0).returns
        >>> fit = hr.OLSHedge().fit(returns["asset"], returns[["hedge"]])
        >>> fit.spacing.describe(5)
        'the next 5 business days'
        """
        return self.sample.spacing

    @property
    def period_covariance(self) -> pd.DataFrame:
        """Mean covariance per period over the horizon, (1 + n_hedges, 1 + n_hedges).

        It is ``next_covariance`` unless returns span several periods.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_dcc(n_dates=500, seed=0).returns
        >>> weekly = hr.HorizonHedge(hr.OLSHedge(), 5).fit(returns["asset"], returns[["hedge"]])
        >>> (weekly.next_covariance / weekly.period_covariance).round(1)
               asset  hedge
        asset    5.0    5.0
        hedge    5.0    5.0
        """
        return self.next_covariance if self.horizon == 1 else self.next_covariance / self.horizon

    @property
    def summary(self) -> pd.DataFrame:
        """Parameters, with standard errors where the model has them."""
        if self.estimates is None:
            return ShownTable(self.next_ratio.to_frame("estimate"))
        if isinstance(self.estimates, pd.DataFrame):
            return ShownTable(self.estimates)
        summarized: Summarized = self.estimates
        return summarized.summary

    @property
    def expected_effectiveness(self) -> float:
        """Share of variance over the horizon that the next ratio removes under the model.

        NaN where the model expects the asset to have none, as after a window without trades.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_dcc(n_dates=500, seed=0).returns
        >>> fit = hr.OLSHedge().fit(returns["asset"], returns[["hedge"]])
        >>> round(fit.expected_effectiveness, 3)
        0.396
        """
        # 1 - w'Hw / var(asset)
        unhedged = float(self.next_covariance.to_numpy()[0, 0])
        if unhedged == 0.0:
            return math.nan
        return 1.0 - hedged_variance(self.next_covariance, self.next_ratio) / unhedged

    # --- details of one family ---

    @property
    def covariances(self) -> Any:
        """CovarianceFit of a minimum-variance hedge, or within regimes; None for other hedges.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_dcc(n_dates=500, seed=0).returns
        >>> model = hr.MinimumVarianceHedge(hr.EWMACovariance())
        >>> fit = model.fit(returns["asset"], returns[["hedge"]])
        >>> fit.covariances.correlation("asset", "hedge").tail(1).round(3)
        date
        2001-11-30    0.661
        Freq: B, Name: asset, hedge, dtype: float64
        """
        if isinstance(self.detail, RegimeDetail):
            return self.detail.covariances
        return self.detail if isinstance(self.detail, CovariancePath) else None

    @property
    def regimes(self) -> Any:
        """RegimeFit behind a hedge from regimes; None for other hedges."""
        return self.detail.regimes if isinstance(self.detail, RegimeDetail) else None

    @property
    def by_regime(self) -> pd.DataFrame | None:
        """Ratio of each regime, (k, n_hedges); None for a hedge without regimes."""
        return self.detail.by_regime if isinstance(self.detail, RegimeDetail) else None

    @property
    def decomposition(self) -> pd.DataFrame:
        """Next ratio as a sum over regimes: probability, ratio, weight and contribution.

        Raises
        ------
        DataError
            If the hedge has no regimes.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_regimes(n_dates=500, seed=0).returns
        >>> model = hr.RegimeHedge(hr.GaussianHMM(2, names=("calm", "turbulent"), n_starts=2))
        >>> fit = model.fit(returns["asset"], returns[["hedge"]])
        >>> fit.decomposition.round(3)
                      probability  ratio weight contribution
                                   hedge  hedge        hedge
        regime
        calm                0.038  0.902  0.006        0.006
        turbulent           0.962  0.596  0.993        0.592
        between means         NaN    NaN  0.000        0.000
        >>> fit.by_regime.round(3)
                   hedge
        regime
        calm       0.902
        turbulent  0.596
        >>> fit.regimes.next_probabilities.round(3)
        regime
        calm         0.038
        turbulent    0.962
        Name: next probability, dtype: float64
        """
        return self._regime_detail().decomposition()

    def change_since(self, previous: HedgeFit | None = None) -> pd.DataFrame:
        """Split the change of the next ratio into parts, (3, n_hedges).

        Parameters
        ----------
        previous : an earlier fit of the same hedge; by default the change is that from the last
            date's ratio

        Returns
        -------
        DataFrame with the rows "probabilities" (the regimes' covariances unchanged), "parameters"
        (the rest) and "total"

        Raises
        ------
        DataError
            If one of the two has no regimes, or they have other hedges or numbers of regimes.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_regimes(n_dates=500, seed=0).returns
        >>> model = hr.RegimeHedge(hr.GaussianHMM(2, n_starts=2))
        >>> fit = model.fit(returns["asset"], returns[["hedge"]])
        >>> fit.change_since().round(4)
                        hedge
        probabilities -0.1097
        parameters     0.0000
        total         -0.1097
        """
        breakdown = self._regime_detail()
        if previous is None:
            change = self.next_ratio.to_numpy() - self.ratio.to_numpy()[-1]
            return breakdown.explain_change(change)
        earlier = previous._regime_detail()
        same_hedge = type(previous.model) is type(self.model) and previous.hedges == self.hedges
        if not same_hedge or len(earlier.by_regime) != len(breakdown.by_regime):
            raise DataError(
                f"previous must be a {type(self.model).__name__} with {self.hedges} in "
                f"{len(breakdown.by_regime)} regimes; got {previous!r}."
            )
        change = self.next_ratio.to_numpy() - previous.next_ratio.to_numpy()
        return breakdown.explain_change(change, earlier)

    def _regime_detail(self) -> RegimeDetail:
        if not isinstance(self.detail, RegimeDetail):
            raise DataError(f"the hedge must be a RegimeHedge with regimes; got {self!r}.")
        return self.detail

    # --- sampling errors ---

    @property
    def standard_errors(self) -> pd.Series[float]:
        """Standard error of each next ratio, (n_hedges,).

        It is computed by the delta method, or from 200 bootstrap draws for models without it.

        Raises
        ------
        DataError
            If the delta method has no finite error.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_dcc(n_dates=500, seed=0).returns
        >>> fit = hr.OLSHedge().fit(returns["asset"], returns[["hedge"]])
        >>> fit.standard_errors.round(3)
        hedge    0.039
        Name: standard error, dtype: float64
        """
        if self.errors is None:
            values = self.bootstrapped.std(axis=0, ddof=1)
        else:
            values = np.sqrt(np.diag(self.errors.covariance(self)))
            intervals.check_finite_errors(values, self.hedges, describe(self.model))
        return pd.Series(values, index=self.hedges, name="standard error")

    def conf_int(
        self,
        confidence: float = 0.95,
        method: intervals.Method | None = None,
        n_bootstrap: int | None = None,
        seed: int = 0,
    ) -> pd.DataFrame:
        """Return an interval of each next ratio, (n_hedges, 2): columns lower and upper.

        Parameters
        ----------
        confidence : float in [0.5, 1), probability that an interval covers the ratio
        method : "delta", "bootstrap" (see ``hedges.bootstrap``), or None for the delta method
            where the model has it
        n_bootstrap : int, number of draws of the bootstrap, 200 by default
        seed : int, of the bootstrap

        Raises
        ------
        DataError
            If the model has no delta method, or one without a finite error, or is fitted to prices,
            which cannot be resampled.
        ConvergenceError
            If the model fails on more than a tenth of the draws.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_dcc(n_dates=500, seed=0).returns
        >>> fit = hr.OLSHedge().fit(returns["asset"], returns[["hedge"]])
        >>> fit.conf_int(0.9).round(3)
               lower  upper
        hedge  0.561  0.688
        >>> fit.conf_int(method="bootstrap", n_bootstrap=100).round(2)
               lower  upper
        hedge   0.55   0.72
        """
        check_confidence(confidence)
        if method is not None:
            check_choice(method, "method", ("delta", "bootstrap"))
        if method == "delta" and self.errors is None:
            raise DataError(
                f"method must be 'bootstrap' for {describe(self.model)}, which has no delta-method "
                "standard errors; got 'delta'."
            )
        estimate = self.next_ratio.to_numpy()
        if method == "bootstrap" or self.errors is None:
            kind = self.model.traits.bootstrap_interval
            default = n_bootstrap is None and seed == 0
            draws = self.bootstrapped if default else self._bootstrap(n_bootstrap, seed)
            lower, upper = intervals.bootstrap_interval(estimate, draws, confidence, kind)
        else:
            errors = self.standard_errors.to_numpy()
            degrees = self.errors.degrees_of_freedom(self)
            lower, upper = intervals.delta_interval(estimate, errors, degrees, confidence)
        return pd.DataFrame(
            np.column_stack([lower, upper]), index=self.hedges, columns=["lower", "upper"]
        )

    def bands(self, confidence: float = 0.95) -> pd.DataFrame:
        """Return an interval of the ratio of each date, (n_dates, 2 n_hedges).

        The columns are by (hedge, end).

        Raises
        ------
        DataError
            If the ratio moves and the model knows the errors of its next value only.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_dcc(n_dates=500, seed=0).returns
        >>> fit = hr.RollingOLSHedge(100).fit(returns["asset"], returns[["hedge"]])
        >>> fit.bands().tail(2).round(3)
        hedge       hedge
        end         lower  upper
        date
        2001-11-29  0.541  1.003
        2001-11-30  0.521  1.001
        """
        check_confidence(confidence)
        errors = self._path_errors()
        degrees = self._path_degrees_of_freedom()
        ends = intervals.delta_interval(self.ratio.to_numpy(), errors, degrees, confidence)
        return intervals.band_table(ends, self.ratio.index, self.hedges)

    def _path_errors(self) -> Array:
        """Return standard errors of the ratio of each date, (n_dates, n_hedges)."""
        if isinstance(self.errors, PathErrors):
            return self.errors.path_errors(self)
        if (self.ratio.to_numpy() == self.next_ratio.to_numpy()).all():
            return np.broadcast_to(self.standard_errors.to_numpy(), self.ratio.shape)
        raise DataError(
            "bands() needs standard errors for every date, as of RollingOLSHedge or KalmanHedge; "
            f"got {describe(self.model)}, which has them for the next ratio only. Use conf_int()."
        )

    def _path_degrees_of_freedom(self) -> float | Array:
        """Return degrees of freedom for all dates, or for each of them, (n_dates, 1)."""
        if isinstance(self.errors, PathErrors):
            return self.errors.path_degrees_of_freedom(self)[:, None]
        return np.inf if self.errors is None else self.errors.degrees_of_freedom(self)

    def wald_test(self, value: float = 1.0) -> HypothesisTest:
        """Test whether all next ratios equal ``value``.

        Raises
        ------
        DataError
            If nothing was estimated.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_dcc(n_dates=500, seed=0).returns
        >>> fit = hr.OLSHedge().fit(returns["asset"], returns[["hedge"]])
        >>> test = fit.wald_test(1.0)
        >>> round(test.statistic, 2), round(test.p_value, 4)
        (94.83, 0.0)
        """
        if self.errors is None:
            covariance = np.atleast_2d(np.cov(self.bootstrapped, rowvar=False))
            degrees = np.inf
        else:
            covariance = self.errors.covariance(self)
            degrees = self.errors.degrees_of_freedom(self)
        ratios = self.next_ratio.to_numpy()
        return intervals.wald_test(ratios, value, covariance, degrees, describe(self.model))

    @cached_property
    def bootstrapped(self) -> Array:
        """Next ratios of 200 resampled samples, (200 or a few less, n_hedges).

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_dcc(n_dates=300, seed=0).returns
        >>> fit = hr.OLSHedge().fit(returns["asset"], returns[["hedge"]])
        >>> fit.bootstrapped.shape
        (200, 1)
        """
        return self._bootstrap(None, 0)

    def _bootstrap(self, n_bootstrap: int | None, seed: int) -> Array:
        from hedgeresearch.hedges.bootstrap import bootstrap_ratios

        return bootstrap_ratios(self, n_bootstrap, seed)

    # --- later dates ---

    def extend(self, asset: pd.Series[float], hedges: pd.DataFrame) -> HedgeFit:
        """Return the fit over new dates with the same parameters; its path holds these dates.

        Raises
        ------
        DataError
            If the columns differ or the dates do not follow the last date of this fit.
        """
        columns = held(self, "next_covariance").columns
        new = join_new_dates(asset, hedges, self.sample, columns, self.model.traits.input)
        with as_part():
            later = self._advance(new)
        warn_of_absurd_answer(later)
        return later

    def advance(self, returns: pd.DataFrame) -> HedgeFit:
        """Extend the fit over valid rows of new dates (n_new, 1 + n_hedges), the asset first.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_dcc(n_dates=500, seed=0).returns[["asset", "hedge"]]
        >>> past, new = returns.iloc[:499], returns.iloc[499:]
        >>> fit = hr.MinimumVarianceHedge(hr.EWMACovariance()).fit(past["asset"], past[["hedge"]])
        >>> later = fit.advance(new)
        >>> same = fit.advance_array(new.to_numpy(), new.index)
        >>> later.next_ratio.equals(same.next_ratio)
        True
        """
        return self.advance_array(returns.to_numpy(), returns.index)

    def advance_array(self, returns: Array, dates: Dates, longer: Sample | None = None) -> HedgeFit:
        """Extend the fit over valid rows (n_new, 1 + n_hedges) of new dates, without a table.

        ``longer`` is its sample with the new dates, where other fits that share it have made it.
        """
        new = NewDates(returns, dates, held(self, "next_covariance").columns)
        return self._advance(new, longer)

    def _advance(self, new: NewDates, longer: Sample | None = None) -> HedgeFit:
        model: Any = self.model
        later: HedgeFit
        if "advance_array" in vars(type(model)):
            later = model.advance_array(self, new.values, new.dates)
        else:
            later = model.advance(self, new.frame)
        if later.sample.end != self.sample.end:
            raise DataError(
                f"advance of {describe(self.model)} must keep the estimation sample, which ends on "
                f"{day(self.sample.end)}; it returned a fit to another one. Return "
                "dataclasses.replace(fit, ratio=..., next_ratio=...)."
            )
        if later.sample is not self.sample:
            return later  # a composed hedge shares the sample of a fit that it has advanced
        if longer is None:
            longer = self.sample.append_array(new.values, new.dates, new.last_date)
        extended: HedgeFit = changed(later, sample=longer)
        return extended

    def plot(
        self,
        ax: Axes | None = None,
        *,
        confidence: float | None = None,
        interactive: bool = False,
    ) -> Any:
        """Plot the ratio of each hedge over time, and return the Axes.

        Parameters
        ----------
        ax : Axes, by default those of a new figure
        confidence : float in [0.5, 1), of bands around the ratios; without it there are none
        interactive : bool
            Return a plotly figure, to zoom and to read values from, instead of an Axes.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_dcc(n_dates=500, seed=0).returns
        >>> fit = hr.RollingOLSHedge(100).fit(returns["asset"], returns[["hedge"]])
        >>> fit.plot(confidence=0.95).get_ylabel()
        'hedge ratio of asset'
        """
        from hedgeresearch.plotting import plot_lines, sample_label, shade_bands

        note = sample_label(self.ratio.index, self.sample_end)
        axes = plot_lines(self.ratio, ylabel=f"hedge ratio of {self.asset}", note=note, ax=ax)
        if confidence is not None:
            shade_bands(self.bands(confidence), axes)
        return shown(axes, interactive=interactive)


def hedged_variance(covariance: pd.DataFrame, ratio: pd.Series[float]) -> float:
    """Return the variance of the hedged position, w'Hw with w = (1, -ratio)."""
    weights = np.concatenate([[1.0], -ratio.to_numpy()])
    return max(float(weights @ covariance.to_numpy() @ weights), 0.0)
