"""Simulated smiles: consistent quotes, regimes and deltas of known truth."""

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch.options import OptionPanel, implied_volatility, simulate_smiles
from hedgeresearch.options.panel.lognormal_sabr import bartlett_delta, frozen_delta, sabr_volatility

TWO_REGIMES = {"nu": (0.5, 1.0), "rho": (-0.2, -0.85), "level": (0.15, 0.35)}


def test_prices_are_those_of_the_smile() -> None:
    smiles = simulate_smiles(50, **TWO_REGIMES, kinds=("call", "put"), seed=3)
    table = smiles.panel.table
    for before, columns in (("", {}), ("next_", {"expiry": table["expiry"] - 1 / 252})):
        expiry = columns.get("expiry", table["expiry"])
        found = implied_volatility(
            table[f"{before}price"],
            table[f"{before}forward"],
            table["strike"],
            expiry,
            table["kind"],
        )
        np.testing.assert_allclose(found, table[f"{before}volatility"], rtol=1e-9)
    parameters = smiles.parameters.loc[table["date"]].reset_index(drop=True)
    smile = sabr_volatility(
        table["forward"], table["strike"], table["expiry"], *parameters.to_numpy().T
    )
    np.testing.assert_allclose(smile, table["volatility"], rtol=1e-13)


def test_regimes_have_their_parameters_and_persistence() -> None:
    smiles = simulate_smiles(4000, **TWO_REGIMES, days=(21,), deltas=(0.5,), seed=1)
    stress = smiles.regimes == 1
    assert set(smiles.parameters["nu"][stress]) == {1.0}
    assert set(smiles.parameters["rho"][~stress]) == {-0.2}
    assert (smiles.regimes.diff().iloc[1:] == 0).mean() == pytest.approx(0.99, abs=0.005)
    moves = smiles.panel.table
    returns = np.log(moves["next_forward"] / moves["forward"]).to_numpy()
    changes = np.log(smiles.parameters["alpha"]).diff().to_numpy()[1:]
    scaled = returns / smiles.parameters["alpha"].to_numpy()
    found = np.corrcoef(scaled[:-1][stress[:-1]], changes[stress[:-1]])[0, 1]
    assert found == pytest.approx(-0.85, abs=0.03)


def test_true_delta_is_the_regression_of_short_moves(option_reference: dict) -> None:
    entry = option_reference["sabr_minimum_variance_delta"]
    inputs = entry["inputs"]
    parts = simulate_smiles(2, days=(63,), deltas=(0.5,)).panel.table.iloc[:1]
    for row in entry["values"]:
        one = parts.assign(
            kind="call" if row["call_put"] > 0 else "put",
            forward=float(inputs["forward"]),
            strike=row["strike"],
            expiry=inputs["maturity"],
            volatility=row["volatility"],
        )
        kind = one["kind"].iloc[0]
        price = hr.options.black_price(100.0, row["strike"], 0.25, row["volatility"], kind)
        one = one.assign(price=price, next_forward=100.0, next_price=price)
        arrays = OptionPanel(one, delta_range=(0.0, 1.0)).arrays
        model = sabr_volatility(100.0, row["strike"], 0.25, 0.2, -0.7, 0.8)
        assert model == pytest.approx(row["volatility"], rel=1e-12)
        assert arrays.delta[0] == pytest.approx(row["black"], abs=1e-10)
        frozen = frozen_delta(arrays, 0.2, -0.7, 0.8)[0]
        assert frozen == pytest.approx(row["sabr"], abs=1e-5)
        best = bartlett_delta(arrays, 0.2, -0.7, 0.8)[0]
        assert best == pytest.approx(row["minimum_variance"], abs=1e-5)
        assert best == pytest.approx(row["brute_force"], abs=entry["tolerance"]["brute_force"])


def test_flat_smile_has_one_volatility_and_blacks_delta() -> None:
    smiles = simulate_smiles(20, rho=0.0, smile="flat", seed=2)
    table = smiles.panel.table
    assert (table.groupby("date")["volatility"].nunique() == 1).all()
    np.testing.assert_array_equal(smiles.minimum_variance_delta, smiles.panel.arrays.delta)


def test_same_seed_gives_the_same_bytes() -> None:
    one = simulate_smiles(10, seed=4).panel.table
    assert one.equals(simulate_smiles(10, seed=4).panel.table)
    assert not one.equals(simulate_smiles(10, seed=5).panel.table)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"nu": (0.5, 1.0), "rho": (0.1, 0.2, 0.3)}, "one for each regime"),
        ({"rho": -1.0}, "rho must lie strictly between"),
        ({"nu": -0.1}, "nu must lie strictly between"),
        ({"stay": 1.0}, "stay must lie strictly between"),
        ({"deltas": (1.2,)}, "deltas must lie strictly between"),
        ({"days": (1,)}, "days must be a whole number of at least 2"),
        ({"days": ()}, "must not be empty"),
        ({"kinds": ("straddle",)}, "kinds must be one of"),
        ({"smile": "frown"}, "smile must be one of"),
    ],
)
def test_bad_settings_are_refused(settings: dict, message: str) -> None:
    with pytest.raises(hr.DataError, match=message):
        simulate_smiles(10, **settings)
