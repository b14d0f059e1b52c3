"""variance_swap: the replication of Demeterfi and others, and its limits."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from hedgeresearch.errors import DataError
from hedgeresearch.options import OptionChain, black_price, variance_swap
from tests.options.conftest import MOMENT


def test_replication_of_the_example(option_reference: dict[str, Any]) -> None:
    example = option_reference["variance_swap"]
    inputs = example["inputs"]
    years = inputs["days"] / 365.0
    forward = inputs["spot"] * np.exp(inputs["rate"] * years)
    sides = [
        pd.DataFrame(inputs[kind], columns=["strike", "volatility"]).assign(kind=kind)
        for kind in ("put", "call")
    ]
    table = pd.concat(sides, ignore_index=True)
    price = black_price(
        forward,
        table["strike"],
        years,
        table["volatility"],
        table["kind"],
        discount=np.exp(-inputs["rate"] * years),
    )
    expiry = MOMENT + pd.Timedelta(days=inputs["days"])
    columns = {"expiry": expiry, "bid": price, "ask": price, "forward": forward}
    chain = OptionChain(table.assign(**columns), MOMENT, rate=inputs["rate"])
    assert_allclose(variance_swap(chain), example["values"], rtol=0, atol=example["tolerance"])
    assert_allclose(variance_swap(chain), example["own"], rtol=1e-9)


def test_many_strikes_give_the_variance_of_a_flat_smile(
    chain_of: Callable[..., OptionChain],
) -> None:
    strikes = np.exp(np.linspace(-1.5, 1.3, 3000))
    chain = chain_of(lambda k, years: 0.3 + 0.0 * k, strikes=strikes, rate=0.05)
    assert_allclose(variance_swap(chain), 0.09, rtol=1e-4)


def test_the_expiry_of_a_swap_must_be_named(spx: OptionChain) -> None:
    with pytest.raises(DataError, match="expiry must be given, as the chain has 2"):
        variance_swap(spx)
    assert_allclose(variance_swap(spx, spx.expiries[0]), 0.0192315, atol=5e-8)
