"""What to sell against an amount of currency in the asset: no contracts, no lots."""

from __future__ import annotations

import html
import math
from dataclasses import dataclass
from typing import Any

import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import day, describe
from hedgeresearch._validation.settings import check_between
from hedgeresearch.errors import DataError
from hedgeresearch.hedges.fit import HedgeFit, hedged_variance


@exported_by("hedgeresearch.recommendation")
@dataclass(frozen=True, eq=False, repr=False)
class NotionalRecommendation:
    """The hedge to hold over the date after the last one seen.

    Attributes
    ----------
    asset : name of the position
    notional : value held, in units of currency; negative for a short position
    as_of : last date seen
    model : the settings behind the recommendation, as text
    ratio : Series (n_hedges,), sold per unit of the asset
    sell : Series (n_hedges,), units of currency to sell, ratio times notional; negative means buy
    regime_probabilities : Series (k,) or None, for the next date, from data up to ``as_of``
    ratio_by_regime : DataFrame (k, n_hedges) or None, what each regime alone would ask for
    volatility_before, volatility_after : expected standard deviation of the position over the next date, in units of
        currency, unhedged and hedged, if the model is right
    effectiveness : share of variance that the hedge is expected to remove, if the model is right
    """

    asset: str
    notional: float
    as_of: Any
    model: str
    ratio: pd.Series[float]
    sell: pd.Series[float]
    regime_probabilities: pd.Series[float] | None
    ratio_by_regime: pd.DataFrame | None
    volatility_before: float
    volatility_after: float
    effectiveness: float

    def __repr__(self) -> str:
        return f"NotionalRecommendation({self.sentence})"

    @property
    def sentence(self) -> str:
        """The recommendation in plain words."""
        long = "long" if self.notional > 0 else "short"
        trades = ", ".join(
            f"{'sell' if amount >= 0 else 'buy'} {_amount(amount)} of {name} (ratio {ratio:.3f})"
            for name, amount, ratio in zip(self.sell.index, self.sell, self.ratio, strict=True)
        )
        if self.effectiveness >= 0:
            change, share = "cut", f"remove {self.effectiveness:.1%} of"
        else:
            change, share = "raise", f"add {-self.effectiveness:.1%} to its"
        return (
            f"Against {_amount(self.notional)} {long} {self.asset}, {trades}: expected to {change} the volatility of "
            f"the next period from {_amount(self.volatility_before)} to {_amount(self.volatility_after)} and {share} "
            f"variance, if the model holds{self._outlook}."
        )

    @property
    def _outlook(self) -> str:
        if self.regime_probabilities is None:
            return ""
        likeliest = self.regime_probabilities.idxmax()
        return (
            f"; regime {likeliest} is the likeliest next, at {self.regime_probabilities.max():.0%}"
        )

    @property
    def summary(self) -> pd.DataFrame:
        """One row a hedge: ratio, units of currency to sell, and the ratio each regime would ask for."""
        table = pd.DataFrame({"ratio": self.ratio, "sell": self.sell})
        if self.ratio_by_regime is not None and self.regime_probabilities is not None:
            rows = zip(
                self.regime_probabilities.items(), self.ratio_by_regime.to_numpy(), strict=True
            )
            for (regime, probability), ratios in rows:
                table[f"ratio in regime {regime} ({probability:.0%})"] = ratios
        return table.rename_axis("hedge")

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers, strings, lists and dictionaries, ready for JSON."""
        by_regime = None
        if self.ratio_by_regime is not None:
            by_regime = {
                str(regime): _plain(row) for regime, row in self.ratio_by_regime.iterrows()
            }
        return {
            "asset": str(self.asset),
            "notional": self.notional,
            "as_of": day(self.as_of),
            "model": self.model,
            "ratio": _plain(self.ratio),
            "sell": _plain(self.sell),
            "regime_probabilities": None
            if self.regime_probabilities is None
            else _plain(self.regime_probabilities),
            "ratio_by_regime": by_regime,
            "expected_volatility_before": self.volatility_before,
            "expected_volatility_after": self.volatility_after,
            "expected_effectiveness": self.effectiveness,
            "sentence": self.sentence,
        }

    def _repr_html_(self) -> str:
        table = self.summary.to_html(float_format="{:,.3f}".format)
        return f"<p>{html.escape(self.sentence)}</p>{table}<p>As of {day(self.as_of)}, {html.escape(self.model)}.</p>"


def recommend_for_notional(fit: HedgeFit, notional: float) -> NotionalRecommendation:
    """What to sell against a position of ``notional`` units of currency in the asset, over the next date.

    Parameters
    ----------
    fit : a fitted (or extended) hedge of simple or log returns
    notional : value held, in units of currency; negative for a short position

    Raises
    ------
    DataError
        If the notional is zero or not finite, or the hedge was fitted on price differences, whose ratio counts units
        of the hedge per unit of the asset instead of currency per currency.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500"))
    >>> fit = hr.OLSHedge().fit(returns["NASDAQ"], returns[["SP500"]])
    >>> hr.recommend(fit, notional=1_000_000).sell.round()
    SP500    1175489.0
    Name: sell, dtype: float64
    """
    if not isinstance(fit, HedgeFit):
        raise DataError(
            f"fit must be a fitted hedge, such as OLSHedge().fit(asset, hedges); got {fit!r}."
        )
    check_between(notional, "notional", -math.inf, math.inf)
    notional = float(notional)
    if notional == 0:
        raise DataError("notional must not be zero; there is nothing to hedge.")
    if fit.returns_kind == "difference":
        raise DataError(
            "a recommendation in currency needs a hedge of simple or log returns; this one was fitted on price "
            "differences, so that its ratio counts units per unit. Fit it on hr.returns(prices), or use fit.next_ratio."
        )
    before = math.sqrt(float(fit.next_covariance.to_numpy()[0, 0]))
    after = math.sqrt(hedged_variance(fit.next_covariance, fit.next_ratio))
    return NotionalRecommendation(
        asset=fit.asset,
        notional=notional,
        as_of=fit.last_date,
        model=describe(fit.model),
        ratio=fit.next_ratio,
        sell=(fit.next_ratio * notional).rename("sell"),
        regime_probabilities=None if fit.regimes is None else fit.regimes.next_probabilities,
        ratio_by_regime=fit.by_regime,
        volatility_before=abs(notional) * before,
        volatility_after=abs(notional) * after,
        effectiveness=fit.expected_effectiveness,
    )


def _amount(value: float) -> str:
    """A sum of money without its sign: whole units, or three digits of a small one."""
    return f"{abs(value):,.0f}" if abs(value) >= 100 else f"{abs(value):.3g}"


def _plain(values: pd.Series[Any]) -> dict[str, float]:
    return {str(name): float(value) for name, value in values.items()}
