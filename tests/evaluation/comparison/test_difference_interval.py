"""Intervals of differences: draws one by one, known errors and simulated coverage."""

import time
from functools import partial

import numpy as np
import pandas as pd
import pytest
from arch.bootstrap import StationaryBootstrap

import hedgeresearch as hr
from hedgeresearch.evaluation.comparison import difference_interval

DATES = pd.bdate_range("2015-01-01", periods=1000)


def sample(seed: int = 0, n_dates: int = 1000) -> tuple[pd.Series, pd.Series, pd.Series]:
    """Hedged returns of effectiveness .8 and of .75, and unhedged returns."""
    rng = np.random.default_rng(seed)
    hedge = rng.normal(size=n_dates)
    own = 0.5 * rng.normal(size=n_dates)
    dates = pd.bdate_range("2015-01-01", periods=n_dates)
    asset = pd.Series(hedge + own, dates)
    return asset - hedge, asset - 0.75 * hedge, asset


MEASURES = [
    (hr.metrics.variance, False),
    (hr.effectiveness, True),
    (partial(hr.metrics.semivariance, target=0.1), False),
    (partial(hr.metrics.semivariance, target="mean"), False),
    (partial(hr.metrics.value_at_risk, tail=0.1), False),
    (partial(hr.metrics.value_at_risk, method="inverted_cdf"), False),
    (hr.metrics.expected_shortfall, False),
    (partial(hr.metrics.expected_shortfall, method="rockafellar_uryasev"), False),
    (partial(hr.metrics.exponential_certainty_equivalent, risk_aversion=2.0), False),
    (partial(hr.metrics.mean_variance_certainty_equivalent, risk_aversion=2.0, ddof=0), False),
    (partial(hr.metrics.sharpe, periods_per_year=252), False),
]


@pytest.mark.parametrize(("measure", "paired"), MEASURES)
def test_draws_at_once_equal_draws_one_by_one(measure, paired: bool) -> None:
    a, b, asset = sample(n_dates=200)
    others = (asset,) if paired else ()
    found = hr.evaluation.bootstrap_difference(measure, a, b, *others, n_bootstrap=60, seed=3)
    draws = StationaryBootstrap(found.block_length, np.arange(200), seed=np.random.default_rng(3))
    slow = []
    for drawn, _ in draws.bootstrap(60):
        a_, b_, *rest = (pd.Series(x.to_numpy()[drawn[0]]) for x in (a, b, *others))
        slow.append(measure(a_, *rest) - measure(b_, *rest))
    assert found.difference == pytest.approx(measure(a, *others) - measure(b, *others), rel=1e-10)
    ends = tuple(np.quantile(slow, [0.025, 0.975]))
    assert (found.lower, found.upper) == pytest.approx(ends, rel=1e-9)


def test_other_measures_are_drawn_row_by_row() -> None:
    a, b, asset = sample(n_dates=200)
    own = hr.evaluation.bootstrap_difference(
        lambda x, y: hr.effectiveness(x, y), a, b, asset, n_bootstrap=40
    )
    found = hr.evaluation.bootstrap_difference(hr.effectiveness, a, b, asset, n_bootstrap=40)
    # draws of the effectiveness are not written: their moments are summed in another order
    assert (own.lower, own.upper) == pytest.approx((found.lower, found.upper), rel=1e-12)
    assert own.difference == found.difference
    drawdown = hr.evaluation.bootstrap_difference(
        partial(hr.metrics.maximum_drawdown, wealth="summed"), a, b, n_bootstrap=20
    )
    assert drawdown.lower < drawdown.upper
    by_position = hr.evaluation.bootstrap_difference(
        partial(hr.metrics.value_at_risk), a, b, n_bootstrap=40
    )
    assert by_position == hr.evaluation.bootstrap_difference(
        hr.metrics.value_at_risk, a, b, n_bootstrap=40
    )


def test_draws_in_batches_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    a, b, asset = sample(n_dates=200)
    whole = hr.evaluation.bootstrap_difference(hr.effectiveness, a, b, asset, n_bootstrap=50)
    monkeypatch.setattr(difference_interval, "MAX_DRAWN_NUMBERS", 1500)
    assert (
        hr.evaluation.bootstrap_difference(hr.effectiveness, a, b, asset, n_bootstrap=50) == whole
    )


@pytest.mark.long
def test_an_interval_of_variances_has_its_known_width() -> None:
    """Independent dates: the difference of squares has a mean with a known error."""
    a, b, _ = sample()
    squares = (a - a.mean()) ** 2 - (b - b.mean()) ** 2
    error = squares.std() / np.sqrt(1000)
    found = hr.evaluation.bootstrap_difference(hr.metrics.variance, a, b, n_bootstrap=4000)
    half = (found.upper - found.lower) / 2
    assert half == pytest.approx(1.96 * error, rel=0.12)  # blocks, and the error of the percentiles
    wider = hr.evaluation.bootstrap_difference(
        hr.metrics.variance, a, b, confidence=0.99, n_bootstrap=4000
    )
    assert wider.lower < found.lower < found.difference < found.upper < wider.upper


