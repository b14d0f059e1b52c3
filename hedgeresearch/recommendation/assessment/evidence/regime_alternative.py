"""The default hedge, which has no regimes, compared with the regime-conditional one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import day
from hedgeresearch._spacing import Spacing
from hedgeresearch.data.quality.once import data_checked
from hedgeresearch.errors import ConvergenceError, DataError, recorded_warnings
from hedgeresearch.estimation.rare_regimes import RARE, rare_regime_messages
from hedgeresearch.hedges.default import default_hedge, regime_conditional_hedge
from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.hedges.sample import Sample

MAX_DATES = 1000
"""Most observations on which the regimes are estimated, the longest window of the study."""


@exported_by("hedgeresearch.recommendation")
@dataclass(frozen=True, eq=False)
class RegimeAlternative:
    """The regime-conditional hedge at the next date, compared with the default hedge.

    Attributes
    ----------
    ratios : DataFrame (n_hedges, 2 + k)
        ratio: of the default; with regimes: of the regime-conditional hedge; and what the latter is
        in each regime.
    probabilities : Series (k,)
        Probabilities of the regimes at the next date.
    n_dates : int
        Number of observations that the regimes were estimated on, the last ones.
    spacing : Spacing
        Time between observations.
    remarks : tuple of str
        What the estimation of the regime-conditional hedge warned of, rare regimes by their dates.

    Examples
    --------
    >>> import pandas as pd
    >>> import hedgeresearch as hr
    >>> from hedgeresearch.recommendation import RegimeAlternative
    >>> returns = hr.data.simulate_dcc(n_dates=300, seed=0).returns
    >>> fit = hr.OLSHedge().fit(returns["asset"], returns[["hedge"]])
    >>> ratios = pd.DataFrame({"ratio": [0.62], "with regimes": [0.66]}, index=["hedge"])
    >>> probabilities = pd.Series([0.9, 0.1])
    >>> alternative = RegimeAlternative(ratios, probabilities, 300, fit.spacing)
    >>> alternative.ratios.diff(axis=1)["with regimes"].round(2).to_dict()
    {'hedge': 0.04}
    """

    ratios: pd.DataFrame
    probabilities: pd.Series[float]
    n_dates: int
    spacing: Spacing
    remarks: tuple[str, ...] = ()


class FoundAlternative(NamedTuple):
    """The comparison with regimes, or why it is not known.

    Attributes
    ----------
    found : RegimeAlternative or None
        None where it is not known, and for a hedge that is not the default.
    note : str
        Why it is not known, or "".
    """

    found: RegimeAlternative | None
    note: str

    def found_or_raise(self) -> RegimeAlternative | None:
        """Return what was found.

        Raises
        ------
        DataError
            If it is not known.
        """
        if self.note:
            raise DataError(self.note)
        return self.found


def find_regime_alternative(fit: HedgeFit) -> FoundAlternative:
    """Return what regimes would change for the default hedge, or why it is not known."""
    try:
        return FoundAlternative(assess_regime_alternative(fit), "")
    except DataError as error:
        return FoundAlternative(None, str(error))


def assess_regime_alternative(fit: HedgeFit) -> RegimeAlternative | None:
    """Return what regimes would change for the default hedge; None for any other hedge.

    The regime-conditional hedge is estimated on the last observations that the fit has seen, those
    of extensions included, up to 1000. Nothing later is used.

    Raises
    ------
    DataError
        If the regimes cannot be estimated.
    """
    if fit.model != default_hedge():
        return None
    rows = fit.sample.rows.frame().tail(MAX_DATES).reset_index(drop=True)
    try:
        with data_checked(), recorded_warnings():
            other = regime_conditional_hedge().fit(rows.iloc[:, 0], rows.iloc[:, 1:])
    except ConvergenceError as error:
        raise DataError(str(error)) from error
    by_regime = other.by_regime
    if by_regime is None:
        raise DataError("the hedges replicate the asset, in any regime.")
    ratios = pd.DataFrame({"ratio": fit.next_ratio, "with regimes": other.next_ratio})
    return RegimeAlternative(
        ratios=ratios.join(by_regime.T).rename_axis("hedge"),
        probabilities=other.regimes.next_probabilities,
        n_dates=len(rows),
        spacing=fit.spacing,
        remarks=_dated_remarks(other, fit.sample),
    )


def _dated_remarks(other: HedgeFit, sample: Sample) -> tuple[str, ...]:
    """Return the remarks of a fit to the last rows of a sample, rare regimes by their dates."""
    smoothed = other.regimes.smoothed
    dates = _row_labels(sample)[-len(smoothed) :]
    rare = rare_regime_messages(smoothed.set_axis(pd.Index(dates, dtype=object)))
    others = [remark for remark in other.remarks if RARE not in remark]
    return (*others, *rare)


def _row_labels(sample: Sample) -> list[Any]:
    """Return the date of each row, in words where it came after the estimation."""
    n_later = len(sample.rows) - sample.n_estimation
    if n_later == 0:
        return list(sample.dates)
    later = [f"observation {number} after {day(sample.end)}" for number in range(1, n_later)]
    return [*sample.dates, *later, sample.last_date]
