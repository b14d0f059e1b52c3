"""Log-densities of residuals given a path of correlations, date by date."""

import numpy as np

from hedgeresearch._kernels.arithmetic.densities import NORMAL, density_constants


def log_density_of_path(residuals, correlations, nu):
    """Log-density of residuals (n_dates, n) with correlations (n_dates, n, n), (n_dates,)."""
    n = residuals.shape[1]
    solved = np.linalg.solve(correlations, residuals[:, :, None])[:, :, 0]
    quadratic = (residuals * solved).sum(axis=1)
    log_c = density_constants(nu, n)[1]
    half = 0.5 * np.linalg.slogdet(correlations)[1]
    if nu == NORMAL:
        return log_c - half - 0.5 * quadratic
    return log_c - half - 0.5 * (nu + n) * np.log1p(quadratic / (nu - 2))
