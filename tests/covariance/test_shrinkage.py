"""Shrinkage against its formulas written with loops, and what must hold for any sample."""

import math

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch.covariance.shrinkage import hilbert_kernel, shrink_linear, shrink_nonlinear


def spiked(n_series, n_dates, seed):
    """Normal values and their covariance, the identity except for five large variances."""
    truth = np.diag(np.r_[30.0, 15.0, 8.0, 5.0, 3.0, np.ones(n_series - 5)])
    noise = np.random.default_rng(seed).standard_normal((n_dates, n_series))
    return noise @ np.sqrt(truth), truth


def density_and_hilbert(at, eigenvalues, h):
    """Ledoit and Wolf (2020), eq. 4.7 and 4.8."""
    density = hilbert = 0.0
    for center in eigenvalues:
        x = (at - center) / (h * center)
        density += max(0.0, 3 / (4 * math.sqrt(5)) * (1 - x * x / 5)) / (h * center)
        term = -3 * x / (10 * math.pi)
        if abs(x) != math.sqrt(5):
            logarithm = math.log(abs((math.sqrt(5) - x) / (math.sqrt(5) + x)))
            term += 3 / (4 * math.sqrt(5) * math.pi) * (1 - x * x / 5) * logarithm
        hilbert += term / (h * center)
    return density / len(eigenvalues), hilbert / len(eigenvalues)


def nonlinear_by_loops(values):
    """Ledoit and Wolf (2020), eq. 4.3, C.4 and C.5.

    C.8 is the integral of the kernel over 1 / -x.
    """
    n = len(values) - 1
    n_series = values.shape[1]
    eigenvalues, vectors = np.linalg.eigh(np.cov(values, rowvar=False))
    positive = [float(v) for v in eigenvalues[-min(n, n_series) :]]
    h = n ** (-1 / 3)
    c = n_series / n
    result = np.zeros((n_series, n_series))
    for i in range(n_series):
        if i < n_series - len(positive):
            new = 1 / (math.pi * (c - 1) * density_and_hilbert(0.0, positive, h)[1])
        else:
            value = positive[i - n_series + len(positive)]
            f, hf = density_and_hilbert(value, positive, h)
            if n_series > n:
                new = value / (math.pi**2 * value**2 * (f**2 + hf**2))
            else:
                real = 1 - c - math.pi * c * value * hf
                new = value / ((math.pi * c * value * f) ** 2 + real**2)
        result += new * np.outer(vectors[:, i], vectors[:, i])
    return result


@pytest.mark.parametrize(
    ("n_series", "n_dates"), [(3, 13), (5, 300), (20, 30), (20, 24), (30, 20), (14, 13)]
)
def test_nonlinear_is_its_formula(n_series, n_dates):
    """To 1e-8, as the two terms of eq. 4.8 cancel where eigenvalues differ by 1000."""
    noise = np.random.default_rng(n_series).standard_normal((n_dates, n_series))
    values = noise * np.linspace(1, 3, n_series) + 3.0
    expected = nonlinear_by_loops(values)
    np.testing.assert_allclose(shrink_nonlinear(values), expected, rtol=1e-8, atol=1e-8)


def test_hilbert_transform_is_its_integral():
    """Principal value of the integral of K(t) / (t - x) over pi, by the midpoint rule around x."""
    points = np.array([-40.0, -3.0, -1.0, 0.0, 0.5, np.sqrt(5.0), 29.9, 30.1])
    for x, value in zip(points, hilbert_kernel(points), strict=True):
        t = x + (np.arange(-400_000, 400_000) + 0.5) * (np.abs(x) + 3.0) / 400_000
        kernel = 3 / (4 * np.sqrt(5)) * np.maximum(1 - t * t / 5, 0)
        assert value == pytest.approx((kernel / (t - x)).sum() * (t[1] - t[0]) / np.pi, abs=1e-5)
    assert hilbert_kernel(np.array([1e8])) == pytest.approx(-1 / (np.pi * 1e8), rel=1e-14)
    assert hilbert_kernel(np.array([-30.0])) == pytest.approx(
        -hilbert_kernel(np.array([30.0 + 1e-13])), rel=1e-11
    )


