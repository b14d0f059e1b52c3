"""No-trade bands around the delta of options, by their gamma."""

import math
from typing import Any

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch.options import greeks, years_to_expiry
from hedgeresearch.recommendation.sizing.delta_moves import delta_moves, gamma_volatility
from hedgeresearch.recommendation.sizing.valuation import position_volatility
from hedgeresearch.trading import no_trade_band, tracking_error_band
from tests.recommendation.option_books import (
    EXPIRY,
    LAST,
    SPOT,
    advise_options,
    coin_option,
    coin_perpetual,
    coin_table,
    dollar_option,
    linear_perpetual,
    option_market,
)

BANDS = hr.CostOptimalBands(1e-6)
YEARS = years_to_expiry(LAST, EXPIRY)


def test_band_of_whalley_and_wilmott_is_the_reference(option_reference: dict[str, Any]) -> None:
    entry = option_reference["no_trade_bands"]
    at = entry["inputs"]
    forward = at["forward"]
    found = no_trade_band(
        at["cost"] * forward,
        (at["gamma"] * at["volatility"] * forward) ** 2,
        at["risk_aversion"],
        (at["volatility"] * forward) ** 2,
    )
    assert found == pytest.approx(entry["own"]["whalley_wilmott"], rel=1e-9)
    assert found == pytest.approx(entry["values"]["whalley_wilmott"], abs=entry["tolerance"])


def test_band_of_a_book_is_that_of_its_gamma() -> None:
    table = coin_table(basis=0.0)
    market = option_market(table=table, volatilities={"P55": 0.6})
    perpetual = linear_perpetual()
    found = advise_options({dollar_option(): -20}, perpetual, market, rebalancing=BANDS)
    at = greeks(SPOT, 55e3, YEARS, 0.6, "put")
    volatility = float(np.sqrt(found.problem.fit.period_covariance.iloc[0, 0])) * SPOT
    expected = no_trade_band(
        perpetual.trading_cost(0.001 * SPOT),
        (20 * at.gamma * volatility / 0.001) ** 2,
        BANDS.risk_aversion,
        (volatility * 0.001) ** 2,
        step=1.0,
        lot=1.0,
    )
    assert found.plan.bands.half_widths[0] == pytest.approx(expected, rel=1e-6)
    assert expected > 10.0
    left = 0.5 * 20 * at.gamma * volatility**2
    assert gamma_volatility(found.problem) == pytest.approx(left * math.sqrt(2.0), rel=1e-9)


@pytest.mark.parametrize(
    ("account", "units"),
    [("USD", 0.0), ("USD", 5.0), ("USD_COIN", 0.0), ("USD_COIN", 5.0), ("BTC", 0.0)],
)
def test_moves_are_those_of_targets_at_another_price(account: str, units: float) -> None:
    in_coin = account == "BTC"
    option = coin_option() if in_coin else dollar_option()
    perpetual = linear_perpetual()
    if account != "USD":
        perpetual = coin_perpetual(quote="USD" if in_coin else None)
    held = {"BTC": units} if units else None
    targets = []
    rise = 1e-4
    for scale in (1.0 - rise, 1.0, 1.0 + rise):
        table = coin_table(basis=0.0)[["BTC", "PERP"]] * scale
        market = option_market(account, table, volatilities={"P55": 0.6})
        found = advise_options({option: -20}, perpetual, market, held, rebalancing=BANDS)
        targets.append(found.plan.targets.best[0])
        if scale == 1.0:
            middle = found
    move = float(np.sqrt(middle.problem.fit.period_covariance.iloc[0, 0]))
    expected = (targets[2] - targets[0]) / (2 * rise) * move
    moved = delta_moves(middle.problem, middle.valuation, hr.Objective())
    if account == "USD_COIN" and units:
        # the contract pays in the coin that is held, and stays worth as many coins as it is
        size_moves = -middle.plan.targets.best[0] * move
        expected = expected + size_moves
    assert moved[0] == pytest.approx(expected, rel=1e-3)


@pytest.mark.filterwarnings("ignore:the new bar should be right")
def test_bands_are_computed_again_at_each_bar() -> None:
    market = option_market()
    first = advise_options({dollar_option(): -20}, linear_perpetual(), market, rebalancing=BANDS)
    bar = {"BTC": 90e3, "PERP": 90e3, "IV": 0.6}
    found = first.update(bar, LAST + np.timedelta64(1, "D"))
    # far out of the money there is little gamma
    assert found.plan.bands.half_widths[0] < 0.7 * first.plan.bands.half_widths[0]


def test_a_tracking_error_allows_a_share_of_what_gamma_leaves() -> None:
    market = option_market(volatilities={"P55": 0.6})
    found = advise_options({dollar_option(): -20}, linear_perpetual(), market)
    target = found.plan.targets.best
    model = position_volatility(found.problem, found.valuation, target)
    left = gamma_volatility(found.problem)
    assert left > 3.0 * model
    expected = tracking_error_band(
        0.1 * math.hypot(model, left),
        math.sqrt(found.valuation.covariance[1, 1]),
        target_variance=0.0,  # a constant ratio
        step=1.0,
        lot=1.0,
    )
    assert found.plan.bands.half_widths[0] == pytest.approx(expected)
