"""Signs of wash trading in simulated trades with a known share of programs."""

from pathlib import Path

import numpy as np
import pytest

from hedgeresearch.errors import DataError
from hedgeresearch.feeds import read_recording
from hedgeresearch.microstructure import Trade, TradeSizes, trade_sizes

UNIT = 1e-4


def venue(share_of_programs: float, n: int = 20_000, seed: int = 0) -> TradeSizes:
    """People trade log-normal sizes, often rounded; programs trade a narrow range, unrounded."""
    generator = np.random.default_rng(seed)
    sizes = generator.lognormal(-2.0, 1.5, n)
    rounded = generator.random(n) < 0.4
    sizes = np.where(rounded, np.round(sizes, 2) + 0.01, np.round(sizes, 4) + UNIT)
    programs = generator.random(n) < share_of_programs
    sizes = np.where(programs, np.round(generator.uniform(0.3, 0.9, n), 4), sizes)
    return trade_sizes([Trade(0, 1.0, size, 1, None, 0) for size in sizes], UNIT)


def test_programs_raise_the_deviation_and_lower_roundness() -> None:
    measures = [venue(share) for share in (0.0, 0.3, 0.7)]
    mads = [measure.benford_mad for measure in measures]
    rounds = [measure.roundness for measure in measures]
    assert mads == sorted(mads)
    assert mads[0] < 0.012
    assert rounds == sorted(rounds, reverse=True)


def test_measures_are_their_definitions() -> None:
    sizes = np.array([0.01, 0.02, 0.0123, 1.5, 0.0001] * 400)
    measures = trade_sizes([Trade(0, 1.0, size, 1, None, 0) for size in sizes], UNIT)
    frequencies = np.array([0.8, 0.2] + [0.0] * 7)
    expected = np.abs(frequencies - np.log10(1.0 + 1.0 / np.arange(1, 10))).mean()
    assert measures.benford_mad == pytest.approx(expected)
    # 100, 200 and 15,000 base units are round, 123 and 1 are not
    assert measures.roundness == pytest.approx(60.0)
    assert measures.n_trades == 2_000


def test_digits_of_whole_powers_of_ten_are_one() -> None:
    sizes = np.array([1e-4, 1e-3, 1e-2, 0.1, 1.0, 10.0, 1_000.0] * 200)
    measures = trade_sizes([Trade(0, 1.0, size, 1, None, 0) for size in sizes], UNIT)
    expected = (1.0 - np.log10(2.0)) * 2.0 / 9.0
    assert measures.benford_mad == pytest.approx(expected)


def test_digits_just_below_a_power_of_ten_are_nine() -> None:
    measures = trade_sizes([Trade(0, 1.0, 9_999.99999999, 1, None, 0)] * 1_000, 1e-8)
    nines = 1.0 - np.log10(10.0 / 9.0)
    assert measures.benford_mad == pytest.approx(2.0 * nines / 9.0)


def test_the_tail_exponent_of_a_pareto_sample_is_found() -> None:
    sizes = np.round((np.random.default_rng(0).pareto(2.0, 50_000) + 1.0) * 10.0, 4)
    measures = trade_sizes([Trade(0, 1.0, size, 1, None, 0) for size in sizes], UNIT)
    assert measures.tail_exponent == pytest.approx(2.0, abs=0.15)


@pytest.mark.long
def test_a_real_recording_has_the_measures_of_a_busy_venue(data_dir: Path) -> None:
    events = read_recording(data_dir / "binance_spot_btcusdt_20240808.gz")
    measures = trade_sizes(events, base_unit=1e-5)
    assert measures.n_trades == 9_757
    assert 0.03 < measures.benford_mad < 0.04


def test_few_trades_and_wrong_units_are_refused() -> None:
    trades = [Trade(0, 1.0, 0.00015, 1, None, 0)] * 2_000
    with pytest.raises(DataError, match="At least 1000 trades are needed; got 10"):
        trade_sizes(trades[:10], UNIT)
    with pytest.raises(DataError, match="positive multiples of the base unit 0.0001"):
        trade_sizes(trades, UNIT)
