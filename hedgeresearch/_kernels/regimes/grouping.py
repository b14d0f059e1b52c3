"""Groups of dates by local features: local averages, nearest centers, moments of groups."""

from __future__ import annotations

import numpy as np

from hedgeresearch._kernels.compilation.kernels import kernel


@kernel
def local_averages(columns, combinations, width, squared):
    """Return centered means of combinations, or of their squares, over ``width`` rows.

    They are over fewer rows at the ends. ``columns`` is (n_rows, n), ``combinations`` (n, m), the
    result (n_rows, m).
    """
    n_rows, n = columns.shape
    n_combinations = combinations.shape[1]
    totals = np.zeros(n_rows + 1)
    averages = np.empty((n_rows, n_combinations))
    for c in range(n_combinations):
        for t in range(n_rows):
            value = 0.0
            for i in range(n):
                value += columns[t, i] * combinations[i, c]
            totals[t + 1] = totals[t] + (value * value if squared else value)
        for t in range(n_rows):
            low = max(t - width // 2, 0)
            high = min(t + width // 2 + 1, n_rows)
            averages[t, c] = (totals[high] - totals[low]) / (high - low)
    return averages


@kernel
def nearest_centers(points, centers, labels):
    """Fill the number of the center that is nearest to each point; move centers to their means.

    A center to which no point is nearest stays. ``points`` is (n_points, n), ``centers`` (k, n),
    ``labels`` (n_points,), of the centers before the move.
    """
    n_points, n = points.shape
    k = centers.shape[0]
    totals = np.zeros((k, n))
    counts = np.zeros(k)
    for t in range(n_points):
        best = 0
        smallest = np.inf
        for i in range(k):
            distance = 0.0
            for c in range(n):
                distance += (points[t, c] - centers[i, c]) ** 2
            if distance < smallest:
                smallest = distance
                best = i
        labels[t] = best
        counts[best] += 1.0
        for c in range(n):
            totals[best, c] += points[t, c]
    for i in range(k):
        for c in range(n):
            if counts[i] > 0.0:
                centers[i, c] = totals[i, c] / counts[i]


@kernel
def group_moments(observations, labels, k):
    """Return sizes (k,), means (k, n) and second moments (k, n, n) of groups; zero if empty."""
    n_dates, n = observations.shape
    sizes = np.zeros(k)
    means = np.zeros((k, n))
    products = np.zeros((k, n, n))
    for t in range(n_dates):
        i = labels[t]
        sizes[i] += 1.0
        for u in range(n):
            means[i, u] += observations[t, u]
            for v in range(u + 1):
                products[i, u, v] += observations[t, u] * observations[t, v]
    for i in range(k):
        for u in range(n):
            means[i, u] /= max(sizes[i], 1.0)
            for v in range(u + 1):
                products[i, u, v] /= max(sizes[i], 1.0)
                products[i, v, u] = products[i, u, v]
    return sizes, means, products
