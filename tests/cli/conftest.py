"""The command line in this process or its own, prices, and a book."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
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
    """The book above in a folder with its prices."""
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


@pytest.fixture(scope="session")
def prices() -> pd.DataFrame:
    """Prices of an asset and two hedges."""
    returns = np.random.default_rng(4).normal(scale=0.01, size=(400, 3))
    returns[:, 0] += returns[:, 1:].sum(axis=1)
    dates = pd.date_range("2020-01-01", periods=400, name="date")
    return pd.DataFrame(100 * (1 + returns).cumprod(axis=0), dates, ["oil", "gas", "coal"])


@pytest.fixture
def own(tmp_path: Path, prices: pd.DataFrame) -> tuple[object, ...]:
    """Options for a file of these prices."""
    file = tmp_path / "prices.csv"
    prices.to_csv(file)
    return ("--prices", file, "--asset", "oil", "--hedge", "gas", "--hedge", "coal")


@pytest.fixture(scope="session")
def in_a_process() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the command line in a process of its own."""

    def call(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "hedgeresearch", *map(str, arguments)],
            capture_output=True,
            text=True,
            cwd=Path(hr.__file__).parents[1],
            env=os.environ | environment,
            timeout=120,
            check=False,
        )

    return call


@pytest.fixture(scope="session")
def check_refused() -> Callable[[tuple[int, str, str], str], None]:
    """Check that a command ended with code 2 and one line on standard error."""

    def check(result: tuple[int, str, str], message: str) -> None:
        code, output, errors = result
        assert (code, output) == (2, "")
        assert errors.startswith("error: ")
        assert len(errors.splitlines()) == 1
        assert "Traceback" not in errors
        assert message in errors

    return check
