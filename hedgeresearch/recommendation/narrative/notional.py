"""Sentences on a hedge of an amount of currency."""

from __future__ import annotations

import math

import pandas as pd

from hedgeresearch._formatting import full_percent, money, ratio_texts, regime_label
from hedgeresearch.recommendation.assessment.evidence.backtest_findings import BacktestFindings
from hedgeresearch.recommendation.assessment.evidence.regime_alternative import FoundAlternative
from hedgeresearch.recommendation.narrative.effect import effect_sentence
from hedgeresearch.recommendation.narrative.evidence.backtest import (
    backtest_warnings,
    effectiveness_sentences,
    measured_sentence,
    tournament_sentences,
)
from hedgeresearch.recommendation.narrative.evidence.regime_alternative import (
    regime_alternative_sentence,
)

MIN_RATIO = 1e-6
"""Ratio below which nothing is sold."""


def sell_sentence(
    asset: str, notional: float, ratios: pd.DataFrame, confidence: float, currency: str
) -> str:
    """Return what to sell against an amount of currency.

    Parameters
    ----------
    asset : str
    notional : float
        Value held, in units of currency; negative for a short position.
    ratios : DataFrame (n_hedges, 3)
        Ratio of each hedge, and the ends of its interval: lower and upper, NaN if not known.
    confidence : float
        Confidence of the intervals.
    currency : str
        Currency of the amounts; "" where it is not known.
    """
    trades = ", ".join(
        f"{_trade_text(str(name), amount_to_sell(row['ratio'], notional), currency)} "
        f"({_ratio_text(row, confidence)})"
        for name, row in ratios.iterrows()
    )
    held = money(abs(notional), currency)
    position = f"{asset} worth {held}, held {'long' if notional > 0.0 else 'short'}"
    unit = "" if currency else "; amounts are in its currency"
    return f"{trades[0].upper()}{trades[1:]} against {position}{unit}."


def expected_sentences(
    volatilities: tuple[float, float],
    ahead: str,
    regimes: tuple[pd.Series[float] | None, str],
    findings: BacktestFindings | None,
    currency: str,
    *,
    synchronised: bool = False,
) -> str:
    """Return the effect on volatility, expected and measured, and the most likely regime.

    Parameters
    ----------
    volatilities : tuple of float
        Expected volatility unhedged and hedged, in units of currency.
    ahead : str
        The time ahead in words, such as "the next 5 days".
    regimes : tuple of Series (k,) and str
        Probabilities of the next regimes, None without regimes, and the time of these in words.
    findings : BacktestFindings or None
        What a backtest says about the fit.
    currency : str
        Currency of the volatilities; "" where it is not known.
    synchronised : bool
        Whether the volatilities are as if closes were simultaneous.
    """
    before, after = volatilities
    sentences = [
        effect_sentence("the position", before, after, ahead, currency, synchronised=synchronised),
        measured_sentence(findings),
    ]
    probabilities, next_time = regimes
    if probabilities is not None:
        name = regime_label(probabilities.idxmax())
        sentences.append(
            f"{name[0].upper()}{name[1:]} is the most likely regime for {next_time} "
            f"({probabilities.max():.0%})."
        )
    return " ".join(sentences)


def notional_reasons(
    expected: float, interval_note: str, findings: BacktestFindings | None
) -> list[str]:
    """Return sentences on the error of the ratio and on its effect, warnings first.

    Parameters
    ----------
    expected : float
        Share of variance that the model expects to remove.
    interval_note : str
        Why the ratio has no interval, or "".
    findings : BacktestFindings or None
        What a backtest says about the fit.
    """
    missing = [f"Interval of the ratio not available: {interval_note}"] if interval_note else []
    effect = effectiveness_sentences(expected, findings)
    if findings is None:
        return [*missing, *effect]
    return [*backtest_warnings(findings), *missing, *effect, *tournament_sentences(findings)]


def amount_to_sell(ratio: float, notional: float) -> float:
    """Return the amount to sell; a ratio below a millionth is that of a series that has stopped."""
    return 0.0 if abs(ratio) < MIN_RATIO else ratio * notional


def _trade_text(name: str, amount: float, currency: str) -> str:
    """Return an amount to sell, negative to buy, in words."""
    if amount == 0.0:
        return f"hold no {name}"
    return f"{'sell' if amount > 0.0 else 'buy'} {name} worth {money(abs(amount), currency)}"


def regime_change_sentences(
    alternative: FoundAlternative, notional: float, currency: str
) -> list[str]:
    """Return what regimes would change for an amount of currency, or why it is not known."""
    if alternative.note:
        return [f"What regimes would change not available: {alternative.note}"]
    if alternative.found is None:
        return []
    amounts = alternative.found.ratios[["ratio", "with regimes"]] * notional
    texts = {
        name: _change_text(now, then, currency)
        for name, (now, then) in zip(amounts.index, amounts.to_numpy(), strict=True)
    }
    return [regime_alternative_sentence(alternative.found, texts)]


def _change_text(now: float, then: float, currency: str) -> str:
    """Return the amount to sell with regimes, negative to buy, instead of the one without."""
    verbs = ["sell" if amount >= 0.0 else "buy" for amount in (then, now)]
    texts = [money(abs(amount), currency) for amount in (then, now)]
    also = "" if verbs[0] == verbs[1] else f"{verbs[1]} "
    return f"{verbs[0]} {texts[0]} instead of {also}{texts[1]}"


def _ratio_text(row: pd.Series[float], confidence: float) -> str:
    """Return a ratio with its interval; a ratio that is not estimated has none."""
    ratio, lower, upper = (row[name] for name in ("ratio", "lower", "upper"))
    if math.isnan(lower) or lower == upper:
        return f"ratio {ratio_texts([ratio])[0]}"
    texts = ratio_texts([ratio, lower, upper])
    return f"ratio {texts[0]}, {full_percent(confidence)} interval {texts[1]} to {texts[2]}"
