r"""Johansen's test: how many combinations of prices are stationary.

The trace test of Johansen (1991), Econometrica 59, counts the stationary combinations
(Hamilton, section 20.3):

.. math:: -T \sum_{i > r} \log(1 - \lambda_i)

Its constant is unrestricted, and its critical values are those of random walks without drift (as in
Osterwald-Lenum 1992, Oxford Bulletin of Economics and Statistics 54), since prices drift little
relative to their noise: the more common values for walks with a drift find cointegration in 12% of
pairs of walks without one.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from hedgeresearch._formatting import counted
from hedgeresearch.estimation.hypothesis_test import HypothesisTest, NullDistribution
from hedgeresearch.hedges.cointegration.exact_relation import exact_coefficients, exact_test
from hedgeresearch.hedges.cointegration.lags import (
    Lags,
    innovations,
    lagged_regressors,
    regression_residuals,
    resolve_lags,
)
from hedgeresearch.hedges.cointegration.price_levels import PriceLevels
from hedgeresearch.hedges.cointegration.result import TEST_SIZE, Cointegration
from hedgeresearch.hedges.labels import labelled_ratio
from hedgeresearch.typing import Array

# fmt: off
TRACE_CRITICAL_VALUES = (
    8.16, 18.16, 31.98, 50.05, 71.9, 97.7, 127.8, 162.15, 200.48, 243.33, 289.96, 339.98,
)
# fmt: on
"""Critical values of the trace test at 5%, by the number of random walks left, from 1 to 12.

From 20,000 draws of walks without drift over 500 dates.
"""


class JohansenVectors(NamedTuple):
    """Combinations of levels from Johansen's method.

    Attributes
    ----------
    lags : int, number of lagged changes
    vectors : array (1 + n_hedges, 1 + n_hedges), a combination in each column, 1 for the asset
    """

    lags: int
    vectors: Array


def exact_johansen(data: PriceLevels) -> Cointegration | None:
    """Return the result for an exact relation, and those that the hedges have; None without one."""
    exact = exact_coefficients(data)
    if exact is None:
        return None
    n_series = data.levels.shape[1]
    critical = {TEST_SIZE: TRACE_CRITICAL_VALUES[n_series - 1]}
    first = exact_test("Johansen trace", "trace", n_series, critical)
    among_hedges = trace_statistics(data.scaled[:, 1:], "bic", data.names[1:])
    further = tuple(
        _trace_test(1 + rank, n_series, float(trace)) for rank, trace in enumerate(among_hedges)
    )
    relation = labelled_ratio(exact[1:], data.prices.columns[1:]).table()
    return Cointegration((first, *further), relation, float(exact[0]), exact=True)


def johansen(data: PriceLevels, lags: Lags = "bic") -> tuple[Cointegration, JohansenVectors]:
    """Return the trace test and Johansen's vectors, by descending eigenvalue."""
    levels = data.scaled
    changes = np.diff(levels, axis=0)
    lags = resolve_lags(lags, changes, levels[:-1], changes)
    eigenvalues, vectors = canonical_relations(levels, lags, data.names)
    trace = _trace_of(eigenvalues, len(changes) - lags)
    tests = tuple(_trace_test(rank, len(trace), float(trace[rank])) for rank in range(len(trace)))
    vectors = vectors / data.scale[:, None]
    vectors = vectors / vectors[0]
    relation = labelled_ratio(-vectors[1:, 0], data.prices.columns[1:]).table()
    constant = float((data.levels @ vectors[:, 0]).mean())
    return Cointegration(tests, relation, constant), JohansenVectors(lags, vectors)


def trace_statistics(levels: Array, lags: Lags, names: list[str]) -> Array:
    """Return the trace statistics of levels (n_dates, k) by the rank that they test, (k,)."""
    changes = np.diff(levels, axis=0)
    lags = resolve_lags(lags, changes, levels[:-1], changes)
    eigenvalues, _ = canonical_relations(levels, lags, names)
    return _trace_of(eigenvalues, len(changes) - lags)


def _trace_of(eigenvalues: Array, n_dates: int) -> Array:
    return np.asarray(-n_dates * np.log1p(-eigenvalues)[::-1].cumsum()[::-1])


def _trace_test(rank: int, n_series: int, trace: float) -> HypothesisTest:
    n_walks = n_series - rank
    return HypothesisTest(
        name="Johansen trace",
        null=f"at most {counted(rank, 'cointegrating relation')}",
        statistic=trace,
        p_value=math.nan,
        distribution=NullDistribution("trace", (n_walks,)),
        critical_values={TEST_SIZE: TRACE_CRITICAL_VALUES[n_walks - 1]},
    )


def canonical_relations(levels: Array, lags: int, names: list[str]) -> tuple[Array, Array]:
    """Return squared canonical correlations of changes and last levels, and vectors of the levels.

    Given the lagged changes, by QR and singular values: the eigenvalues of S11^-1 S10 S00^-1 S01 in
    descending order, and the vectors as columns.

    Parameters
    ----------
    levels : array (n_dates, k)
    lags : int
    names : list of str, of the series, for messages

    Returns
    -------
    tuple of array (k,), array (k, k)
    """
    changes = np.diff(levels, axis=0)
    past = lagged_regressors(changes[:, :0], changes, lags)
    now = regression_residuals(changes[lags:], past)
    before = regression_residuals(levels[lags:-1], past)
    # Refuses changes that the past leaves nothing of, which have no correlation.
    innovations(changes[lags:], np.column_stack([before, past]), names)
    basis, root = np.linalg.qr(before)
    _, correlations, turned = np.linalg.svd(np.linalg.qr(now)[0].T @ basis)
    # A combination that the past determines has a correlation of one, up to rounding.
    eigenvalues = np.minimum(correlations**2, 1.0 - np.finfo(float).eps)
    return eigenvalues, np.linalg.solve(root, turned.T)
