"""The command line run in this process, and a book for it."""

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hedgeresearch import cli

Run = Callable[..., tuple[int, str, str]]
BOOK = """\
data:
  file: prices.csv
  rates: {COIN_PERP: COIN}
  funding:
    COIN_PERP: FUNDING
position:
  COIN: 25
instruments:
  - type: inverse
    name: COIN_PERP
    value: 100
    fee: 0.0005
    maintenance_margin: 0.005
    lot: 1
    funding: 8-hourly
  - name: OTHER
    type: linear
    multiplier: 1
    lot: 0.001
holdings: {COIN_PERP: -1000}
model: ols
objective: {beta: {OTHER: 0.1}}
limits:
  contracts: {COIN_PERP: [-90000, 0], OTHER: 5000}
  gross: 9000000
rebalancing: {no_trade_bands: {tracking_error: 0.05}}
margin: {collateral: {COIN_PERP: 30.0}, horizon: 10, probability: 0.05}
confidence: 0.9
seed: 3
"""


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command line in this process: exit code, output, errors."""

    def call(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["hedgeresearch", *map(str, arguments)])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        return (int(stop.value.code or 0), *capsys.readouterr())

    return call


@pytest.fixture
def coin_prices() -> pd.DataFrame:
    """A coin, its perpetual with funding, and another hedge; 300 times of eight hours."""
    rng = np.random.default_rng(8)
    common = rng.normal(scale=0.01, size=300)
    own = rng.normal(scale=0.004, size=(300, 3))
    table = 1000.0 * np.exp(np.cumsum(common[:, None] + own, axis=0))
    dates = pd.date_range("2024-01-01", periods=300, freq="8h", name="date")
    frame = pd.DataFrame(table, dates, ["COIN", "COIN_PERP", "OTHER"])
    return frame.assign(FUNDING=rng.normal(0.0001, 0.0001, 300))


@pytest.fixture
def book(tmp_path: Path, coin_prices: pd.DataFrame) -> Path:
    """The book above beside its prices."""
    coin_prices.assign(comment="not a price").to_csv(tmp_path / "prices.csv")
    path = tmp_path / "book.yaml"
    path.write_text(BOOK)
    return path


@pytest.fixture
def changed() -> Callable[[Path, str, str], Path]:
    """A book with one part changed."""

    def change(book: Path, old: str, new: str) -> Path:
        text = book.read_text()
        assert text.count(old) == 1
        book.write_text(text.replace(old, new))
        return book

    return change
