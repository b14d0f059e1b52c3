"""Lowest and highest point of paths that are drawn from past returns in blocks."""

from __future__ import annotations

import numpy as np

from hedgeresearch._kernels.compilation.kernels import kernel


@kernel
def path_extremes(generator, log_returns, horizon, n_paths, mean_length):
    """Return the lowest and highest log price of each path, each (n_paths,), starting from 0.

    A path is made of blocks of geometric length that begin on random dates; the first date follows
    the last.
    """
    n_dates = log_returns.shape[0]
    low = np.zeros(n_paths)
    high = np.zeros(n_paths)
    for path in range(n_paths):
        level = 0.0
        step = 0
        while step < horizon:
            row = int(generator.random() * n_dates)
            length = 1 if mean_length == 1 else generator.geometric(1.0 / mean_length)
            stop = min(step + length, horizon)
            while step < stop:
                level += log_returns[row]
                low[path] = min(low[path], level)
                high[path] = max(high[path], level)
                row = row + 1 if row + 1 < n_dates else 0
                step += 1
    return low, high
