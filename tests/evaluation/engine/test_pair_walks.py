"""Every asset on every hedge: the same ratios as one pair after the other."""

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.evaluation import walk_forward_pairs

WINDOW = 400


@pytest.fixture(scope="module")
def market():
    return hr.data.simulate_market(n_dates=440, n_stocks=2, n_futures=2, seed=1)


MODELS = {
    "plain": hr.DCC(),
    "asymmetric": hr.DCC(hr.GARCH(asymmetric=True), asymmetric=True),
    "corrected": hr.DCC(correction="aielli"),
    "student": hr.DCC(hr.GARCH(density="student"), density="student"),
    "integrated": hr.DCC(hr.GARCH(mean="zero"), integrated=True),
}


@pytest.mark.long
@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("refit_every", [1, 7])
def test_ratios_are_those_of_walk_forward(market, name, refit_every):
    model = MODELS[name]
    pairs = walk_forward_pairs(
        market.stocks, market.futures, model, window=WINDOW, refit_every=refit_every
    )
    backtest = hr.walk_forward(
        {"dcc": hr.MinimumVarianceHedge(model)},
        market.stocks["stock 2"],
        market.futures[["future 1"]],
        window=WINDOW,
        refit_every=refit_every,
        progress=False,
    )
    found = pairs.ratio("stock 2", "future 1")
    expected = backtest.ratios["dcc"]["future 1"]
    pd.testing.assert_index_equal(found.index, expected.index)
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    shares = pairs.effectiveness.loc[("stock 2", "future 1")]
    summary = backtest.summary["effectiveness"]
    for model_name in ("naive", "ols", "dcc"):
        assert shares[model_name] == pytest.approx(summary[model_name], abs=1e-6)


def test_later_returns_do_not_change_a_ratio(market):
    whole = walk_forward_pairs(market.stocks, market.futures, window=WINDOW)
    changed = market.stocks.copy()
    changed.iloc[420:] *= 3.0
    again = walk_forward_pairs(changed, market.futures, window=WINDOW)
    np.testing.assert_array_equal(again.ratios[:21], whole.ratios[:21])
    assert not np.allclose(again.ratios[21:], whole.ratios[21:])


@pytest.mark.long
def test_threads_and_checkpoint_change_no_bit(tmp_path):
    market = hr.data.simulate_market(n_dates=660, n_stocks=27, n_futures=2, seed=5)
    arguments = {"window": WINDOW, "refit_every": 1}
    stocks = market.stocks.iloc[:, [0, *range(2, 27)]]
    one = walk_forward_pairs(stocks, market.futures, **arguments)
    two = walk_forward_pairs(stocks, market.futures, n_jobs=2, checkpoint=tmp_path, **arguments)
    files = sorted(tmp_path.iterdir())
    resumed = walk_forward_pairs(stocks, market.futures, checkpoint=tmp_path, **arguments)
    assert len(files) == 2  # blocks of 25 assets
    assert sorted(tmp_path.iterdir()) == files
    assert one.ratios.tobytes() == two.ratios.tobytes() == resumed.ratios.tobytes()


class OtherDCC(hr.DCC):
    """A model that may estimate in another way than the compiled search."""


class OtherGARCH(hr.GARCH):
    """A margin that may be estimated in another way than by the compiled search."""


def test_what_cannot_be_walked_is_refused(market):
    with pytest.raises(hr.DataError, match="model must be a DCC with univariate=GARCH"):
        walk_forward_pairs(market.stocks, market.futures, hr.DCC(estimator="composite"))
    for model in (OtherDCC(), hr.DCC(univariate=OtherGARCH())):
        with pytest.raises(hr.DataError, match="no subclasses"):
            walk_forward_pairs(market.stocks, market.futures, model)
    with pytest.raises(hr.DataError, match="must have the same dates"):
        walk_forward_pairs(market.stocks, market.futures.iloc[1:], window=WINDOW)
    with pytest.raises(hr.DataError, match="an asset must not be among the hedges; got 'stock 1'"):
        walk_forward_pairs(market.stocks, market.stocks[["stock 1"]], window=WINDOW)


def test_frozen_and_twin_series_hold_their_ratio():
    """A stock that stands still for a window, and twice a future, stop nothing else."""
    market = hr.data.simulate_market(n_dates=360, n_stocks=3, n_futures=2, seed=1)
    stocks = market.stocks.copy()
    stocks.iloc[:335, 0] = 0.0
    stocks["stock 2"] = 2.0 * market.futures["future 1"]
    with pytest.warns(hr.errors.DataWarning):
        pairs = walk_forward_pairs(stocks, market.futures, window=WINDOW - 80)
    alone = walk_forward_pairs(stocks[["stock 3"]], market.futures, window=WINDOW - 80)
    assert pairs.failed_refits[:2, 0].tolist()[0] >= 15
    assert pairs.failed_refits[1].tolist()[0] == 40
    assert (pairs.ratios[:15, 0] == 0.0).all()
    np.testing.assert_array_equal(pairs.ratios[:, 2], alone.ratios[:, 0])


@pytest.mark.long
@pytest.mark.filterwarnings("ignore::hedgeresearch.errors.DataWarning")
@pytest.mark.parametrize("refit_every", [1, 9])
def test_frozen_prices_hold_the_ratio_as_in_a_walk(market, refit_every):
    stocks = market.stocks.copy()
    futures = market.futures.copy()
    stocks.iloc[405:418, 0] = 0.0
    futures.iloc[425:, 1] = 0.0
    pairs = walk_forward_pairs(stocks, futures, window=WINDOW, refit_every=refit_every)
    for number, (stock, future) in enumerate((("stock 1", "future 1"), ("stock 2", "future 2"))):
        backtest = hr.walk_forward(
            {"dcc": hr.MinimumVarianceHedge(hr.DCC())},
            stocks[stock],
            futures[[future]],
            window=WINDOW,
            refit_every=refit_every,
            progress=False,
        )
        expected = backtest.ratios["dcc"][future]
        np.testing.assert_allclose(pairs.ratio(stock, future), expected, rtol=1e-5)
        assert pairs.failed_refits[number, number] == backtest.failed_refits["dcc"] > 0
    sound = walk_forward_pairs(
        market.stocks, market.futures, window=WINDOW, refit_every=refit_every
    )
    np.testing.assert_array_equal(
        pairs.ratio("stock 2", "future 1"), sound.ratio("stock 2", "future 1")
    )
