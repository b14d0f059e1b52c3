"""A session on a pool in another currency: the rate has a leg, the quote token needs none."""

from pathlib import Path

import numpy as np
import pandas as pd

import hedgeresearch as hr
from hedgeresearch.feeds import Source
from hedgeresearch.live import Session, check_audit
from hedgeresearch.microstructure import Quote

SECOND = 1_000_000_000


def test_the_quote_token_needs_no_leg(tmp_path: Path) -> None:
    times = pd.date_range("2026-03-02 12:00", periods=300, freq="1s", tz="UTC")
    steps = np.random.default_rng(0).standard_normal((3, 300)).cumsum(axis=1)
    table = pd.DataFrame(
        {
            "WETH": 2_000.0 + steps[0],
            "PERP": 2_001.0 + steps[0] + 0.1 * steps[1],
            "USDEUR": 0.9 + 1e-4 * steps[2],
        },
        times,
    )
    market = hr.Market(table, {"WETH": "USDEUR", "PERP": "USDEUR"}, currency="EUR")
    pool = hr.onchain.PoolPosition.of_value(50_000.0, 2_000.0, 1_500.0, 2_500.0, "WETH", "USDC")
    contract = hr.LinearContract("PERP", 0.01, lot=1, currency="USD")
    fit = hr.OLSHedge().fit(*market.returns(pool, contract))
    advice = hr.recommend(fit, pool, contract, market)
    legs = {name: Source("here", name) for name in table.columns}
    start = times[-1].value
    with Session(advice, legs, max_age=5.0, audit=tmp_path / "audit.jsonl") as session:
        for number in range(4):
            at = start + number * SECOND + SECOND // 2
            for name, source in legs.items():
                price = float(table[name].iloc[-1]) * (1.0 + 1e-4 * number)
                session.receive(source, Quote(number, price, 1.0, price * 1.0001, 1.0, None, at))
        last = session.advance(start + 4 * SECOND + 1)[-1]
    assert set(last.bar) == {"WETH", "PERP", "USDEUR"}
    assert last.advice is not None
    values = last.advice.problem.onchain
    assert values is not None
    assert values.values["USDC"] == last.bar["USDEUR"]
    assert check_audit(tmp_path / "audit.jsonl", advice) == 4
