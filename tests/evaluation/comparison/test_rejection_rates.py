"""Rejection rates of the tests of hedges in simulated samples of 1000 dates.

The bounds of rejections at 5%, from 3.5 to 6.5%, are those of a binomial of 2000 samples at three
standard errors or more.
"""

import numpy as np
import pytest

from hedgeresearch.evaluation.comparison.lags import lags_for
from hedgeresearch.evaluation.comparison.losses import variance_loss
from hedgeresearch.evaluation.comparison.multiple_tests import (
    Bootstrap,
    confidence_set_p_values,
    superior_ability_of_losses,
)
from hedgeresearch.evaluation.comparison.paired_tests import (
    conditional_gain_test,
    equal_variance_test,
    mean_gain_test,
)

pytestmark = pytest.mark.slow
N = 1000
NORMAL = np.inf
DRAWS = Bootstrap(n_bootstrap=99)


def hedged(rng, n_samples, scales, nu=NORMAL, alpha=0.06, beta=0.92):
    """Hedged returns (n_samples, N, n_hedges): a shared part and one of each hedge's own.

    All share a GARCH volatility and, for finite nu, the mixing variable of a Student t with unit
    variance.
    """
    start = 200
    shape = (n_samples, N + start)
    noise = rng.normal(size=(*shape, len(scales)))
    shared = rng.normal(size=shape)
    mixing = np.ones(shape) if nu == NORMAL else np.sqrt((nu - 2) / rng.chisquare(nu, shape))
    h = np.ones(n_samples)
    volatility = np.empty(shape)
    for t in range(N + start):
        volatility[:, t] = np.sqrt(h)
        h = 1 - alpha - beta + h * (alpha * (mixing[:, t] * shared[:, t]) ** 2 + beta)
    left = (noise * scales + 0.7 * shared[..., None]) * (volatility * mixing)[..., None]
    return left[:, start:]


def p_values(samples):
    """P-values of each test in each sample of two hedges, by the test's name."""
    found = {"DM": [], "classic": [], "robust": [], "GW": []}
    for x, y in samples.transpose(0, 2, 1):
        gain = variance_loss(y) - variance_loss(x)
        lags = lags_for(gain)
        found["DM"].append(mean_gain_test(gain, 1, lags)[1])
        found["classic"].append(equal_variance_test(x, y, False, 0)[1])
        found["robust"].append(equal_variance_test(x, y, True, lags)[1])
        found["GW"].append(conditional_gain_test(gain, 1)[1])
    return {name: np.array(values) for name, values in found.items()}


def rejections(samples):
    return {name: float(np.mean(values < 0.05)) for name, values in p_values(samples).items()}


def test_size_in_independent_normal_samples():
    found = rejections(hedged(np.random.default_rng(1), 2000, [1.0, 1.0], alpha=0.0, beta=0.0))
    for rate in found.values():
        assert 0.035 < rate < 0.065


def test_size_under_heavy_tails_and_garch():
    found = rejections(hedged(np.random.default_rng(2), 2000, [1.0, 1.0], nu=5))
    assert found["classic"] > 0.15
    assert 0.035 < found["DM"] < 0.065
    assert 0.035 < found["robust"] < 0.065
    assert 0.02 < found["GW"] < 0.065  # conservative: squares of squares have no fourth moment here


def test_unequal_hedges_are_found():
    found = rejections(hedged(np.random.default_rng(3), 300, [1.0, 1.2], nu=8))
    for name in ("DM", "robust", "GW"):
        assert found[name] > 0.8


def test_size_and_power_of_superior_ability():
    """The test is to reject in 5% where all hedges are as good as the benchmark."""
    rng = np.random.default_rng(4)
    rates = {}
    for name, scales, n_samples in (
        ("equal", [1.0, 1.0, 1.0, 1.0], 1000),
        ("worse", [1.0, 1.3, 1.3, 1.3], 100),
        ("better", [1.15, 1.0, 1.15, 1.4], 100),
    ):
        samples = hedged(rng, n_samples, scales)
        losses = [(x - x.mean(axis=0)) ** 2 for x in samples]
        tests = [superior_ability_of_losses(one, 0, DRAWS) for one in losses]
        consistent = np.mean([test.p_value < 0.05 for test in tests])
        reality_check = np.mean([test.details["reality check p"] < 0.05 for test in tests])
        rates[name] = [float(consistent), float(reality_check)]
    assert 0.035 < rates["equal"][0] < 0.065
    assert 0.035 < rates["equal"][1] < 0.065
    assert rates["worse"][0] < 0.01
    assert rates["better"][0] > 0.8
    assert rates["better"][0] > rates["better"][1]


def test_the_confidence_set_keeps_the_best():
    samples = hedged(np.random.default_rng(5), 1000, [1.0, 1.03, 1.05, 1.3])
    p = np.array([confidence_set_p_values((x - x.mean(axis=0)) ** 2, DRAWS) for x in samples])
    assert (p[:, 0] > 0.1).mean() > 0.9
    assert (p[:, 3] > 0.1).mean() < 0.1


def test_giacomini_white_keeps_its_size_over_horizons():
    """Equal losses over 5 overlapping periods: 5% within two and a half standard errors."""
    generator = np.random.default_rng(0)
    rejected = []
    for _ in range(400):
        totals = np.pad(generator.standard_normal((2, 504)), ((0, 0), (1, 0))).cumsum(axis=1)
        squares = (totals[:, 5:] - totals[:, :-5]) ** 2
        rejected.append(conditional_gain_test(squares[0] - squares[1], 5)[1] < 0.05)
    assert abs(np.mean(rejected) - 0.05) < 2.5 * np.sqrt(0.05 * 0.95 / 400)
