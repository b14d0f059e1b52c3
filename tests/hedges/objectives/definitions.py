"""Definitions shared by tests of hedges with other objectives."""

import numpy as np
import pandas as pd


def fit_to(model, frame):
    """Fit a hedge to the column "asset" and the others."""
    return model.fit(frame["asset"], frame.drop(columns="asset"))


def influence_by_weights(estimate, values, date, step=1e-5):
    """Return the influence of a date by its definition: central differences by its weight."""
    n = len(values)

    def weighted(extra):
        weights = np.ones(n) / n * (1.0 - extra)
        weights[date] += extra
        return estimate(values, weights)

    return (weighted(step) - weighted(-step)) / (2.0 * step)


def symmetrized(frame):
    """Return every return and its opposite, which makes means zero and distributions symmetric."""
    return pd.DataFrame(np.vstack([frame, -frame]), columns=frame.columns)
