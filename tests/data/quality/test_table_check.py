"""The report on a table: what it takes the data for, and how it shows problems."""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.data.quality import check_data
from tests.data.quality.cases import kinds, pair, prices


def test_prices_and_returns_are_recognized():
    table = hr.load("nasdaq_sp500")
    assert hr.check(table).kind == "prices"
    assert hr.check(hr.returns(table, kind="log")).kind == "log"
    assert hr.check(pair()).kind is None
    assert hr.check(pair(), "simple").kind == "simple"


def test_clean_data_have_no_problems():
    assert hr.check(prices()).problems == ()
    assert hr.check(pair()).problems == ()
    assert check_data(pair(), "simple").problems == ()


def test_a_single_series_can_be_checked():
    table = prices()["asset"]
    table.iloc[-30:] = table.iloc[-30]
    assert kinds(table) == ["stale"]


def test_problems_are_sorted_and_frozen():
    table = prices()
    table.iloc[300, 0] *= 10.0
    table.iloc[500:503, 1] = np.nan
    report = hr.check(table)
    assert [one.kind for one in report.problems] == ["missing", "bad tick"]
    assert [one.severity for one in report.problems] == ["refuse", "warn"]
    assert report.refused == report.problems[:1]
    with pytest.raises(AttributeError):
        report.problems[0].kind = "other"


def test_the_summary_has_a_row_for_each_problem():
    table = prices()
    table.iloc[300, 0] *= 10.0
    summary = hr.check(table).summary
    assert summary.loc["bad tick", "columns"] == "asset"
    assert summary.loc["bad tick", "from"] == str(table.index[300].date())
    assert hr.check(prices()).summary.empty


def test_reports_say_what_was_found():
    table = prices()
    table.iloc[300, 0] *= 10.0
    report = hr.check(table)
    assert repr(report).endswith("1000 rows of prices to 2018-11-02: warned of bad tick)")
    assert "bad tick" in report._repr_html_() and "<li>warn: prices" in report._repr_html_()
    shown = " ".join(str(report).split())
    assert shown == f"{report!r} - warn: {report.problems[0].text}"
    assert max(map(len, str(report).splitlines())) <= 80
    assert repr(hr.check(pair())).endswith("no problem found)")


def test_problems_are_marked_in_the_plot():
    table = prices()
    table.iloc[300, 0] *= 10.0
    table.iloc[-60:, 1] = table.iloc[-60, 1]
    _, ax = plt.subplots()
    assert hr.check(table).plot(ax) is ax
    marks = [line for line in ax.lines if line.get_marker() == "o"]
    assert marks[0].get_xdata()[0] == table.index[300]
    assert len(ax.patches) == 1
    plt.close("all")


def test_tables_that_cannot_be_used_are_reported():
    table = prices()
    report = hr.check(table.iloc[::-1])
    assert [one.severity for one in report.problems] == ["refuse"]
    assert "sorted by date" in report.problems[0].message


def test_dates_that_occur_again_are_one_problem():
    table = prices()
    table.iloc[700, 0] *= 10.0
    report = hr.check(pd.concat([table, table.iloc[:600]]))
    assert [one.kind for one in report.problems] == ["repeated", "bad tick"]
    problem = report.refused[0]
    assert (problem.size, len(problem.dates)) == (600.0, 600)
    first, last = (f"{table.index[row]:%Y-%m-%d}" for row in (0, 599))
    assert f"600 rows repeat dates, {first}, " in problem.message
    assert f"and 596 more until {last}. Their values are those of the first" in problem.message
    assert len(str(report).splitlines()) < 12
    assert len(report.data) == len(table)


def test_other_values_of_a_date_that_occurs_again_are_counted():
    table = prices()
    table.iloc[3, 1] = np.nan
    again = table.iloc[:4].copy()
    again.iloc[1, 0] += 1.0
    problem = hr.check(pd.concat([table, again]).sort_index()).refused[0]
    assert problem.kind == "repeated"
    assert "4 rows repeat dates" in problem.message
    assert "In 1 of them the values differ" in problem.message
    one = hr.check(pd.concat([table, again.iloc[:1]]).sort_index()).refused[0]
    assert "1 row repeats a date" in one.message


def test_rows_without_dates_that_occur_again_are_reported():
    table = prices().iloc[:50]
    again = pd.concat([table, table.iloc[:2]])
    levels = pd.MultiIndex.from_arrays([["X"] * 52, again.index])
    objects = pd.Index(["X", 1, *range(50)], dtype=object)
    for index in (levels, objects):
        (problem,) = hr.check(again.set_axis(index)).problems
        assert "must be indexed by dates" in problem.message


def test_prices_of_zero_or_less_are_named():
    table = prices()
    table.iloc[300, 0] = -37.6
    problem = hr.check(table, "prices").problems[0]
    assert problem.kind == "not positive"
    assert problem.dates == (table.index[300],)
    assert problem.size == -37.6


def test_a_list_is_refused():
    with pytest.raises(hr.DataError, match="pandas Series or DataFrame"):
        hr.check([1.0, 2.0])


