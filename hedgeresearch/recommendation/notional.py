"""A hedge of an amount of currency: what to sell, without contracts and lots."""

from __future__ import annotations

import html
import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._exports import explains_calls, exported_by
from hedgeresearch._formatting import day, describe, money, regime_label
from hedgeresearch._interactive import shown
from hedgeresearch._shown_table import ShownTable
from hedgeresearch._validation.numbers import as_number, is_number
from hedgeresearch._validation.probabilities import check_confidence
from hedgeresearch._validation.settings import check_at_least, check_magnitude
from hedgeresearch.data.quality.problem import DataProblem
from hedgeresearch.errors import DataError
from hedgeresearch.evaluation.results.backtest import Backtest
from hedgeresearch.hedges.composed.horizon import periods_to_next_regime
from hedgeresearch.hedges.fit import HedgeFit, hedged_variance
from hedgeresearch.hedges.plausibility import warn_of_absurd_amounts
from hedgeresearch.recommendation.assessment.evidence.backtest_findings import (
    BacktestFindings,
    assess_backtest,
)
from hedgeresearch.recommendation.assessment.evidence.data_problems import (
    data_problems,
    is_synchronised,
    other_closes,
)
from hedgeresearch.recommendation.assessment.evidence.regime_alternative import (
    FoundAlternative,
    RegimeAlternative,
    find_regime_alternative,
)
from hedgeresearch.recommendation.inputs.problem_checks import check_backtest_of_fit
from hedgeresearch.recommendation.narrative.data import (
    absurd_opening,
    chance_opening,
    closes_sentences,
    data_warnings,
    few_sentences,
    remark_warnings,
)
from hedgeresearch.recommendation.narrative.evidence.default import default_sentences
from hedgeresearch.recommendation.narrative.notional import (
    amount_to_sell,
    expected_sentences,
    notional_reasons,
    regime_change_sentences,
    sell_sentence,
)
from hedgeresearch.recommendation.plain_values import (
    backtest_as_dict,
    horizon_as_dict,
    plain_rows,
    plain_value,
    regime_alternative_as_dict,
)

OPENING_KINDS = ("absurd ratio", "absurd volatility", "stale")
"""Kinds of problems that stand before the amounts, the most severe first.

The others are among the reasons only.
"""


