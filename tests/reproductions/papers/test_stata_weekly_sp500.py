"""The weeks of Stata's example have the right dates: the crisis is where it was."""

from hedgeresearch.reproductions.papers import stata_weekly_sp500


def test_crash_of_october_2008_is_in_the_high_regime():
    _, panel = stata_weekly_sp500.weekly_returns()
    high = panel.probabilities[1]
    assert (high.loc["2008-10"] > 0.9).tolist() == [
        True,
        True,
        False,
        True,
    ]  # the third week was calm, +4.6 %
    assert panel.series.idxmax().strftime("%Y-%m") == "2008-10"
    assert high.loc["2006-07":"2006-12"].mean() < 0.3
