"""A model that is fitted again while a session goes on with the fit before."""

from __future__ import annotations

from concurrent.futures import BrokenExecutor, Future
from dataclasses import dataclass
from typing import Any

import numpy as np

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import quantity
from hedgeresearch._validation.settings import check_at_least
from hedgeresearch.errors import ConvergenceError, DataError
from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.recommendation.inputs.observations import latest_observations
from hedgeresearch.recommendation.inputs.problem import HedgeProblem
from hedgeresearch.recommendation.recommendation import Recommendation
from hedgeresearch.recommendation.selection import fit_on_market


@exported_by("hedgeresearch.live")
@dataclass(frozen=True)
class Refit:
    """When a session fits its model again.

    The fit is to all bars of the market so far. It runs in another process, and is used from the
    bar that comes ``lag`` bars later, extended over the bars since then: always from that bar, so
    that a replay gives the same advice. A session that reaches the bar before the fit is ready
    waits for it, so that the lag should be longer than a fit needs; a process needs some seconds to
    start. If the process dies, the session fits the model itself; a fit that fails is logged, and
    the one before goes on.

    Parameters
    ----------
    every : int, number of bars with advice from one fit to the next
    lag : int, number of bars with advice until it is used, less than ``every``
    background : bool, whether it is fitted in another process

    Examples
    --------
    >>> from hedgeresearch.live import Refit
    >>> Refit(every=100)
    Refit(every=100, lag=10, background=True)
    """

    every: int
    lag: int = 10
    background: bool = True

    def __post_init__(self) -> None:
        check_at_least(self.every, "every", 2)
        check_at_least(self.lag, "lag", 1, self.every - 1)


class Refitter:
    """Fits a model again, and says when the new fit is used.

    Parameters
    ----------
    settings : Refit
    """

    def __init__(self, settings: Refit) -> None:
        self._settings = settings
        self._executor: Any = None
        self._n_bars = 0
        self._began: HedgeProblem | None = None
        self._result: Future[HedgeFit] | None = None

    def due(self, advice: Recommendation) -> tuple[Recommendation | None, dict[str, Any]]:
        """Return advice on the same date by the new fit, if it is due, and what is logged.

        The advice is None where nothing is due, or the model could not be fitted.
        """
        began = self._began
        if began is None or not self._is_due:
            return None, {}
        log: dict[str, Any] = {"fitted_to": time_of(began)}
        try:
            fit = self._fit(began)
            found = advice.refitted(caught_up(fit, began, advice.problem))
        except (DataError, ConvergenceError) as error:
            return None, log | {"failed": str(error)}
        except Exception as error:  # a model may be of any kind, and the session goes on
            return None, log | {"failed": f"{type(error).__name__}: {error}."}
        return found, log | {"ratio": found.problem.fit.next_ratio.tolist()}

    def count(self, advice: Recommendation) -> dict[str, Any]:
        """Count a bar with advice, begin to fit where it is time, and return what is logged."""
        if self._is_due:
            self._began = None
            self._result = None
        self._n_bars += 1
        if self._n_bars % self._settings.every:
            return {}
        self._began = advice.problem
        if self._settings.background:
            self._result = self._begun(parts_of(advice.problem))
        return {"begun": time_of(advice.problem)}

    @property
    def _is_due(self) -> bool:
        return self._n_bars % self._settings.every == self._settings.lag - 1

    def close(self) -> None:
        """End the other process."""
        if self._executor is not None:
            self._executor.shutdown(wait=False, kill_workers=True)
            self._executor = None

    def _fit(self, began: HedgeProblem) -> HedgeFit:
        """Return the fit of a problem: of this process, if the other one has died."""
        if self._result is not None:
            try:
                return self._result.result()
            except BrokenExecutor:
                self.close()
        return fit_again(*parts_of(began))

    def _begun(self, parts: tuple[Any, ...]) -> Future[HedgeFit] | None:
        """Begin to fit in the other process; None if it has died."""
        try:
            result: Future[HedgeFit] = self._workers().submit(fit_again, *parts)
        except BrokenExecutor:
            self.close()
            return None
        return result

    def _workers(self) -> Any:
        if self._executor is None:
            from joblib.externals.loky import ProcessPoolExecutor

            # a new interpreter, which needs no guard in the script that began this one
            self._executor = ProcessPoolExecutor(max_workers=1)
        return self._executor


def parts_of(problem: HedgeProblem) -> tuple[Any, ...]:
    """Return what a model is fitted from."""
    fit = problem.fit
    return fit.model, problem.position, problem.instruments, problem.market, fit.returns_kind


def fit_again(*parts: Any) -> HedgeFit:
    """Return the model of a problem, fitted on all dates of its market."""
    return fit_on_market(*parts)


def caught_up(fit: HedgeFit, began: HedgeProblem, now: HedgeProblem) -> HedgeFit:
    """Return a fit extended over the dates since a problem, whose dates it was fitted on."""
    n_new = len(now.market) - len(began.market)
    observed = latest_observations(fit, now.position, now.instruments, now.market, n_new)
    return fit.advance_array(observed, now.market.table.index[-n_new:])


def refit_sentences(log: dict[str, Any], before: Recommendation) -> list[str]:
    """Return what became of a fit, in words."""
    if "failed" in log:
        return [f"The model could not be fitted again: {log['failed']} The fit before goes on."]
    if "ratio" not in log:
        return []
    old = np.asarray(before.problem.fit.next_ratio).tolist()
    moves = ", ".join(
        f"{quantity(one)} to {quantity(other)}"
        for one, other in zip(old, log["ratio"], strict=True)
    )
    return [f"The model was fitted again; the ratio changed from {moves} by it."]


def time_of(problem: HedgeProblem) -> int:
    """Return the last date of a problem's market, nanoseconds."""
    return int(problem.market.last_date.as_unit("ns").value)