def test_linear_is_its_formula():
    """Ledoit and Wolf (2004), section 3.3: shares b^2 / d^2 of the identity."""
    values, _ = spiked(8, 30, seed=1)
    centered = values - values.mean(axis=0)
    sample = centered.T @ centered / 30
    mean = np.trace(sample) / 8
    d2 = ((sample - mean * np.eye(8)) ** 2).sum() / 8
    b2 = min(sum(((np.outer(x, x) - sample) ** 2).sum() for x in centered) / 30**2 / 8, d2)
    expected = (b2 / d2 * mean * np.eye(8) + (1 - b2 / d2) * sample) * 30 / 29
    np.testing.assert_allclose(shrink_linear(values), expected, rtol=1e-10, atol=1e-12)
    assert np.trace(shrink_linear(values)) == pytest.approx(np.trace(np.cov(values, rowvar=False)))


@pytest.mark.parametrize("shrink", [shrink_linear, shrink_nonlinear])
@pytest.mark.parametrize(("n_series", "n_dates"), [(20, 60), (60, 20)])
def test_rotations_and_units_pass_through(shrink, n_series, n_dates):
    values, _ = spiked(n_series, n_dates, seed=2)
    rotation, _ = np.linalg.qr(np.random.default_rng(3).standard_normal((n_series, n_series)))
    shrunk = shrink(values)
    np.testing.assert_allclose(shrink(values @ rotation), rotation.T @ shrunk @ rotation, atol=1e-9)
    np.testing.assert_allclose(shrink(values * 1e-4 + 7.0), 1e-8 * shrunk, rtol=1e-6, atol=1e-16)


@pytest.mark.parametrize("shrink", [shrink_linear, shrink_nonlinear])
@pytest.mark.parametrize(("n_series", "n_dates"), [(50, 100), (50, 60), (100, 60), (100, 110)])
def test_shrunk_estimates_are_closer_to_the_truth(shrink, n_series, n_dates):
    losses = {"ours": [], "linear": [], "sample": []}
    for seed in range(20):
        values, truth = spiked(n_series, n_dates, seed)
        shrunk = shrink(values)
        assert np.linalg.eigvalsh(shrunk)[0] > 0
        sample = np.cov(values, rowvar=False)
        for name, matrix in [
            ("ours", shrunk),
            ("linear", shrink_linear(values)),
            ("sample", sample),
        ]:
            losses[name].append(((matrix - truth) ** 2).sum())
    ours = np.mean(losses["ours"])
    assert ours < np.mean(losses["sample"])
    if shrink is shrink_nonlinear:
        assert ours < np.mean(losses["linear"])


@pytest.mark.parametrize("shrink", [shrink_linear, shrink_nonlinear])
def test_many_observations_give_the_sample_covariance(shrink):
    distances = []
    for n_dates in (200, 2000, 20000):
        values = np.random.default_rng(4).standard_normal((n_dates, 4)) * [1, 2, 3, 4]
        sample = np.cov(values, rowvar=False)
        distances.append(np.linalg.norm(shrink(values) - sample) / np.linalg.norm(sample))
    assert distances[0] > 5 * distances[1] > 25 * distances[2]
    assert distances[2] < 1e-3


def test_nonlinear_shrinkage_refuses_impossible_samples():
    values = np.random.default_rng(5).standard_normal((100, 100))
    for n_series in (98, 99, 100):  # n = 99: as many series as independent dates
        with pytest.raises(
            hr.DataError,
            match=rf"got {n_series} series and 100 observations.* or shrinkage='linear'",
        ):
            shrink_nonlinear(values[:, :n_series])
    with pytest.raises(
        hr.DataError, match="covariance of rank 10,.* some series are sums of others"
    ):
        shrink_nonlinear(np.column_stack([values[:, :9], values[:, 0] + values[:, 1]]))
    with pytest.raises(hr.DataError, match="covariance of rank 19,"):
        shrink_nonlinear(np.tile(values[:20, :10], 3))
