"""Bad input is refused with a message that says what must hold, what came and what to do; nothing is repaired."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch._validation import settings

DATES = pd.date_range("2020-01-01", periods=60, name="date")


def sample(index: pd.Index = DATES) -> tuple[pd.Series, pd.DataFrame]:
    """Returns of an asset and of two hedges."""
    values = np.random.default_rng(0).normal(scale=0.01, size=(len(index), 3))
    return pd.Series(values.sum(axis=1), index, name="oil"), pd.DataFrame(
        values[:, :2], index, ["gas", "coal"]
    )


def fit(asset: Any, hedges: Any) -> hr.hedges.HedgeFit:
    return hr.OLSHedge().fit(asset, hedges)


def changed(data: Any, row: int, value: float) -> Any:
    data = data.copy()
    if isinstance(data, pd.Series):
        data.iloc[row] = value
    else:
        data.iloc[row, 0] = value
    return data


CALLS = pytest.mark.parametrize(
    "call",
    [
        fit,
        lambda asset, hedges: hr.hedged_returns(
            asset, hedges, pd.DataFrame(1.0, DATES, hedges.columns)
        ),
    ],
    ids=["fit", "hedged_returns"],
)


@CALLS
@pytest.mark.parametrize(
    ("value", "kind"),
    [(np.nan, r"a gap \(NaN\)"), (np.inf, "an infinity"), (-np.inf, "an infinity")],
)
def test_gaps_and_infinities(call: Callable[..., Any], value: float, kind: str) -> None:
    asset, hedges = sample()
    with pytest.raises(
        hr.DataError, match=rf"asset must be finite; column 'oil' has {kind} on 2020-01-04 \(1 such"
    ):
        call(changed(asset, 3, value), hedges)
    with pytest.raises(
        hr.DataError,
        match=rf"hedges must be finite; column 'gas' has {kind} on 2020-01-05 .*hr.align",
    ):
        call(asset, changed(hedges, 4, value))


def test_the_number_of_gaps_is_told() -> None:
    asset, hedges = sample()
    with pytest.raises(
        hr.DataError, match=r"column 'oil' has a gap \(NaN\) on 2020-01-03 \(2 such values\)"
    ):
        fit(changed(changed(asset, 5, np.nan), 2, np.nan), hedges)


@CALLS
def test_duplicated_dates(call: Callable[..., Any]) -> None:
    asset, hedges = sample()
    rows = [0, 1, 1, *range(2, 60)]
    with pytest.raises(
        hr.DataError, match="asset must have every date once; 2020-01-02 occurs twice"
    ):
        call(asset.iloc[rows], hedges.iloc[rows])


@CALLS
def test_unsorted_dates(call: Callable[..., Any]) -> None:
    asset, hedges = sample()
    rows = [0, 2, 1, *range(3, 60)]
    with pytest.raises(
        hr.DataError, match=r"sorted by date; 2020-01-02 follows 2020-01-03. .*sort_index"
    ):
        call(asset.iloc[rows], hedges.iloc[rows])


@CALLS
def test_mismatched_dates(call: Callable[..., Any]) -> None:
    asset, hedges = sample()
    message = r"share their dates; 3 differ, the first 2020-01-03. Keep the common ones with hr.align\(asset, hedges\)"
    with pytest.raises(hr.DataError, match=message):
        call(asset.drop(DATES[[2, 9, 10]]), hedges)
    with pytest.raises(hr.DataError, match=message):
        call(asset, hedges.drop(DATES[[2, 9, 10]]))


def test_a_missing_date() -> None:
    asset, hedges = sample()
    holed = DATES.where(np.arange(60) != 7)
    with pytest.raises(hr.DataError, match="asset must have a date in every row; row 7 has none"):
        fit(asset.set_axis(holed), hedges)


def test_naive_and_aware_dates() -> None:
    asset, hedges = sample()
    with pytest.raises(
        hr.DataError,
        match="asset has dates without a time zone, hedges have dates in the time zone UTC",
    ):
        fit(asset, hedges.tz_localize("UTC"))
    with pytest.raises(
        hr.DataError,
        match="dated alike; asset has dates in the time zone UTC, hedges have .* Europe/Paris",
    ):
        fit(asset.tz_localize("UTC"), hedges.tz_localize("Europe/Paris"))


def test_mixed_time_zones_in_one_index() -> None:
    asset, hedges = sample()
    half = [date.tz_localize("UTC" if i < 30 else "Europe/Paris") for i, date in enumerate(DATES)]
    with pytest.raises(
        hr.DataError, match=r"indexed by dates; its index holds object values .*utc=True"
    ):
        fit(asset.set_axis(pd.Index(half, dtype=object)), hedges)


def test_dates_as_text() -> None:
    asset, hedges = sample()
    with pytest.raises(
        hr.DataError, match="asset must be indexed by dates; .* such as '2020-01-01'. Convert it"
    ):
        fit(asset.set_axis(DATES.strftime("%Y-%m-%d")), hedges)


def test_periods_and_dates_do_not_mix() -> None:
    asset, hedges = sample()
    with pytest.raises(
        hr.DataError, match=r"asset has dates without a time zone, hedges have periods \(D\)"
    ):
        fit(asset, hedges.to_period("D"))


@pytest.mark.parametrize(
    "index",
    [
        pd.period_range("2020-01", periods=60, freq="M"),
        pd.RangeIndex(60),
        pd.Index(np.arange(60) * 1.5),
        DATES.tz_localize("UTC"),
        pd.DatetimeIndex(DATES, freq=None).as_unit("s"),
    ],
    ids=["periods", "range", "floats", "aware", "seconds"],
)
def test_any_ordered_dates_or_numbers_are_accepted(index: pd.Index) -> None:
    expected = fit(*sample()).next_ratio
    result = fit(*sample(index))
    pd.testing.assert_series_equal(result.next_ratio, expected)
    pd.testing.assert_index_equal(result.ratio.index, index)


def test_constant_columns() -> None:
    asset, hedges = sample()
    with pytest.raises(
        hr.DataError, match="asset and hedges must vary; column 'coal' is constant. Leave it out"
    ):
        fit(asset, hedges.assign(coal=0.1))
    with pytest.raises(hr.DataError, match="column 'oil' is constant"):
        fit(asset * 0, hedges)


def test_a_column_that_moves_by_rounding_only_is_constant() -> None:
    asset, hedges = sample()
    rounding = 1.0 + 1e-15 * np.arange(len(asset))
    with pytest.raises(hr.DataError, match="must vary; column .* is constant"):
        fit(asset, hedges.assign(flat=rounding))


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_collinear_hedges_are_named_and_an_innocent_one_is_not(scale: float) -> None:
    asset, hedges = sample()
    innocent = np.random.default_rng(1).normal(size=60)
    hedges = hedges.assign(innocent=innocent, both=(hedges["gas"] - 2 * hedges["coal"]) * scale)
    with pytest.raises(
        hr.DataError,
        match="hedges must not be collinear; gas, coal, both are. Leave one of them out",
    ):
        fit(asset, hedges)
    with pytest.raises(hr.DataError, match="hedges must not be collinear; gas, twin are."):
        fit(asset, hedges[["gas", "innocent"]].assign(twin=scale * hedges["gas"]))


@pytest.mark.parametrize("n_dates", [1, 2, 4])
def test_too_few_rows(n_dates: int) -> None:
    asset, hedges = sample()
    with pytest.raises(
        hr.DataError, match=f"must have at least 5 rows; got {n_dates}. Use a longer sample"
    ):
        fit(asset.iloc[:n_dates], hedges.iloc[:n_dates])


def test_two_rows_of_one_hedge() -> None:
    asset, hedges = sample()
    with pytest.raises(hr.DataError, match="at least 4 rows; got 2"):
        fit(asset.iloc[:2], hedges[["gas"]].iloc[:2])


@pytest.mark.parametrize(
    ("convert", "message"),
    [
        (
            lambda x: x.astype(object),
            "hold numbers; column 'gas' is of type object. Convert it with pd.to_numeric",
        ),
        (lambda x: x.astype(str), "hold numbers; column 'gas' is of type"),
        (lambda x: x > 0, "hold numbers; column 'gas' is of type bool"),
        (lambda x: x.astype(complex), "hold real numbers; column 'gas' is of type complex128"),
        (
            lambda x: x.to_numpy(),
            r"Series or DataFrame indexed by dates; got ndarray. .*pd.DataFrame\(values",
        ),
        (lambda x: x.to_numpy().tolist(), "Series or DataFrame indexed by dates; got list"),
        (lambda x: None, "Series or DataFrame indexed by dates; got NoneType"),
        (lambda x: x.iloc[:0], "at least 1 rows; got 0"),
        (lambda x: x.iloc[:, :0], "at least one column; got none"),
        (lambda x: pd.DataFrame(), "at least one column; got none"),
        (
            lambda x: x.set_axis(["gas", "gas"], axis=1),
            "different column names; 'gas' occurs twice. Rename one",
        ),
    ],
    ids=[
        "object",
        "text",
        "bool",
        "complex",
        "array",
        "list",
        "none",
        "empty",
        "no columns",
        "nothing",
        "same names",
    ],
)
def test_hedges_of_the_wrong_kind(convert: Callable[[pd.DataFrame], Any], message: str) -> None:
    asset, hedges = sample()
    with pytest.raises(hr.DataError, match=f"hedges must (be a pandas |have |hold )?.*{message}"):
        fit(asset, convert(hedges))


def test_same_name_in_asset_and_hedges() -> None:
    asset, hedges = sample()
    with pytest.raises(
        hr.DataError, match="must have different names; both hold 'gas'. Rename one"
    ):
        fit(asset.rename("gas"), hedges)


def test_an_asset_of_two_columns() -> None:
    _, hedges = sample()
    with pytest.raises(
        hr.DataError, match=r"asset must be one series; got the columns \['gas', 'coal'\]"
    ):
        fit(hedges, hedges)


def test_a_series_is_a_column_and_a_nameless_one_is_called_after_its_role() -> None:
    asset, hedges = sample()
    result = fit(asset.rename(None), hedges["gas"].rename(None))
    assert (result.asset, result.hedges) == ("asset", ["hedges"])
    pd.testing.assert_series_equal(
        fit(asset.to_frame(), hedges["gas"]).next_ratio, fit(asset, hedges[["gas"]]).next_ratio
    )


def test_integers_and_nullable_numbers_are_numbers() -> None:
    asset, hedges = sample()
    whole = (hedges * 1e4).round()
    expected = fit(asset, whole).next_ratio
    for kind in ("int64", "Int64", "Float64", "float64"):
        pd.testing.assert_series_equal(fit(asset, whole.astype(kind)).next_ratio, expected)


def test_kinds_of_returns_do_not_mix() -> None:
    asset, hedges = sample()
    asset.attrs["returns"], hedges.attrs["returns"] = "simple", "log"
    with pytest.raises(
        hr.DataError, match="must hold the same kind of returns; got log and simple"
    ):
        fit(asset, hedges)
    hedges.attrs.clear()
    assert fit(asset, hedges).returns_kind == "simple"


def test_input_is_left_alone() -> None:
    asset, hedges = sample()
    copies = asset.copy(), hedges.copy()
    fit(asset, hedges)
    pd.testing.assert_series_equal(asset, copies[0])
    pd.testing.assert_frame_equal(hedges, copies[1])


@pytest.mark.parametrize(
    ("start", "names", "message"),
    [
        (
            30,
            ["gas", "coal"],
            "must start after 2020-02-09, the last date of the fit; got 2020-01-31",
        ),
        (
            40,
            ["coal", "gas"],
            r"must have the columns \['oil', 'gas', 'coal'\] in this order; got \['oil', 'coal'",
        ),
        (40, ["gas"], r"must have the columns \['oil', 'gas', 'coal'\]"),
    ],
)
def test_extend_refuses_what_does_not_follow(start: int, names: list[str], message: str) -> None:
    asset, hedges = sample()
    first = fit(asset.iloc[:40], hedges.iloc[:40])
    with pytest.raises(hr.DataError, match=message):
        first.extend(asset.iloc[start:], hedges[names].iloc[start:])


def test_extend_refuses_other_dating() -> None:
    asset, hedges = sample()
    first = fit(asset.iloc[:40], hedges.iloc[:40])
    with pytest.raises(
        hr.DataError, match="new data must be dated like the fit, whose last date is"
    ):
        first.extend(asset.iloc[40:].tz_localize("UTC"), hedges.iloc[40:].tz_localize("UTC"))


@pytest.mark.parametrize("value", [True, 1.0, "3", None, 0])
def test_settings_that_count(value: Any) -> None:
    with pytest.raises(hr.DataError, match="n must be a whole number of at least 1; got"):
        settings.check_at_least(value, "n", 1)


@pytest.mark.parametrize("value", [True, 0.0, 1, 1.2, "0.5", None, np.nan])
def test_settings_between_two_numbers(value: Any) -> None:
    with pytest.raises(hr.DataError, match="decay must lie strictly between 0 and 1; got"):
        settings.check_between(value, "decay", 0.0, 1.0)


def test_settings_that_are_words() -> None:
    with pytest.raises(hr.DataError, match="kind must be one of 'a', 'b'; got 'c'."):
        settings.check_choice("c", "kind", ("a", "b"))


def test_errors_are_those_of_python_too() -> None:
    assert issubclass(hr.DataError, ValueError)
    assert issubclass(hr.ConvergenceError, RuntimeError)
