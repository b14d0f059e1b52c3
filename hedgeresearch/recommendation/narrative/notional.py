"""The sentence on a hedge of an amount of currency."""

from __future__ import annotations

import pandas as pd

from hedgeresearch._formatting import money, regime_label
from hedgeresearch.recommendation.narrative.effect import effect_sentence


def notional_sentences(
    asset: str,
    notional: float,
    ratio: pd.Series[float],
    volatilities: tuple[float, float],
    regimes: pd.Series[float] | None,
) -> str:
    """Return what to sell against an amount of currency, and the effect on volatility.

    Parameters
    ----------
    asset : str
    notional : float
        Value held, in units of currency; negative for a short position.
    ratio : Series (n_hedges,)
    volatilities : tuple of float
        Expected volatility unhedged and hedged, in units of currency.
    regimes : Series (k,) or None
        Probabilities of the regimes at the next date.
    """
    trades = ", ".join(
        f"{'sell' if value * notional >= 0.0 else 'buy'} {money(abs(value * notional))} of {name} "
        f"(ratio {value:.3f})"
        for name, value in ratio.items()
    )
    position = f"{money(abs(notional))} {'long' if notional > 0.0 else 'short'} {asset}"
    before, after = volatilities
    effect = effect_sentence("the position", before, after, dates=None)
    outlook = ""
    if regimes is not None:
        name = regime_label(regimes.idxmax())
        outlook = (
            f" {name[0].upper()}{name[1:]} is the most likely regime for the next observation "
            f"({regimes.max():.0%})."
        )
    return f"{trades[0].upper()}{trades[1:]} against {position}. {effect}{outlook}"
