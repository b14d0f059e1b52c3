"""Resampled ratios of a hedge whose regimes are observed outside the returns, or are given.

Regimes of outside data are drawn like those of returns, see ``regime_resampling``; each drawn date
has its returns and its outside data, and the model is fitted to both. Regimes by labels or levels
are drawn with their returns, from which the moments of each regime are computed again. The next
regime of levels is known, the one of labels follows from the transitions of the drawn labels.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._formatting import describe
from hedgeresearch.covariance.hedge_ratio import minimum_variance_ratio
from hedgeresearch.errors import DataError
from hedgeresearch.hedges.fit_protocols import FittedHedge, RegimeDetail, RegimeSources
from hedgeresearch.hedges.regime_resampling import draw_dates, draw_path
from hedgeresearch.regimes.mixture import mixture_covariance, weighted_moments
from hedgeresearch.regimes.outside_data import OutsideData
from hedgeresearch.regimes.path_summary import JEFFREYS_COUNT
from hedgeresearch.typing import Array, Indices


def outside_regime_ratios(
    fit: FittedHedge, sample: pd.DataFrame, seed: int
) -> Callable[[Any], Array]:
    """Return a function that gives the next ratio of another resample on each call, (n_hedges,).

    Parameters
    ----------
    fit : fit of a RegimeHedge with ``RegimeSources``
    sample : DataFrame (n_dates, 1 + n_hedges), its estimation sample
    seed : int

    Raises
    ------
    DataError
        If there is a covariance model within regimes that are given by labels or levels.
    """
    sources: RegimeSources = fit.state
    generator = np.random.default_rng(seed)
    if sources.in_sample.identities is None:
        return lambda _: _refitted(fit, sample, generator)
    detail = fit.detail
    if not isinstance(detail, RegimeDetail) or detail.covariances is not None:
        raise DataError(
            "the bootstrap of regimes by labels or levels needs covariances that are constant "
            f"within a regime; got {describe(fit.model)}. Leave out covariance_model."
        )
    return lambda _: _with_other_moments(fit, sample, generator)


def _refitted(fit: FittedHedge, sample: pd.DataFrame, generator: np.random.Generator) -> Array:
    """Return the next ratio of the model fitted to drawn dates, filtered over all dates."""
    sources: RegimeSources = fit.state
    regimes = sources.in_sample
    path = draw_path(regimes.initial_state.transition, len(sample), generator)
    rows = draw_dates(path, regimes.smoothed.to_numpy(), generator)
    seen = fit.sample.rows.frame()
    observed = sources.observed.values
    table = pd.DataFrame(
        np.vstack([observed[rows], observed]),
        index=pd.RangeIndex(-len(sample), len(seen)),
        columns=sources.observed.columns,
    )
    drawn = sample.iloc[rows].set_axis(pd.RangeIndex(-len(sample), 0), axis=0)
    drawn.attrs["returns"] = fit.sample.returns_kind
    model = replace(fit.model, observe=OutsideData(table))
    refit = model.fit(drawn.iloc[:, 0], drawn.iloc[:, 1:], warm_start=fit)
    later = refit.extend(seen.iloc[:, 0], seen.iloc[:, 1:])
    return np.asarray(later.next_ratio.to_numpy())


def _with_other_moments(
    fit: FittedHedge, sample: pd.DataFrame, generator: np.random.Generator
) -> Array:
    """Return the next ratio with the moments of drawn dates in each regime."""
    regimes = fit.state.in_sample
    certain = regimes.filtered.to_numpy()
    path = draw_path(regimes.initial_state.transition, len(sample), generator)
    rows = draw_dates(path, certain, generator)
    k = certain.shape[1]
    moments = weighted_moments(sample.to_numpy()[rows], np.eye(k)[path])
    probabilities = _next_probabilities(fit, path, k)
    if fit.model.weighting == "most_likely":
        probabilities = np.eye(k)[probabilities.argmax()]
    covariance = mixture_covariance(probabilities[None], *moments)[0]
    return np.asarray(minimum_variance_ratio(covariance, list(map(str, fit.hedges))))


def _next_probabilities(fit: FittedHedge, path: Indices, k: int) -> Array:
    """Return the probabilities of the next regime, with the transitions of a drawn path of labels.

    Those of levels are known.
    """
    detail: Any = fit.detail
    following = np.asarray(detail.regimes.next_probabilities.to_numpy())
    if detail.regimes.labels is None:
        return following
    counts = np.full((k, k), JEFFREYS_COUNT)
    np.add.at(counts, (path[:-1], path[1:]), 1.0)
    last = int(detail.regimes.filtered.to_numpy()[-1].argmax())
    if detail.regimes.filtered.to_numpy()[-1, last] < 1.0:  # a label that the sample does not have
        return np.asarray(np.bincount(path, minlength=k) / len(path))
    return np.asarray(counts[last] / counts[last].sum())
