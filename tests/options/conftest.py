"""Chains of quotes: those of Cboe's example, and chains of known smiles."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from hedgeresearch.options import OptionChain

MOMENT = pd.Timestamp("2024-05-22 13:46", tz="UTC")
"""A moment for quotes whose source names none: only differences count."""


@pytest.fixture(scope="session")
def spx_quotes(data_dir: Path, option_reference: dict[str, Any]) -> dict[pd.Timestamp, Any]:
    """Strike, call bid and ask, put bid and ask of both expiries of the example."""
    minutes = option_reference["vix_methodology_example"]["inputs"]["minutes"]
    expiries = [MOMENT + pd.Timedelta(minutes=number) for number in minutes]
    names = ("vixnearterm.dat", "vixnextterm.dat")
    return {
        expiry: pd.read_csv(data_dir / name, sep="\t", header=None)
        for expiry, name in zip(expiries, names, strict=True)
    }


@pytest.fixture(scope="session")
def spx(spx_quotes: dict[pd.Timestamp, Any], option_reference: dict[str, Any]) -> OptionChain:
    """The chain of the example."""
    rates = option_reference["vix_methodology_example"]["inputs"]["rates"]
    by_expiry = dict(zip(spx_quotes, rates, strict=True))
    return OptionChain.from_cboe(spx_quotes, MOMENT, rate=by_expiry, underlying="SPX")


@pytest.fixture(scope="session")
def chain_of() -> Callable[..., OptionChain]:
    """A function that makes the chain of a smile, sigma(k, years), without spreads."""

    def make(
        volatility: Callable[[Any, float], Any],
        days: tuple[float, ...] = (30.0,),
        forward: float = 100.0,
        strikes: Any = None,
        **settings: Any,
    ) -> OptionChain:
        points = np.exp(np.linspace(-0.4, 0.4, 41)) if strikes is None else np.asarray(strikes)
        frames = [
            pd.DataFrame(
                {
                    "expiry": MOMENT + pd.Timedelta(days=number),
                    "strike": forward * points,
                    "forward": forward,
                    "volatility": volatility(np.log(points), number / 365.0),
                }
            )
            for number in days
        ]
        return OptionChain.from_volatilities(pd.concat(frames), MOMENT, **settings)

    return make


@pytest.fixture
def rows() -> pd.DataFrame:
    """Quotes of seven strikes at a flat volatility of 40 % and a forward of 100, 30 days."""
    expiry = MOMENT + pd.Timedelta(days=30)
    frame = pd.DataFrame(
        {
            "expiry": expiry,
            "strike": np.array([85.0, 90.0, 95.0, 100.0, 105.0, 110.0, 115.0]),
            "forward": 100.0,
            "volatility": 0.4,
        }
    )
    table = OptionChain.from_volatilities(frame, MOMENT).table
    sides = table.assign(bid=table["bid"] - 0.005, ask=table["ask"] + 0.005)
    return sides[["expiry", "strike", "kind", "bid", "ask"]]
