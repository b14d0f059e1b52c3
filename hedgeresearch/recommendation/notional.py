"""A hedge of an amount of currency: what to sell, without contracts and lots."""

from __future__ import annotations

import html
import math
from dataclasses import dataclass
from typing import Any

import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import day, describe, regime_label
from hedgeresearch._validation.settings import check_between
from hedgeresearch.errors import DataError
from hedgeresearch.hedges.fit import HedgeFit, hedged_variance
from hedgeresearch.recommendation.narrative.notional import notional_sentences


@exported_by("hedgeresearch.recommendation")
@dataclass(frozen=True, eq=False, repr=False)
class NotionalHedge:
    """Amounts of currency to sell against a position until the next observation.

    Attributes
    ----------
    asset : str
        Name of the position.
    notional : float
        Value held, in units of currency; negative for a short position.
    as_of : date
        Last date seen.
    model : str
        Settings of the model.
    ratio : Series (n_hedges,)
        Sold per unit of the asset.
    sell : Series (n_hedges,)
        Units of currency to sell, ratio times notional; negative means buy.
    regime_probabilities : Series (k,) or None
        For the next date, from data up to ``as_of``.
    ratio_by_regime : DataFrame (k, n_hedges) or None
        Ratio of minimum variance in each regime alone.
    volatility_before, volatility_after : float
        Expected standard deviation of the position's next profit, in units of currency, unhedged
        and hedged, under the model.
    effectiveness : float
        Share of variance that the hedge is expected to remove, under the model.
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
        return f"NotionalHedge({self.sentence})"

    def _repr_html_(self) -> str:
        table = self.summary.to_html(float_format="{:,.3f}".format)
        about = f"As of {day(self.as_of)}, {html.escape(self.model)}."
        return f"<p>{html.escape(self.sentence)}</p>{table}<p>{about}</p>"

    @property
    def sentence(self) -> str:
        """The hedge in words."""
        return notional_sentences(
            self.asset,
            self.notional,
            self.ratio,
            (self.volatility_before, self.volatility_after),
            self.regime_probabilities,
        )

    @property
    def summary(self) -> pd.DataFrame:
        """A row for each hedge: ratio, units of currency to sell, and the ratio in each regime."""
        table = pd.DataFrame({"ratio": self.ratio, "sell": self.sell})
        if self.ratio_by_regime is not None and self.regime_probabilities is not None:
            ratios = self.ratio_by_regime.to_numpy()
            for (regime, probability), values in zip(
                self.regime_probabilities.items(), ratios, strict=True
            ):
                table[f"ratio in {regime_label(regime)} ({probability:.0%})"] = values
        return table.rename_axis("hedge")

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers, strings, lists and dictionaries, ready for JSON."""
        probabilities = None
        if self.regime_probabilities is not None:
            probabilities = _plain(self.regime_probabilities)
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
            "regime_probabilities": probabilities,
            "ratio_by_regime": by_regime,
            "expected_volatility_before": self.volatility_before,
            "expected_volatility_after": self.volatility_after,
            "expected_effectiveness": self.effectiveness,
            "sentence": self.sentence,
        }


@exported_by("hedgeresearch.recommendation")
def hedge_notional(fit: HedgeFit, notional: float) -> NotionalHedge:
    """Return what to sell against ``notional`` units of currency held in the asset.

    For contracts, lots and limits use :func:`recommend`.

    Parameters
    ----------
    fit : HedgeFit
        A fitted (or extended) hedge of simple or log returns.
    notional : float
        Value held, in units of currency; negative for a short position.

    Raises
    ------
    DataError
        If the notional is zero or not finite, or the hedge was fitted on price differences, whose
        ratio counts units of the hedge per unit of the asset instead of currency per currency.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500"))
    >>> fit = hr.OLSHedge().fit(returns["NASDAQ"], returns[["SP500"]])
    >>> hr.hedge_notional(fit, 1_000_000).sell.round()
    SP500    1175489.0
    Name: sell, dtype: float64
    """
    notional = _checked_notional(fit, notional)
    unhedged = math.sqrt(float(fit.next_covariance.to_numpy()[0, 0]))
    hedged = math.sqrt(hedged_variance(fit.next_covariance, fit.next_ratio))
    return NotionalHedge(
        asset=fit.asset,
        notional=notional,
        as_of=fit.last_date,
        model=describe(fit.model),
        ratio=fit.next_ratio,
        sell=(fit.next_ratio * notional).rename("sell"),
        regime_probabilities=None if fit.regimes is None else fit.regimes.next_probabilities,
        ratio_by_regime=fit.by_regime,
        volatility_before=abs(notional) * unhedged,
        volatility_after=abs(notional) * hedged,
        effectiveness=fit.expected_effectiveness,
    )


def _checked_notional(fit: HedgeFit, notional: float) -> float:
    """Return the notional; refuse a fit or an amount that gives no hedge in currency."""
    if not isinstance(fit, HedgeFit):
        raise DataError(
            f"fit must be a fitted hedge, such as OLSHedge().fit(asset, hedges); got {fit!r}."
        )
    check_between(notional, "notional", -math.inf, math.inf)
    if notional == 0:
        raise DataError("notional must not be zero; there is nothing to hedge.")
    if fit.returns_kind == "difference":
        raise DataError(
            "a hedge in currency needs a fit of simple or log returns; this one was fitted on "
            "price differences, so that its ratio counts units per unit. "
            "Fit it on hr.returns(prices), or use fit.next_ratio."
        )
    return float(notional)


def _plain(values: pd.Series[float]) -> dict[str, float]:
    return {str(name): float(value) for name, value in values.items()}