def test_the_page_on_data_shows_what_is_printed(capsys):
    page = (Path(hr.__file__).parents[1] / "docs" / "data.md").read_text(encoding="utf-8")
    section = page.split("## What looks wrong in data")[1].split("\n## ")[0]
    code = section.split("```python\n")[1].split("```")[0]
    shown = section.split("```text\n")[1].split("```")[0]
    exec(compile(code, "data.md", "exec"), {})
    assert capsys.readouterr().out.split() == shown.split()


def test_a_wrong_price_has_the_size_of_its_return():
    table = prices()
    table.iloc[300, 0] *= 10.0
    expected = table["asset"].iloc[300] / table["asset"].iloc[299] - 1.0
    assert hr.check(table).problems[0].size == pytest.approx(expected)


@pytest.mark.parametrize("table", [pair(), 100.0 * pair()], ids=["fractions", "per cent"])
def test_returns_given_as_prices_are_refused(table):
    (problem,) = hr.check(table, "prices").problems
    assert (problem.kind, problem.severity) == ("returns", "refuse")
    assert problem.columns == ("asset", "hedge")
    assert "'asset' and 'hedge' look like returns" in problem.message


def test_differences_of_returns_are_warned_of():
    with pytest.warns(hr.errors.DataWarning, match="'asset' and 'hedge' look like returns"):
        hr.returns(pair(), kind="difference")


def test_columns_that_every_fit_refuses_are_reported():
    twins = pair().assign(twin=lambda table: 2.0 * table["hedge"])
    still = pair().assign(cash=0.0)
    for table in (twins, still, pair().assign(cash=0.001)):
        with pytest.raises(hr.DataError):
            hr.OLSHedge().fit(table["asset"], table.iloc[:, 1:])
    assert [(p.kind, p.columns) for p in hr.check(twins).refused] == [
        ("collinear", ("hedge", "twin"))
    ]
    assert [(p.kind, p.columns) for p in hr.check(still).refused] == [("constant", ("cash",))]
    assert hr.check(prices().assign(cash=100.0)).refused[0].kind == "constant"
    assert hr.check(pair().assign(asset=0.0)).refused[0].columns == ("asset",)


def test_prices_of_small_value_are_prices():
    for seed in range(60):
        rng = np.random.default_rng(seed)
        yen = 0.0067 * np.exp(0.006 * rng.standard_normal(500).cumsum())
        nikkei = 30000.0 * np.exp(0.01 * rng.standard_normal(500).cumsum())
        dates = pd.bdate_range("2022-01-03", periods=500)
        report = hr.check(pd.DataFrame({"JPYUSD": yen, "NKY": nikkei}, dates))
        assert (report.kind, report.problems) == ("prices", ())
    table = hr.check(pd.DataFrame({"yen": 0.5 + 0.1 * np.sin(np.arange(500) / 7.0)}, dates))
    assert table.kind == "prices"


def test_the_name_of_a_file_is_refused():
    with pytest.raises(hr.DataError, match=r"hr.check\(hr.read_prices\(path\)\)"):
        hr.check("kurse.csv")
    with pytest.raises(hr.DataError, match="not the name of a file"):
        hr.check(Path("kurse.csv"))


def test_a_volume_is_no_price():
    volume = np.random.default_rng(0).lognormal(15.0, 0.3, 1000)
    table = prices().assign(Volume=volume)
    table.columns = pd.MultiIndex.from_tuples([("Close", "A"), ("Close", "B"), ("Volume", "A")])
    found = [one for one in hr.check(table, "prices").problems if one.kind == "volume"]
    assert found[0].columns == (("Volume", "A"),)
    assert "Volume is no price" in found[0].message
    assert "volume" in kinds(prices().assign(Volume=volume))


def test_two_columns_have_no_negative_values():
    message = hr.check(prices(), "simple").problems[0].message
    assert "'asset' and 'hedge' have no negative values" in message
    assert "'asset' has no" in hr.check(prices()[["asset"]], "simple").problems[0].message


def test_a_month_in_cents_is_another_unit():
    table = prices()
    table.iloc[300:322, 1] *= 100.0
    (problem,) = hr.check(table).problems
    assert (problem.kind, problem.size) == ("unit change", 100.0)
    assert problem.dates == (table.index[300], table.index[321])
    assert "Divide these rows by 100" in problem.remedy


@pytest.mark.parametrize(("freq", "n_missing"), [("8h", 42), ("W-FRI", 2), ("MS", 2)])
def test_missing_periods_are_gaps_at_each_frequency(freq, n_missing):
    table = pair(300, freq=freq)
    assert "gap" not in kinds(table)
    assert "gap" in kinds(table.drop(table.index[150 : 150 + n_missing]))


def test_moves_of_differences_are_in_their_unit():
    table = 100.0 * prices()
    table.iloc[300, 0] += 15000.0
    differences = table.diff().iloc[1:]
    found = {one.kind: one for one in hr.check(differences).problems}
    assert "by +15,105 on" in found["bad tick"].message and "%" not in found["bad tick"].message
    assert 'data.attrs["returns"] = "difference"' in found["percent"].remedy
