"""Answers that cannot be meant: ratios and volatilities beyond all reason, with their cause."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple

import numpy as np

from hedgeresearch._formatting import day, short
from hedgeresearch.data.quality.door import act_on
from hedgeresearch.data.quality.families import OF_LATE_HEDGES, find_problems
from hedgeresearch.data.quality.once import were_data_checked
from hedgeresearch.data.quality.problem import DataProblem
from hedgeresearch.data.quality.statistics import Changes, price_changes
from hedgeresearch.errors import DataWarning, warn_caller
from hedgeresearch.hedges.fit_protocols import FittedHedge
from hedgeresearch.typing import Array, Mask

MAX_HEDGE_VOLATILITY = 5.0
"""Volatility of the hedge, |ratio| times that of its returns, over that of the asset."""
MAX_RATIO = 500.0
"""Size of a ratio of returns, whatever the volatilities: it multiplies costs and errors as well."""
MAX_VOLATILITY = 1.0
"""Volatility of the asset over one period, as a fraction of its value."""
MAX_ABSURD_SHARE = 0.005
"""Share of past ratios that may be absurd without a word, unless one is twice as large."""
N_START = 20
"""First ratios of a path, which rest on few observations and are not looked at."""

_part = ContextVar("this fit is a part of another one", default=False)


class Ratios(NamedTuple):
    """Next ratio (n_hedges,) and path of ratios (n_dates, n_hedges) of a fit."""

    next: Array
    path: Array


@contextmanager
def as_part() -> Iterator[None]:
    """Leave the answers of fits in this context to the fit that they are parts of."""
    token = _part.set(True)
    try:
        yield
    finally:
        _part.reset(token)


def check_answer(fit: FittedHedge) -> None:
    """Refuse an absurd ratio of a hedge that has stopped, and warn of other absurd answers.

    Parts of other fits, and fits whose data were checked at an earlier door, are not looked at.

    Raises
    ------
    DataError
        If the next ratio cannot be meant, and the hedge did not move at the end of the sample.
    """
    if _part.get() or were_data_checked():
        return
    act_on(absurdities(fit))


def warn_of_absurd_answer(fit: FittedHedge) -> None:
    """Warn of ratios and volatilities that cannot be meant, unless the fit is a part of another."""
    if _part.get() or were_data_checked():
        return
    for problem in absurdities(fit):
        warn_caller(problem.text, DataWarning)


def warn_of_absurd_amounts(fit: FittedHedge) -> None:
    """Warn of what cannot be meant in amounts of currency; of the rest the fit has warned."""
    known = absurdities(fit)
    for problem in absurdities(fit, in_currency=True):
        if problem not in known:
            warn_caller(problem.text, DataWarning)


def absurdities(fit: FittedHedge, *, in_currency: bool = False) -> list[DataProblem]:
    """Return what cannot be meant in the answer of a hedge fit, each with its likely cause.

    Parameters
    ----------
    fit : HedgeFit
    in_currency : whether the answer is an amount of currency, of which a volatility above the
        amount itself makes no sense even if returns have it; a fit warns of their unit instead
    """
    arrays = fit.arrays
    ratios = Ratios(arrays.next_ratio, arrays.ratio)
    deviations = np.sqrt(arrays.next_covariance.diagonal())
    suspected = _may_be_absurd(ratios, deviations)
    too_volatile = deviations[0] > MAX_VOLATILITY and fit.sample.returns_kind != "difference"
    too_volatile = too_volatile and fit.horizon == 1
    if not suspected and not too_volatile:
        return []
    changes = _changes(fit)
    sample_deviations = changes.values.std(axis=0)
    problems = []
    of_returns = changes.kind != "difference"
    found = _absurd_hedge(ratios, sample_deviations, of_returns) if suspected else None
    if found is not None:
        hedge, worst, share = found
        problems.append(_absurd_ratio(fit, hedge, worst, share, sample_deviations, changes))
    if too_volatile and (in_currency or not sample_deviations[0] > MAX_VOLATILITY):
        problems.append(_absurd_volatility(fit, float(deviations[0]), changes))
    return problems


def absurd_rows(ratios: Array, deviations: Array) -> Mask:
    """Return whether each row of ratios (n_rows, n_hedges) cannot be meant, (n_rows,).

    Parameters
    ----------
    ratios : array (n_rows, n_hedges)
    deviations : array (1 + n_hedges,) or (n_rows, 1 + n_hedges), standard deviations of the returns
        of the asset and the hedges
    """
    limit = MAX_HEDGE_VOLATILITY * deviations[..., :1]
    return np.asarray((np.abs(ratios) * deviations[..., 1:] > limit).any(axis=-1))


def _may_be_absurd(ratios: Ratios, deviations: Array) -> bool:
    """Return whether a closer look is needed; ``deviations`` are those of the next date."""
    largest = np.abs(ratios.next)
    if len(ratios.path):
        # one column after the other, which NumPy is much faster at
        largest = np.maximum(largest, np.abs(ratios.path.T, order="C").max(axis=1))
    limit = 0.5 * MAX_HEDGE_VOLATILITY * float(deviations[0])
    sizes = zip(largest.tolist(), deviations[1:].tolist(), strict=True)
    return any(size * deviation > limit or size > 5 for size, deviation in sizes)


def _absurd_hedge(
    ratios: Ratios, deviations: Array, of_returns: bool
) -> tuple[int, float, float] | None:
    """Return the hedge with the most absurd ratio, that ratio and the share of such dates."""
    path = np.vstack([ratios.path[N_START:], ratios.next])
    limits = np.full(path.shape[1], np.inf)
    moving = deviations[1:] > 0.0
    limits[moving] = MAX_HEDGE_VOLATILITY * deviations[0] / deviations[1:][moving]
    if of_returns:
        limits = np.minimum(limits, MAX_RATIO)
    sizes = np.abs(path)
    absurd = sizes > limits
    share = float(absurd.any(axis=1).mean())
    # sizes over limits, where a limit may be zero
    sizes = np.divide(sizes, limits, out=np.where(absurd, np.inf, 0.0), where=limits > 0.0)
    worse = sizes.max() > 2.0
    if not absurd[-1].any() and not worse and share <= MAX_ABSURD_SHARE:
        return None
    if absurd[-1].any():
        hedge = int(np.argmax(sizes[-1]))
        return hedge, float(path[-1, hedge]), share
    row, hedge = divmod(int(np.argmax(sizes)), sizes.shape[1])
    return hedge, float(path[row, hedge]), share


def _changes(fit: FittedHedge) -> Changes:
    """Return the returns of the sample, or the changes of its prices."""
    rows = fit.sample.rows.frame()
    if len(fit.sample.dates) == len(rows):  # those of extensions are not kept
        rows = rows.set_axis(fit.sample.dates)
    if fit.model.traits.input == "prices":
        return price_changes(rows, fit.model.traits.price_changes)
    names = list(fit.next_covariance.columns)
    return Changes(rows.to_numpy(), rows.index, names, fit.sample.returns_kind)


def _cause(changes: Changes) -> DataProblem | None:
    """Return the first problem of the data that explains an absurd answer."""
    causes = ("stale", "bad tick", "split", "one date", "same instrument", "percent")
    found = find_problems(changes, OF_LATE_HEDGES)
    return next((one for one in found if one.kind in causes), None)


def _explanation(cause: DataProblem | None) -> str:
    """Return the problem of the data in words, or a general reason."""
    if cause is not None:
        return f"The data explain it: {cause.message}"
    return (
        "The model follows single dates, or a hedge that moves little: compare OLSHedge, use a "
        "longer sample, or limit the ratio with ConstrainedHedge."
    )


def _absurd_ratio(
    fit: FittedHedge, hedge: int, worst: float, share: float, deviations: Array, changes: Changes
) -> DataProblem:
    name = fit.next_ratio.index[hedge]
    relative = abs(worst) * deviations[1 + hedge] / deviations[0]
    times = "" if share == 0.0 else f", as on {share:.1%} of the dates"
    if relative > MAX_HEDGE_VOLATILITY:
        message = (
            f"a hedge should move about as much as the asset; a ratio of {worst:,.4g} of {name!r} "
            f"moves {relative:,.1f} times as much as {fit.sample.asset!r}{times}."
        )
    else:
        message = (
            f"a hedge should need a ratio of at most {MAX_RATIO:g}; that of {name!r}, which moves "
            f"little, is {short(worst)}{times}."
        )
    cause = _cause(changes)
    remedy = _explanation(cause)
    refused = worst == fit.arrays.next_ratio[hedge] and _has_stopped(name, cause, changes)
    if refused and cause is not None:
        remedy = f"{remedy} {cause.remedy}"
    return DataProblem(
        kind="absurd ratio",
        severity="refuse" if refused else "warn",
        columns=(name,),
        dates=(),
        size=float(relative),
        message=message,
        remedy=remedy,
    )


def _has_stopped(name: Any, cause: DataProblem | None, changes: Changes) -> bool:
    """Return whether a hedge did not move at the end of the sample."""
    if cause is None or cause.kind != "stale" or name not in cause.columns:
        return False
    return bool(cause.dates[-1] == changes.dates[-1])


def _absurd_volatility(fit: FittedHedge, volatility: float, changes: Changes) -> DataProblem:
    return DataProblem(
        kind="absurd volatility",
        severity="warn",
        columns=(fit.sample.asset,),
        dates=(),
        size=volatility,
        message=(
            f"a position should not be expected to lose more than its value in one period; the "
            f"volatility of {fit.sample.asset!r} after {day(fit.sample.last_date)} is "
            f"{volatility:.0%}."
        ),
        remedy=_explanation(_cause(changes)),
    )
