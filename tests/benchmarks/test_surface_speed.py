"""Times of smiles, chains and their shape; no time is asserted.

Aims in seconds of one core.
"""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from hedgeresearch.options import SABR, SSVI, SVI, OptionChain, SurfaceFit, skew, variance_index

MOMENT = pd.Timestamp("2024-06-03 08:00", tz="UTC")


def note(benchmark: Any, case: str, aim: float) -> None:
    benchmark.extra_info.update({"case": case, "aim": aim})


def noisy_chain(days: list[int]) -> OptionChain:
    """A chain of 100 strikes an expiry, with errors of 1 % of the volatility."""
    rng = np.random.default_rng(1)
    k = np.linspace(-0.3, 0.25, 100)
    frames = [
        pd.DataFrame(
            {
                "expiry": MOMENT + pd.Timedelta(days=number),
                "strike": 100.0 * np.exp(k),
                "forward": 100.0,
                "volatility": np.sqrt(0.05 - 0.15 * k + 0.4 * k**2)
                * np.exp(0.01 * rng.standard_normal(100)),
            }
        )
        for number in days
    ]
    return OptionChain.from_volatilities(pd.concat(frames), MOMENT)


@pytest.fixture(scope="module")
def chain() -> OptionChain:
    chain = noisy_chain([30])
    chain.quotes()
    return chain


@pytest.mark.parametrize(
    ("model", "aim"),
    [
        (SVI(), 0.005),
        (SVI(arbitrage="allowed"), 0.005),
        (SSVI(), 0.005),
        (SABR(), 0.005),
    ],
    ids=["SVI", "SVI, arbitrage allowed", "SSVI", "SABR"],
)
def test_one_expiry(benchmark: Any, chain: OptionChain, model: Any, aim: float) -> None:
    note(benchmark, f"{model}, one expiry of 100 strikes", aim)
    assert isinstance(benchmark(model.fit, chain), SurfaceFit)


def test_six_expiries(benchmark: Any) -> None:
    chain = noisy_chain([7, 14, 30, 60, 90, 180])
    chain.quotes()
    note(benchmark, "SVI of six expiries", 0.03)
    assert benchmark(SVI().fit, chain).arbitrage().is_free


def test_a_chain_with_its_volatilities(benchmark: Any) -> None:
    table = noisy_chain([30, 60]).table
    note(benchmark, "chain of 400 quotes with implied volatilities", 0.03)
    assert len(benchmark(lambda: OptionChain(table, MOMENT).quotes())) == 200


def test_shape_and_index(benchmark: Any, chain: OptionChain) -> None:
    fit = SVI().fit(chain)
    note(benchmark, "skew and variance index of one expiry", 0.02)
    benchmark(lambda: (skew(fit), variance_index(chain, 30.0)))
