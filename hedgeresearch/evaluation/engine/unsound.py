"""Ratios of a walk that rest on frozen prices, which are held, or that cannot be meant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from hedgeresearch._formatting import day
from hedgeresearch.data.quality.checks.stale import frozen_before, may_fall
from hedgeresearch.data.quality.words import listed
from hedgeresearch.hedges.closed_form import Refit
from hedgeresearch.hedges.plausibility import MAX_HEDGE_VOLATILITY, absurd_rows
from hedgeresearch.typing import Array, Mask

ABSURD = "a hedge should move about as much as the asset"
"""Beginning of the remarks on ratios that cannot be meant."""
N_RECOVERY = 20
"""Number of rows after a frozen price has moved again until ratios are used again."""


class Remark(NamedTuple):
    """A remark on the ratios of a refit: its row, whether they are held, and the text."""

    row: int
    held: bool
    text: str


def sound_ratios(
    ratios: Sequence[Array], refits: Sequence[Refit], returns: pd.DataFrame
) -> list[tuple[Array, Remark | None]]:
    """Return the ratios of each refit, NaN where they rest on frozen prices, and the remark on it.

    Parameters
    ----------
    ratios : arrays (n_hedged_rows, n_hedges), one for each refit
    refits : what each was estimated on and hedges
    returns : DataFrame (n_rows, 1 + n_hedges), the asset first
    """
    values = returns.to_numpy()
    frozen = frozen_rows(values, refits[0].train_stop)
    unsound = not_recovered(frozen)
    remarks: list[Remark | None] = [None] * len(refits)
    sound = list(ratios)
    for number in np.flatnonzero(_has_any(unsound, refits)).tolist():
        refit = refits[number]
        rows = unsound[refit.test_start : refit.test_stop].copy()
        if frozen[refit.train_stop].any():  # the whole refit rests on frozen prices
            rows |= frozen[refit.train_stop]
        if rows.any():
            sound[number], remarks[number] = hold_frozen(sound[number], refit, rows, returns)
    deviations = sample_deviations(values, refits)
    lengths = [len(path) for path in sound]
    absurd = absurd_rows(np.concatenate(sound), np.repeat(deviations, lengths, axis=0))
    starts = np.cumsum([0, *lengths[:-1]])
    for number in np.flatnonzero(np.add.reduceat(absurd, starts)).tolist():
        if remarks[number] is None:
            remarks[number] = absurd_remark(sound[number], refits[number], deviations[number])
    return list(zip(sound, remarks, strict=True))


def unsound_rows(returns: Array, refits: Sequence[Refit]) -> Mask:
    """Return whether each series was frozen before each hedged row, (n_hedged_rows, n_series).

    Rows of a refit whose sample ends in frozen prices are so, too, as are 20 rows after a freeze.
    """
    frozen = frozen_rows(returns, refits[0].train_stop)
    unsound = not_recovered(frozen)
    return np.concatenate(
        [unsound[refit.test_start : refit.test_stop] | frozen[refit.train_stop] for refit in refits]
    )


def sample_deviations(returns: Array, refits: Sequence[Refit]) -> Array:
    """Return the standard deviations over the sample of each refit, (n_refits, 1 + n_hedges)."""
    deviations = returns - returns.mean(axis=0)  # for accuracy
    moments = np.hstack([deviations, deviations**2]).cumsum(axis=0)
    moments = np.vstack([np.zeros(moments.shape[1]), moments])
    starts = np.array([refit.train_start for refit in refits])
    stops = np.array([refit.train_stop for refit in refits])
    means = (moments[stops] - moments[starts]) / (stops - starts)[:, None]
    mean, square = np.split(means, 2, axis=1)
    return np.asarray(np.sqrt(np.maximum(square - mean**2, 0.0)))


def _has_any(unsound: Mask, refits: Sequence[Refit]) -> Mask:
    """Return whether any row from the end of its sample on is unsound, (n_refits,)."""
    n_frozen = np.concatenate([[0], unsound.any(axis=1).cumsum()])
    starts = [refit.train_stop for refit in refits]
    stops = [refit.test_stop for refit in refits]
    return np.asarray(n_frozen[stops] > n_frozen[starts])


def frozen_rows(returns: Array, first_stop: int) -> Mask:
    """Return whether each series was frozen before each row, (n_rows + 1, 1 + n_hedges).

    A row uses the returns (n_rows, 1 + n_hedges) before it only. A series that does not fall before
    ``first_stop``, such as the return of cash, may stay at its value.
    """
    return np.asarray(frozen_before(returns) & may_fall(returns[:first_stop]))


def not_recovered(frozen: Mask) -> Mask:
    """Return ``frozen`` with the 20 rows after each freeze: most ratios then rest on it still."""
    recent = frozen.copy()
    for j in np.flatnonzero(frozen.any(axis=0)).tolist():
        for row in np.flatnonzero(frozen[:, j]).tolist():
            recent[row : row + N_RECOVERY + 1, j] = True
    return recent


def hold_frozen(
    ratios: Array, refit: Refit, unsound: Mask, returns: pd.DataFrame
) -> tuple[Array, Remark]:
    """Return the ratios of a refit with NaN in unsound rows, where the last one is held.

    Parameters
    ----------
    ratios : array (n_hedged_rows, n_hedges)
    refit : what was estimated on and hedged
    unsound : array (n_hedged_rows, 1 + n_hedges), whether a series was frozen, at least one
    returns : DataFrame (n_rows, 1 + n_hedges)
    """
    held = ratios.copy()
    held[unsound.any(axis=1)] = np.nan
    first = int(np.argmax(unsound.any(axis=1)))
    row = refit.test_start + first
    names = listed([returns.columns[j] for j in np.flatnonzero(unsound[first]).tolist()])
    text = (
        f"{names} had not moved for several rows before {day(returns.index[row])}: frozen or "
        "halted, so that the last ratio is held."
    )
    return held, Remark(row, True, text)


def absurd_remark(ratios: Array, refit: Refit, deviations: Array) -> Remark:
    """Return the remark that a refit has ratios that move a hedge far more than the asset moves.

    Parameters
    ----------
    ratios : array (n_hedged_rows, n_hedges); NaN where the last one is held
    refit : what was estimated on and hedged
    deviations : array (1 + n_hedges,), standard deviations over the sample of the refit
    """
    sizes = np.nan_to_num(np.abs(ratios) * deviations[1:] / deviations[0])
    row, hedge = divmod(int(np.argmax(sizes)), sizes.shape[1])
    text = (
        f"{ABSURD}; a ratio of {ratios[row, hedge]:,.4g} "
        f"moves {sizes[row, hedge]:,.1f} times as much, more than {MAX_HEDGE_VOLATILITY:g}."
    )
    return Remark(refit.test_start + row, False, text)
