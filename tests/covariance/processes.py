"""Simulated processes of the DCC family and of BEKK, all samples at once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

SAMPLES = 80
DATES = 2000


class GJR(NamedTuple):
    """A GJR-GARCH(1,1) in per cent."""

    omega: float = 0.05
    alpha: float = 0.06
    gamma: float = 0.0
    beta: float = 0.92


def simulate_dcc_family(noise, target, gjr, dcc, *, corrected=False, equicorrelated=False):
    """Returns (n_dates, n_samples, n) from noise of unit variance.

    Variances are GJR and Q has (a, b, g) = ``dcc``. Everything starts at its mean; the intercept
    (1 - a - b) S - g E[n n'] makes S the mean of Q.
    """
    a, b, g = dcc
    intercept = (1 - a - b) * target - g * second_moment_of_news(target)
    q = np.tile(target, (noise.shape[1], 1, 1))
    mean_variance = gjr.omega / (1 - gjr.alpha - gjr.gamma / 2 - gjr.beta)
    variance = np.full(noise.shape[1:], mean_variance)
    returns = np.empty_like(noise)
    for t, draw in enumerate(noise):
        root = np.sqrt(np.diagonal(q, axis1=1, axis2=2))
        correlation = q / outer(root)
        if equicorrelated:
            correlation = equal(correlation)
        z = times(np.linalg.cholesky(correlation), draw)
        returns[t] = np.sqrt(variance) * z
        x = z * root if corrected else z
        q = intercept + a * outer(x) + g * outer(np.minimum(x, 0)) + b * q
        weight = gjr.alpha + gjr.gamma * (z < 0)
        variance = gjr.omega + weight * returns[t] ** 2 + gjr.beta * variance
    return returns


def simulate_diagonal_bekk(noise, root, news, memory):
    """Returns (n_dates, n_samples, n) with H = C C' + (aa') * ee' + (gg') * H."""
    news = np.outer(news, news)
    memory = np.outer(memory, memory)
    h = np.tile(root @ root.T / (1 - news - memory), (noise.shape[1], 1, 1))
    returns = np.empty_like(noise)
    for t, draw in enumerate(noise):
        returns[t] = times(np.linalg.cholesky(h), draw)
        h = root @ root.T + news * outer(returns[t]) + memory * h
    return returns


def second_moment_of_news(correlation):
    """E[min(x, 0) min(y, 0)] of standard normals with correlation r."""
    r = correlation
    return (np.sqrt(1 - r**2) + r * (np.pi / 2 + np.arcsin(r))) / (2 * np.pi)


def equal(correlation):
    """The mean correlation for all pairs, (n_samples, n, n)."""
    n = correlation.shape[1]
    mean = (correlation.sum(axis=(1, 2)) - n) / (n * (n - 1))
    return np.where(np.eye(n) == 1, 1.0, mean[:, None, None])


def outer(x):
    return x[:, :, None] * x[:, None, :]


def times(matrices, vectors):
    return np.einsum("sij,sj->si", matrices, vectors)


def noise(n_series, nu=np.inf):
    """Normal or multivariate Student-t draws of unit variance, (DATES, SAMPLES, n_series)."""
    generator = np.random.default_rng(0)
    draws = generator.standard_normal((DATES, SAMPLES, n_series))
    if nu == np.inf:
        return draws
    return draws * np.sqrt((nu - 2) / generator.chisquare(nu, (DATES, SAMPLES, 1)))


def target_of(n_series):
    return np.where(np.eye(n_series) == 1, 1.0, 0.6)
