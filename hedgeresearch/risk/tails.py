"""Tails of a return series, and whether a normal value at risk understates its losses.

The estimators and their intervals are those of ``tail_estimators``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.frames import check_returns
from hedgeresearch._validation.probabilities import check_tail
from hedgeresearch._validation.series import one_series
from hedgeresearch._validation.settings import check_between
from hedgeresearch.errors import DataError
from hedgeresearch.metrics.risk_measures import expected_shortfall_of, value_at_risk_of
from hedgeresearch.risk.tail_estimators import Interval, hill_tail_index, skewness_and_kurtosis
from hedgeresearch.typing import Array

MIN_TAIL_DATES = 20
"""Minimum number of losses in the tail; a sample has at least four times as many observations."""
NORMAL_KURTOSIS_BOUND = -1.96 * math.sqrt(24.0)
"""Excess kurtosis times the root of the sample size below which one of forty normal samples is."""


@exported_by("hedgeresearch.risk")
@dataclass(frozen=True)
class TailSummary:
    """Tails of a return series, and normal and historical values at risk.

    Attributes
    ----------
    n_dates : int, number of observations
    tail : float, probability of a loss larger than the value at risk
    skewness, skewness_interval : float, and (lower, upper) at 95%
    excess_kurtosis, excess_kurtosis_interval : float, 0 for the normal; (lower, upper) at 95%
    tail_index, tail_index_interval : float, of the losses, small for fat tails; (lower, upper) at
        95%
    n_tail : int, number of losses from which the index is computed
    normal_value_at_risk, historical_value_at_risk : float, fractions per period, losses positive
    normal_expected_shortfall, historical_expected_shortfall : float, mean loss beyond them

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500"))
    >>> result = hr.risk.tail_summary(returns["NASDAQ"] - 1.175 * returns["SP500"])
    >>> result.verdict, round(result.understatement, 2)
    ('fat', 0.25)
    >>> result.sentence[:14]
    'Tails are fat:'
    >>> sorted(result.to_dict())[:3]
    ['excess_kurtosis', 'excess_kurtosis_interval', 'historical_expected_shortfall']
    """

    n_dates: int
    tail: float
    skewness: float
    skewness_interval: Interval
    excess_kurtosis: float
    excess_kurtosis_interval: Interval
    tail_index: float
    tail_index_interval: Interval
    n_tail: int
    normal_value_at_risk: float
    historical_value_at_risk: float
    normal_expected_shortfall: float
    historical_expected_shortfall: float

    def __repr__(self) -> str:
        return f"TailSummary({self.sentence})"

    @property
    def understatement(self) -> float:
        """Share of the historical value at risk that the normal one misses, negative if larger."""
        return 1.0 - self.normal_value_at_risk / self.historical_value_at_risk

    @property
    def verdict(self) -> str:
        """Departure from the normal that the 95% intervals show: "fat", "thin" or "skewed".

        "normal" if they show none. Where kurtosis is low its standard error is low too, so tails
        are thin only if normal samples have so low a kurtosis in less than one of forty cases.
        """
        lower, upper = self.excess_kurtosis_interval
        if lower > 0.0:
            return "fat"
        if upper < 0.0 and self.excess_kurtosis * math.sqrt(self.n_dates) < NORMAL_KURTOSIS_BOUND:
            return "thin"
        low, high = self.skewness_interval
        return "normal" if low <= 0.0 <= high else "skewed"

    @property
    def sentence(self) -> str:
        """Verdict on the tails and on a normal value at risk, in words."""
        return self.sentence_in(_share_text, " of the value of the position")

    def sentence_in(
        self, amount: Callable[[float], str], of_what: str = "", period: str = "one period"
    ) -> str:
        """Return the sentence with values at risk in other words, such as an amount of money.

        Parameters
        ----------
        amount : function that returns the text of a value at risk, a fraction
        of_what : str, words after the first amount
        period : str, words for the time over which the returns are, such as "1 business day"

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.returns(hr.load("nasdaq_sp500"))
        >>> tails = hr.risk.tail_summary(returns["NASDAQ"] - 1.175 * returns["SP500"])
        >>> tails.sentence_in(lambda share: f"{50_000 * share:,.0f} USD")[-70:]
        'period of 851 USD understates the historical 1,139 USD by 25% of that.'
        """
        return _sentence(self, amount, of_what, period)

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers, strings and lists, ready for JSON."""
        plain = {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in asdict(self).items()
        }
        return plain | {"verdict": self.verdict, "sentence": self.sentence}


