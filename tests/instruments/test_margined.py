"""Positions on margin against their equity, and which instruments can be held on margin."""

import math

import numpy as np
import pytest

from hedgeresearch.instruments.instrument import Instrument
from hedgeresearch.instruments.inverse_contract import InverseContract
from hedgeresearch.instruments.linear_contract import LinearContract
from hedgeresearch.instruments.margined import InversePosition, LinearPosition, Margined
from hedgeresearch.instruments.quanto_contract import QuantoContract
from hedgeresearch.instruments.spot import Spot

INSTRUMENTS = [
    Spot("SPOT"),
    LinearContract("LINEAR", 50),
    InverseContract("INVERSE", 100),
    QuantoContract("QUANTO", 5, fixed_rate=0.2),
]
every_instrument = pytest.mark.parametrize("instrument", INSTRUMENTS, ids=lambda one: one.name)
SHARE = 0.03
ENTRY = 20_000.0


@every_instrument
@pytest.mark.parametrize("contracts", [3.0, -3.0])
@pytest.mark.parametrize("leverage", [1.5, 10.0])
def test_equity_equals_maintenance_margin_at_liquidation(
    instrument: Instrument, contracts: float, leverage: float
) -> None:
    """Equity is collateral and payoff, maintenance margin a share of the worth of the contracts."""
    collateral = abs(contracts) * instrument.worth(ENTRY) / leverage
    position = instrument.margined_position(contracts)
    price = float(position.liquidation_price(collateral, ENTRY, SHARE))
    equity = collateral + instrument.payoff(contracts, ENTRY, price)
    maintenance = SHARE * abs(contracts) * instrument.worth(price)
    assert equity == pytest.approx(maintenance, rel=1e-9)
    assert position.maintenance_margin(price, SHARE) == pytest.approx(maintenance, rel=1e-12)
    required = position.required_collateral(price, ENTRY, SHARE)
    assert required == pytest.approx(collateral, rel=1e-9)


def test_covered_positions_are_never_liquidated() -> None:
    assert LinearPosition(0.5).liquidation_price(0.5 * ENTRY, ENTRY, SHARE) == 0.0
    short = InversePosition(-0.5 * ENTRY)
    assert short.liquidation_price(0.5, ENTRY, SHARE) == math.inf


@every_instrument
def test_instruments_can_be_held_on_margin(instrument: Instrument) -> None:
    assert isinstance(instrument, Margined)
    pair = instrument.margined_position(np.array([2.0, -2.0]))
    price = pair.liquidation_price(instrument.worth(ENTRY), ENTRY, SHARE)
    assert price[0] < ENTRY < price[1]