def test_pairing_removes_what_hedges_share() -> None:
    a, b, _ = sample()
    shared = a + 1e-3 * b
    paired = hr.evaluation.bootstrap_difference(hr.metrics.variance, a, shared)
    apart = np.sqrt(2) * (a**2).std() / np.sqrt(1000)
    assert paired.upper - paired.lower < 0.02 * apart * 2 * 1.96


def test_equal_hedges_have_no_difference() -> None:
    a, _, asset = sample()
    found = hr.evaluation.bootstrap_difference(hr.effectiveness, a, a, asset, n_bootstrap=50)
    assert (found.difference, found.lower, found.upper) == (0.0, 0.0, 0.0)
    perfect = hr.evaluation.bootstrap_difference(
        hr.effectiveness, a * 0, a * 0, asset, n_bootstrap=50
    )
    assert (perfect.difference, perfect.block_length) == (0.0, 1)


def test_blocks_grow_with_clusters() -> None:
    rng = np.random.default_rng(0)
    volatility = np.exp(np.convolve(rng.normal(size=1059), np.full(60, 0.2), "valid")[:1000])
    a, b = (pd.Series(volatility * rng.normal(size=1000), DATES) for _ in range(2))
    clustered, independent = (
        hr.evaluation.bootstrap_difference(hr.metrics.variance, *pair, n_bootstrap=20).block_length
        for pair in ((a, b), sample()[:2])
    )
    assert clustered > 2 * independent


@pytest.mark.parametrize("scale", [1e-4, 1e4])
def test_units_do_not_matter(scale: float) -> None:
    a, b, asset = sample()
    found = hr.evaluation.bootstrap_difference(hr.effectiveness, a, b, asset, n_bootstrap=50)
    scaled = hr.evaluation.bootstrap_difference(
        hr.effectiveness, scale * a, scale * b, scale * asset, n_bootstrap=50
    )
    assert scaled.block_length == found.block_length
    assert (scaled.lower, scaled.upper) == pytest.approx((found.lower, found.upper), rel=1e-9)


def test_the_same_seed_gives_the_same_interval() -> None:
    a, b, asset = sample()
    one, again, other = (
        hr.evaluation.bootstrap_difference(hr.effectiveness, a, b, asset, seed=s) for s in (1, 1, 2)
    )
    assert one == again
    assert (one.lower, one.upper) != (other.lower, other.upper)
    assert repr(one).startswith("DifferenceInterval(0.0")
    assert ", 95% interval 0.0" in repr(one)


def test_arguments_out_of_range_are_refused() -> None:
    a, b, asset = sample()
    with pytest.raises(hr.DataError, match="hedged must have at least 20 rows; got 10"):
        hr.evaluation.bootstrap_difference(hr.effectiveness, a[:10], b[:10], asset[:10])
    with pytest.raises(hr.DataError, match="hedged and unhedged must share their dates; 1 differ"):
        hr.evaluation.bootstrap_difference(hr.effectiveness, a, b, asset[1:])
    with pytest.raises(hr.DataError, match="n_bootstrap must be a whole number of at least 2"):
        hr.evaluation.bootstrap_difference(hr.effectiveness, a, b, asset, n_bootstrap=1)
    with pytest.raises(hr.DataError, match=r"got 0.05. Did you mean confidence=0.95\?"):
        hr.evaluation.bootstrap_difference(hr.effectiveness, a, b, asset, confidence=0.05)
    once = pd.Series(np.eye(1, 30)[0], DATES[:30])
    with pytest.raises(
        hr.DataError,
        match="measure must be finite on every bootstrap draw; it is undefined on some",
    ):
        hr.evaluation.bootstrap_difference(hr.effectiveness, a[:30], b[:30], once)


def test_a_thousand_draws_are_not_made_one_by_one() -> None:
    a, b, asset = sample()
    hr.evaluation.bootstrap_difference(hr.effectiveness, a, b, asset, n_bootstrap=2)
    begin = time.process_time()
    hr.evaluation.bootstrap_difference(hr.effectiveness, a, b, asset)
    # a tenth of a second; a machine may be busy
    assert time.process_time() - begin < 10.0


@pytest.mark.slow
def test_intervals_cover_the_true_difference() -> None:
    """Effectiveness .8 and .75: 95% intervals of 500 dates over 400 samples."""
    held = 0
    for seed in range(400):
        a, b, asset = sample(seed, 500)
        found = hr.evaluation.bootstrap_difference(hr.effectiveness, a, b, asset, n_bootstrap=299)
        held += found.lower < 0.05 < found.upper
    # 95% less what percentiles of blocks lose, and errors of the simulation
    assert 0.91 < held / 400 < 0.975