@exported_by("hedgeresearch.risk")
def tail_summary(
    returns: pd.Series[float], *, tail: float = 0.01, share: float = 0.01
) -> TailSummary:
    """Return skewness, kurtosis and tail index, and normal and historical values at risk.

    Parameters
    ----------
    returns : Series (n_dates,), n_dates >= 80, fractions per period, such as the hedged returns of
        a position
    tail : float in (0, 0.5], probability of a loss larger than the value at risk, such as 0.01
    share : float in (0, 0.25), share of the observations whose losses give the tail index; at
        least 20 losses are used

    Raises
    ------
    DataError
        If there are fewer than 80 observations, the returns are constant, fewer of them are losses
        than the tail uses, or the value at risk is a gain.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500"))
    >>> print(tail_summary(returns["NASDAQ"] - 1.175 * returns["SP500"]).sentence)
    Tails are fat: excess kurtosis 13.9 (8.9 to 21.1), tail index of losses 3.22 (2.39 to 4.18);
    a normal 99% value at risk over one period of 1.7% of the value of the position understates
    the historical 2.28% by 25% of that.
    """
    check_tail(tail)
    check_between(share, "share", 0.0, 0.25)
    checked = check_returns(one_series(returns), minimum_rows=4 * MIN_TAIL_DATES)
    values = checked.iloc[:, 0].to_numpy()
    n_tail = max(int(share * len(values)), MIN_TAIL_DATES)
    index = hill_tail_index(-values, n_tail)
    skewness, kurtosis = skewness_and_kurtosis(values)
    historical = float(value_at_risk_of(values, tail, "linear"))
    if not historical > 0.0:
        raise DataError(
            f"the value at risk must be a loss; for the tail {tail:g} it is {historical:.3g}. "
            "Pass a smaller tail."
        )
    normal_value_at_risk, normal_expected_shortfall = normal_losses(values, tail)
    return TailSummary(
        n_dates=len(values),
        tail=float(tail),
        skewness=skewness.value,
        skewness_interval=skewness.interval,
        excess_kurtosis=kurtosis.value,
        excess_kurtosis_interval=kurtosis.interval,
        tail_index=index.value,
        tail_index_interval=index.interval,
        n_tail=n_tail,
        normal_value_at_risk=normal_value_at_risk,
        historical_value_at_risk=historical,
        normal_expected_shortfall=normal_expected_shortfall,
        historical_expected_shortfall=float(expected_shortfall_of(values, tail, "linear")),
    )


def normal_losses(values: Array, tail: float) -> tuple[float, float]:
    """Return value at risk and expected shortfall of a normal with the same mean and variance."""
    from scipy.stats import norm

    mean = float(values.mean())
    deviation = float(values.std(ddof=1))
    quantile = float(norm.ppf(1.0 - tail))
    value_at_risk = deviation * quantile - mean
    return value_at_risk, deviation * float(norm.pdf(quantile)) / tail - mean


def _share_text(share: float) -> str:
    """Return a share of the value of the position in words."""
    return f"{100 * share:.3g}%"


def _sentence(tails: TailSummary, amount: Callable[[float], str], of_what: str, period: str) -> str:
    findings = [f"excess kurtosis {_number(tails.excess_kurtosis, tails.excess_kurtosis_interval)}"]
    if tails.verdict in ("skewed", "normal"):
        findings.append(f"skewness {_number(tails.skewness, tails.skewness_interval)}")
    if tails.verdict == "fat":
        index = _number(tails.tail_index, tails.tail_index_interval)
        below_four = tails.tail_index_interval[1] < 4.0
        note = ", below 4, where kurtosis grows with the sample" if below_four else ""
        findings.append(f"tail index of losses {index}{note}")
    return (
        f"{_opening(tails)}: {', '.join(findings)}; {_comparison(tails, amount, of_what, period)}."
    )


def _opening(tails: TailSummary) -> str:
    return {
        "fat": "Tails are fat",
        "thin": "Tails are thinner than normal",
        "skewed": f"Returns are skewed to {'losses' if tails.skewness < 0.0 else 'gains'}",
        "normal": "No evidence against normal tails",
    }[tails.verdict]


def _comparison(
    tails: TailSummary, amount: Callable[[float], str], of_what: str, period: str
) -> str:
    missed = round(100 * tails.understatement)
    normal = f"a normal {100 * (1.0 - tails.tail):g}% value at risk over {period} of "
    normal += f"{amount(tails.normal_value_at_risk)}{of_what}"
    historical = f"the historical {amount(tails.historical_value_at_risk)}"
    if missed == 0:
        return f"{normal} agrees with {historical}"
    verb = "understates" if missed > 0 else "overstates"
    return f"{normal} {verb} {historical} by {abs(missed)}% of that"


def _number(value: float, interval: Interval) -> str:
    return f"{_digits(value)} ({_digits(interval[0])} to {_digits(interval[1])})"


def _digits(value: float) -> str:
    """Return a number with three significant digits, and without an exponent where it is large."""
    return f"{value:,.0f}" if abs(value) >= 999.5 else f"{value:.3g}"
