"""Books with extreme numbers end in one line and within seconds, or with finite numbers."""

import json
import math
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import hedgeresearch as hr

Run = Callable[..., tuple[int, str, str]]
Check = Callable[[tuple[int, str, str], str], None]
BOOK = """\
data:
  file: prices.csv
  rates: {{COIN_PERP: COIN, OTHER: {rate}}}
position: {{COIN: {units}}}
instruments:
  - {{type: inverse, name: COIN_PERP, value: {value}, fee: {fee}, lot: {lot},
     maintenance_margin: {maintenance_margin}}}
  - {{type: linear, name: OTHER, multiplier: {multiplier}, fee_per_contract: {fee_per_contract},
     minimum_order: {minimum_order}, half_spread: {half_spread}}}
holdings: {{COIN_PERP: {holdings}}}
model: {{{model}}}
objective: {{beta: {{OTHER: {beta}}}}}
limits:
  contracts: {{OTHER: [{low}, {high}]}}
  gross: {gross}
  max_instruments: {max_instruments}
rebalancing: {{{rebalancing}}}
margin: {{collateral: {{COIN_PERP: {collateral}}}, horizon: {horizon}, probability: {probability}}}
confidence: {confidence}
seed: {seed}
"""
USUAL = {
    "rate": "1.5",
    "units": "25",
    "value": "100",
    "fee": "0.0005",
    "lot": "1",
    "maintenance_margin": "0.005",
    "multiplier": "1",
    "fee_per_contract": "0.1",
    "minimum_order": "5",
    "half_spread": "0.0001",
    "holdings": "-1000",
    "model": "ols: {}",
    "beta": "0.1",
    "low": "-5000",
    "high": "5000",
    "gross": "9000000",
    "max_instruments": "2",
    "rebalancing": "no_trade_bands: {tracking_error: 0.05}",
    "collateral": "30",
    "horizon": "10",
    "probability": "0.05",
    "confidence": "0.9",
    "seed": "3",
}
NUMBERS = [name for name in USUAL if name not in ("model", "rebalancing")]
EXTREMES = ("1.0e+300", "-1.0e+300", "1.0e-300", "1.0e+25", "1.0e-25", "0.9999999999999999")
WHOLE = ("1000000000", "99999999999999999999999999", "9" * 5000, "-1")
SECONDS = 20.0


def check_ended(result: tuple[int, str, str], began: float) -> None:
    """Check that a run ended in time, in one line or with finite numbers."""
    code, output, errors = result
    assert time.monotonic() - began < SECONDS
    assert "Traceback" not in errors
    lines = [line for line in errors.splitlines() if not line.startswith("warning: ")]
    if code == 0:
        assert not lines
        assert_finite(json.loads(output))
    else:
        assert (code, output, len(lines)) == (2, "", 1)
        assert lines[0].startswith("error: ")
        assert len(lines[0]) < 600


def assert_finite(value: Any) -> None:
    """Check that all numbers of a record exist."""
    if isinstance(value, dict):
        for item in value.values():
            assert_finite(item)
    elif isinstance(value, list):
        for item in value:
            assert_finite(item)
    elif isinstance(value, float):
        assert math.isfinite(value)


def write(folder: Path, **changes: str) -> Path:
    """Write the book with some values changed."""
    book = folder / "book.yaml"
    book.write_text(BOOK.format(**(USUAL | changes)))
    return book


@pytest.mark.long
@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", NUMBERS)
def test_extreme_numbers_end_in_a_line(run: Run, book: Path, name: str) -> None:
    whole = name in ("horizon", "seed", "max_instruments")
    for text in WHOLE if whole else (*EXTREMES, "9" * 5000):
        began = time.monotonic()
        changed = write(book.parent, **{name: text})
        check_ended(run("recommend", "--position", changed, "--json"), began)


@pytest.mark.long
@pytest.mark.parametrize(
    "model",
    [
        "regime: {n_starts: 1000000000}",
        "regime: {n_regimes: 1000000000}",
        "DimsonHedge: {lags: 1000000000}",
        "HorizonHedge: {model: OLSHedge, horizon: 1000000000}",
        "MeanVarianceHedge: {risk_aversion: 1.0e-300}",
        "rolling: {window: 99999999999999999999999999}",
        "ewma: {half_life: 1.0e-300}",
        "RegimeHedge: {regime_model: {JumpModel: {penalty: 1.0e+300}}}",
    ],
)
def test_extreme_settings_of_models_end_in_a_line(run: Run, book: Path, model: str) -> None:
    began = time.monotonic()
    check_ended(run("recommend", "--position", write(book.parent, model=model), "--json"), began)


@pytest.mark.long
@pytest.mark.parametrize(
    "rule",
    [
        "no_trade_bands: {tracking_error: %s}",
        "cost_optimal_bands: {risk_aversion: %s}",
        "partial_rebalancing: {risk_aversion: %s, impact: 0.001}",
        "partial_rebalancing: {risk_aversion: 0.001, impact: %s}",
    ],
)
def test_extreme_rebalancing_ends_in_a_line(run: Run, book: Path, rule: str) -> None:
    for number in EXTREMES:
        began = time.monotonic()
        changed = write(book.parent, rebalancing=rule % number)
        check_ended(run("recommend", "--position", changed, "--json"), began)


def test_long_numbers_are_not_repeated_in_full(run: Run, book: Path, check_refused: Check) -> None:
    refused = run("recommend", "--position", write(book.parent, seed="9" * 5000))
    check_refused(refused, "seed must be a number of fewer digits; got one of 5,000.")


def test_position_of_uncountable_contracts_is_refused(
    run: Run, book: Path, check_refused: Check
) -> None:
    refused = run("recommend", "--position", write(book.parent, multiplier="1.0e-20"))
    check_refused(refused, "contracts of OTHER; it is worth")


def test_numbers_that_cannot_be_computed_with_end_in_a_line(
    run: Run, book: Path, monkeypatch: pytest.MonkeyPatch, check_refused: Check
) -> None:
    def overflow(*_: object, **__: object) -> None:
        raise OverflowError("math range error")

    monkeypatch.setattr("hedgeresearch.cli.book.book.recommend", overflow)
    refused = run("recommend", "--position", write(book.parent))
    check_refused(refused, "too large or too small to compute with (OverflowError: math range")


@pytest.mark.parametrize("exponent", [5000, 40])
def test_whole_numbers_of_a_model_are_bounded(exponent: int) -> None:
    value = 10**exponent
    for make in (
        lambda: hr.GaussianHMM(2, seed=value),
        lambda: hr.RollingOLSHedge(value),
        lambda: hr.DimsonHedge(lags=value),
    ):
        with pytest.raises(hr.DataError) as refused:
            make()
        assert re.search(r"got a number of about [\d,]+ digits", str(refused.value))


def test_usual_numbers_give_a_recommendation(run: Run, book: Path) -> None:
    code, output, errors = run("recommend", "--position", write(book.parent), "--json")
    assert (code, errors) == (0, "")
    assert set(json.loads(output)["instruments"]) == {"COIN_PERP", "OTHER"}