@exported_by("hedgeresearch.recommendation")
@dataclass(frozen=True, eq=False, repr=False)
class NotionalHedge:
    """Amounts of currency to sell against a position until the next observation.

    Attributes
    ----------
    fit : HedgeFit
    notional : float
        Value held, in units of currency; negative for a short position.
    confidence : float
        Confidence of the intervals.
    backtest : BacktestFindings or None
        What a backtest says about the fit; None without one.
    currency : str
        Currency of the amounts; "" where it was not named.

    Examples
    --------
    >>> from textwrap import fill
    >>> import hedgeresearch as hr
    >>> returns = hr.data.simulate_dcc(n_dates=500, seed=0).returns
    >>> fit = hr.OLSHedge().fit(returns["asset"], returns[["hedge"]])
    >>> hedge = hr.hedge_notional(fit, 1_000_000)
    >>> print(fill(hedge.decision, 80))
    Sell hedge worth 624,063 (ratio 0.624, 95% interval 0.548 to 0.700) against
    asset worth 1,000,000, held long; amounts are in its currency. Expected
    volatility of the position over the next business day falls from 14,368 to
    11,167, a variance reduction of 39.6% under the model. The reduction was not
    measured out of sample: no backtest was given.
    >>> hedge.orders.round(0)
      instrument  side    amount
    0      hedge  sell  624063.0
    >>> hedge.summary.round(3)
           ratio        sell  lower  upper
    hedge
    hedge  0.624  624062.712  0.548    0.7
    >>> hedge.asset, hedge.model, str(hedge.as_of.date()), hedge.sell.round(0).to_dict()
    ('asset', 'OLSHedge()', '2001-11-30', {'hedge': 624063.0})
    >>> hedge.sentence == hedge.decision
    True
    >>> print(fill(hedge.reasons[0], 80))
    Expected variance reduction (model): 39.6%; not measured out of sample (pass
    backtest=, a result of walk_forward).
    """

    fit: HedgeFit
    notional: float
    confidence: float = 0.95
    backtest: BacktestFindings | None = None
    currency: str = ""

    def __repr__(self) -> str:
        return f"NotionalHedge({self.decision})"

    def _repr_html_(self) -> str:
        formatters: dict[str, Callable[[Any], str]] = {"sell": money}
        table = self.summary.to_html(formatters=formatters, float_format="{:.3f}".format)
        reasons = "".join(f"<li>{html.escape(text)}</li>" for text in self.reasons)
        about = f"As of {day(self.as_of)}, {html.escape(self.model)}."
        decision = f"<b>{html.escape(self.decision)}</b>"
        return f"<p>{decision}</p>{table}<ul>{reasons}</ul><p>{about}</p>"

    def plot(self, ax: Any = None, *, interactive: bool = False) -> Any:
        """Plot the expected volatility of the position, unhedged and hedged, in currency.

        Parameters
        ----------
        ax : Axes, by default those of a new figure
        interactive : bool
            Return a plotly figure, to zoom and to read values from, instead of an Axes.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_dcc(n_dates=500, seed=0).returns
        >>> fit = hr.OLSHedge().fit(returns["asset"], returns[["hedge"]])
        >>> axes = hr.hedge_notional(fit, 1_000_000, currency="EUR").plot()
        >>> axes.get_xlabel()
        'volatility over the next business day, EUR'
        """
        from matplotlib.ticker import StrMethodFormatter

        from hedgeresearch.plotting import COLORS, new_axes

        axes = new_axes(ax)
        sizes = [self.volatility_after, self.volatility_before]
        axes.barh(["hedged", "unhedged"], sizes, color=[COLORS[0], "0.6"])
        ahead = self.fit.spacing.describe(self.fit.horizon)
        axes.set_xlabel(f"volatility over {ahead}, {self.currency or 'currency'}")
        axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
        return shown(axes, interactive=interactive)

    # --- what to do ---

    @property
    def asset(self) -> str:
        """Name of the position."""
        return str(self.fit.asset)

    @property
    def as_of(self) -> Any:
        """Last date seen."""
        return self.fit.last_date

    @property
    def model(self) -> str:
        """Settings of the model."""
        return describe(self.fit.model)

    @property
    def ratio(self) -> pd.Series[float]:
        """Sold per unit of the asset, (n_hedges,)."""
        return self.fit.next_ratio

    @property
    def sell(self) -> pd.Series[float]:
        """Units of currency to sell, ratio times notional, (n_hedges,); negative means buy.

        It is zero for a ratio below a millionth, as of an asset that has stopped.
        """
        amounts = [amount_to_sell(ratio, self.notional) for ratio in self.fit.arrays.next_ratio]
        return pd.Series(amounts, self.fit.hedges, name="sell")

    @property
    def orders(self) -> pd.DataFrame:
        """Order list: instrument, side, and amount in currency."""
        amounts = self.sell[self.sell != 0.0]
        table = {
            "instrument": list(amounts.index),
            "side": np.where(amounts > 0.0, "sell", "buy"),
            "amount": amounts.abs().to_numpy(),
        }
        return pd.DataFrame(table)

    @property
    def decision(self) -> str:
        """Amounts to sell and the expected effect on volatility, in words."""
        ratios = self.ratio.to_frame("ratio").join(self.interval)
        sell = sell_sentence(self.asset, self.notional, ratios, self.confidence, self.currency)
        expected = expected_sentences(
            (self.volatility_before, self.volatility_after),
            self._ahead(self.fit.horizon),
            (self.regime_probabilities, self._ahead(periods_to_next_regime(self.fit))),
            self.backtest,
            self.currency,
            synchronised=is_synchronised(self.fit.model),
        )
        severe = [one for one in self.data_problems if one.kind in OPENING_KINDS]
        first = sorted(severe, key=lambda one: OPENING_KINDS.index(one.kind))
        return f"{absurd_opening(first)}{self._chance}{sell} {expected}"

    @property
    def _chance(self) -> str:
        """Return a warning of a hedge that cannot be distinguished from chance, or ""."""
        return chance_opening(self.effectiveness, self.interval)

    def _ahead(self, n_periods: int) -> str:
        return self.fit.spacing.describe(n_periods)

    @property
    def sentence(self) -> str:
        """The decision, by the name that findings have which are one sentence."""
        return self.decision

    @property
    def reasons(self) -> list[str]:
        """Sentences on the error of the ratio and on its effect out of sample, warnings first."""
        others = notional_reasons(self.effectiveness, self.interval_note, self.backtest)
        chance = [self._chance.strip()] if self._chance else []
        few = few_sentences(self.fit, self.interval)
        closes = closes_sentences(other_closes(self.fit, *self._observed))
        why = [
            *default_sentences(self.fit.model, self.backtest),
            *regime_change_sentences(self._alternative, self.notional, self.currency),
        ]
        warnings = [*data_warnings(self.data_problems), *remark_warnings(self.fit.remarks)]
        return [*warnings, *chance, *others, *why, *few, *closes]

    @property
    def summary(self) -> pd.DataFrame:
        """A row for each hedge: ratio, its interval, amount to sell, ratio in each regime."""
        table = pd.DataFrame({"ratio": self.ratio, "sell": self.sell})
        if not self.interval_note:
            table = table.join(self.interval)
        if self.ratio_by_regime is not None and self.regime_probabilities is not None:
            ratios = self.ratio_by_regime.to_numpy()
            for (regime, probability), values in zip(
                self.regime_probabilities.items(), ratios, strict=True
            ):
                table[f"ratio in {regime_label(regime)} ({probability:.0%})"] = values
        return ShownTable(table.rename_axis("hedge"))

    # --- what to expect ---

    @cached_property
    def interval(self) -> pd.DataFrame:
        """Interval of each ratio by the delta method, (n_hedges, 2): lower and upper.

        NaN for models that have only the bootstrap, which would take long.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_dcc(n_dates=500, seed=0).returns
        >>> fit = hr.OLSHedge().fit(returns["asset"], returns[["hedge"]])
        >>> hedge = hr.hedge_notional(fit, 1_000_000)
        >>> hedge.interval.round(3)
               lower  upper
        hedge  0.548    0.7
        >>> hedge.interval_note, hedge.ratio.round(3).to_dict(), hedge.data_problems
        ('', {'hedge': 0.624}, ())
        """
        if self.fit.errors is None:
            return pd.DataFrame(np.nan, self.fit.hedges, ["lower", "upper"])
        return self.fit.conf_int(self.confidence)

    @property
    def interval_note(self) -> str:
        """Why there is no interval, or ""."""
        if not self.interval.isna().any(axis=None):
            return ""
        return (
            "the model has no quick one; fit.conf_int() computes it by the bootstrap, which refits "
            "the model 200 times."
        )

    @cached_property
    def data_problems(self) -> tuple[DataProblem, ...]:
        """Problems of the data that the hedge was fitted on, the worst first."""
        return data_problems(self.fit, *self._observed, in_currency=True)

    @property
    def _observed(self) -> tuple[pd.DataFrame, str | None]:
        """Returns or prices that the hedge was fitted on, and what they are."""
        observed = self.fit.sample.estimation_rows().set_axis(self.fit.sample.dates)
        is_price = self.fit.model.traits.input == "prices"
        return observed, "prices" if is_price else self.fit.returns_kind

    @property
    def volatility_before(self) -> float:
        """Expected standard deviation of the next profit without the hedge, in currency.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_dcc(n_dates=500, seed=0).returns
        >>> fit = hr.OLSHedge().fit(returns["asset"], returns[["hedge"]])
        >>> hedge = hr.hedge_notional(fit, 1_000_000)
        >>> round(hedge.volatility_before), round(hedge.volatility_after)
        (14368, 11167)
        >>> round(hedge.effectiveness, 3)
        0.396
        """
        return abs(self.notional) * math.sqrt(float(self.fit.next_covariance.to_numpy()[0, 0]))

    @property
    def volatility_after(self) -> float:
        """Expected standard deviation of the next profit with the hedge, in currency."""
        variance = hedged_variance(self.fit.next_covariance, self.fit.next_ratio)
        return abs(self.notional) * math.sqrt(variance)

    @property
    def effectiveness(self) -> float:
        """Share of variance that the hedge is expected to remove, under the model."""
        return self.fit.expected_effectiveness

    @property
    def regime_probabilities(self) -> pd.Series[float] | None:
        """Probabilities of the regimes at the next date, (k,); None without regimes."""
        return None if self.fit.regimes is None else self.fit.regimes.next_probabilities

    @property
    def ratio_by_regime(self) -> pd.DataFrame | None:
        """Ratio of minimum variance in each regime alone, (k, n_hedges); None without regimes.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_regimes(n_dates=600, seed=0).returns
        >>> model = hr.RegimeHedge(hr.GaussianHMM(2, n_starts=2))
        >>> hedge = hr.hedge_notional(model.fit(returns["asset"], returns[["hedge"]]), 1_000_000)
        >>> hedge.ratio_by_regime.round(3)
                hedge
        regime
        0       0.933
        1       0.589
        >>> hedge.regime_probabilities.round(3)
        regime
        0    0.955
        1    0.045
        Name: next probability, dtype: float64
        >>> hedge.regime_alternative is None
        True
        """
        return self.fit.by_regime

    @property
    def regime_alternative(self) -> RegimeAlternative | None:
        """The ratio with regimes, for the default hedge; None for any other hedge.

        The regime-conditional hedge is estimated when this or the reasons are first read, which
        takes about a tenth of a second.

        Raises
        ------
        DataError
            If the regimes cannot be estimated, as on few observations.
        """
        return self._alternative.found_or_raise()

    @cached_property
    def _alternative(self) -> FoundAlternative:
        return find_regime_alternative(self.fit)

    # --- on paper ---

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers, strings, lists and dictionaries, ready for JSON.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_dcc(n_dates=500, seed=0).returns
        >>> fit = hr.OLSHedge().fit(returns["asset"], returns[["hedge"]])
        >>> hedge = hr.hedge_notional(fit, 1_000_000)
        >>> list(hedge.to_dict())[:4]
        ['asset', 'notional', 'currency', 'as_of']
        >>> hedge.to_json()[:1]
        '{'
        """
        probabilities = None
        if self.regime_probabilities is not None:
            probabilities = _plain(self.regime_probabilities)
        by_regime = None if self.ratio_by_regime is None else plain_rows(self.ratio_by_regime)
        return {
            "asset": self.asset,
            "notional": self.notional,
            "currency": self.currency or None,
            "as_of": day(self.as_of),
            "horizon": horizon_as_dict(self.fit.horizon, self.fit.spacing),
            "model": self.model,
            "decision": self.decision,
            "orders": plain_value(self.orders.to_dict("records")),
            "ratio": _plain(self.ratio),
            "interval": plain_rows(self.interval),
            "interval_note": self.interval_note,
            "confidence": float(self.confidence),
            "sell": _plain(self.sell),
            "regime_probabilities": probabilities,
            "ratio_by_regime": by_regime,
            "regime_alternative": regime_alternative_as_dict(self._alternative.found),
            "expected_volatility_before": self.volatility_before,
            "expected_volatility_after": self.volatility_after,
            "expected_effectiveness": plain_value(self.effectiveness),
            **backtest_as_dict(self.backtest),
            "reasons": self.reasons,
        }

    def to_json(self) -> str:
        """Return the dictionary as text."""
        return json.dumps(self.to_dict(), indent=2, allow_nan=False)


@exported_by("hedgeresearch.recommendation")
@explains_calls(
    "hr.hedge_notional(fit, 1_000_000); for the best model of a backtest, with "
    "fit = hr.recommendation.fit_best(backtest, asset, hedges)"
)
def hedge_notional(
    fit: HedgeFit,
    notional: float,
    *,
    backtest: Backtest | None = None,
    confidence: float = 0.95,
    seed: int = 0,
    currency: str = "",
) -> NotionalHedge:
    """Return what to sell against ``notional`` units of currency held in the asset.

    For contracts, lots and limits use :func:`recommend`.

    Parameters
    ----------
    fit : HedgeFit
        A fitted (or extended) hedge of simple or log returns.
    notional : float
        Value held, in units of currency; negative for a short position.
    backtest : Backtest
        Result of ``walk_forward`` on the same asset and hedges; shows what the model and others
        removed out of sample.
    confidence : float in [0.5, 1)
        Confidence of the intervals.
    seed : int
        Random seed of the bootstrap of what was removed.
    currency : str
        Name of the currency, such as "USD", which is written behind amounts.

    Raises
    ------
    DataError
        If the notional is zero or not finite, the backtest is of other data, or the hedge was
        fitted on price differences, whose ratio counts units of the hedge per unit of the asset
        instead of currency per currency.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500"))
    >>> fit = hr.OLSHedge().fit(returns["NASDAQ"], returns[["SP500"]])
    >>> hr.hedge_notional(fit, 1_000_000).orders.round()
      instrument  side     amount
    0      SP500  sell  1175489.0
    """
    notional = _checked_notional(fit, notional)
    check_confidence(confidence)
    check_at_least(seed, "seed", 0)
    warn_of_absurd_amounts(fit)
    findings = None
    if backtest is not None:
        returns = _estimation_returns(fit)
        check_backtest_of_fit(backtest, fit, returns)
        findings = assess_backtest(backtest, fit, returns, confidence, seed)
    if not isinstance(currency, str):
        raise DataError(f"currency must be a name, such as 'USD'; got {currency!r}.")
    return NotionalHedge(fit, notional, confidence, findings, currency)


def _checked_notional(fit: HedgeFit, notional: float) -> float:
    """Return the notional; refuse a fit or an amount that gives no hedge in currency."""
    if not isinstance(fit, HedgeFit):
        raise DataError(
            f"fit must be a fitted hedge, such as OLSHedge().fit(asset, hedges); got {fit!r}."
        )
    amount = as_number(notional)
    if not is_number(amount) or not math.isfinite(amount):
        raise DataError(
            "notional must be a finite number, the value held in units of currency; got "
            f"{notional!r}. Pass for example 1_000_000."
        )
    if amount == 0:
        raise DataError("notional must not be zero; there is nothing to hedge.")
    check_magnitude(amount, "notional")
    if fit.returns_kind == "difference":
        raise DataError(
            "a hedge in currency needs a fit of simple or log returns; this one was fitted on "
            "price differences, so that its ratio counts units per unit. "
            "Fit it on hr.returns(prices), or use fit.next_ratio."
        )
    return float(amount)


def _estimation_returns(fit: HedgeFit) -> pd.DataFrame | None:
    """Return the returns that a hedge was estimated on, by date; None for a model of prices."""
    if fit.model.traits.input == "prices":
        return None
    return fit.sample.estimation_rows().set_axis(fit.sample.dates)


def _plain(values: pd.Series[float]) -> dict[str, float]:
    return {str(name): float(value) for name, value in values.items()}
