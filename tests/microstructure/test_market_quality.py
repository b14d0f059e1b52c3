"""A venue with a known share of programs against an honest one."""

import numpy as np
import pytest

from hedgeresearch.errors import DataError
from hedgeresearch.microstructure import MarketQuality, TradeSizes
from tests.microstructure.test_wash_trading import venue


def test_the_share_of_programs_is_recovered() -> None:
    honest = venue(0.0)
    for share in (0.3, 0.7):
        quality = MarketQuality("THIN", venue(share, seed=1), "BUSY", honest)
        assert quality.flagged
        assert quality.suspect_share == pytest.approx(share, abs=0.02)


def test_an_honest_venue_is_not_flagged() -> None:
    quality = MarketQuality("OTHER", venue(0.0, seed=1), "BUSY", venue(0.0))
    assert not quality.flagged
    assert quality.reasons == ()
    assert quality.suspect_share == 0.0
    assert "nothing flagged" in repr(quality)


def test_reasons_name_the_reference_and_the_sample_sizes() -> None:
    quality = MarketQuality("THIN", venue(0.5), "BUSY", venue(0.0, n=15_000))
    digits, rounds = quality.reasons
    assert digits.startswith("first digits of its 20,000 trades deviate from Benford's by 0.0")
    assert digits.endswith("(15,000 trades)")
    assert "at BUSY" in digits
    assert "in 20,000 trades, at BUSY" in rounds
    assert "of the trades may be those of programs" in rounds
    assert "FLAGGED" in repr(quality)


def test_its_table_has_distances_in_standard_errors() -> None:
    one = TradeSizes(0.02, 0.003, 5.0, 0.4, 2.0, 1_000, 1e-4)
    other = TradeSizes(0.01, 0.004, 8.0, 0.3, 1.0, 2_000, 1e-4)
    table = MarketQuality("THIN", one, "BUSY", other).summary
    assert table.loc["Benford deviation", "standard errors"] == pytest.approx(2.0)
    assert table.loc["roundness", "standard errors"] == pytest.approx(6.0)
    assert table["flagged"].tolist() == [False, True, False, False]
    assert table.loc["number of trades", ["THIN", "BUSY"]].tolist() == [1_000, 2_000]


def test_the_tail_is_shown_and_does_not_count() -> None:
    one = TradeSizes(0.01, 0.003, 5.0, 0.4, 30.0, 1_000, 1e-4)
    quality = MarketQuality(
        "THIN", one, "BUSY", TradeSizes(0.01, 0.003, 5.0, 0.4, 1.0, 1_000, 1e-4)
    )
    assert not quality.flagged
    assert quality.summary.loc["tail exponent (diagnostic)", "THIN"] == 30.0


def test_a_venue_without_round_sizes_shows_no_share() -> None:
    """At a reference without clustering nothing can be said from roundness."""
    one = TradeSizes(0.01, 0.001, 0.1, 0.01, 2.0, 10_000, 1e-4)
    other = TradeSizes(0.01, 0.001, 0.9, 0.01, 2.0, 10_000, 1e-4)
    assert MarketQuality("THIN", one, "BUSY", other).suspect_share == 0.0


def test_its_plot_has_a_row_for_each_measure_that_counts() -> None:
    axes = MarketQuality("THIN", venue(0.5, n=2_000), "BUSY", venue(0.0, n=2_000)).plot()
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert labels == ["Benford deviation", "roundness"]


def test_sizes_in_other_steps_are_not_compared() -> None:
    """Spot bitcoin trades in steps of 1e-5, its perpetual of 1e-3: round ones are not the same."""
    one = TradeSizes(0.036, 0.001, 1.6, 0.1, 1.7, 21_313, 1e-3)
    other = TradeSizes(0.034, 0.001, 6.3, 0.2, 1.3, 9_757, 1e-5)
    with pytest.raises(DataError, match=r"steps of 0.001 at THIN and of 1e-05 at BUSY cannot be"):
        MarketQuality("THIN", one, "BUSY", other)


def test_names_and_measures_are_checked() -> None:
    sizes = TradeSizes(0.01, 0.001, 1.0, 0.01, 2.0, 10_000, 1e-4)
    with pytest.raises(DataError, match="venue must be a name; got ''"):
        MarketQuality("", sizes, "BUSY", sizes)
    with pytest.raises(DataError, match="cannot be its own reference"):
        MarketQuality("BUSY", sizes, "BUSY", sizes)
    with pytest.raises(DataError, match="measures of trade_sizes"):
        MarketQuality("THIN", sizes, "BUSY", np.nan)  # type: ignore[arg-type]
