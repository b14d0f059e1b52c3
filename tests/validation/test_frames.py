"""Invalid tables are refused: what must hold, what came and what to do; nothing is repaired."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch._validation.frames import check_index

DATES = pd.date_range("2020-01-01", periods=60, name="date")
Sample = Callable[..., tuple[pd.Series, pd.DataFrame]]


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
def test_gaps_and_infinities_are_refused(
    sample: Sample, call: Callable[..., Any], value: float, kind: str
) -> None:
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


def test_message_counts_the_gaps(sample: Sample) -> None:
    asset, hedges = sample()
    with pytest.raises(
        hr.DataError, match=r"column 'oil' has a gap \(NaN\) on 2020-01-03 \(2 such values\)"
    ):
        fit(changed(changed(asset, 5, np.nan), 2, np.nan), hedges)


@CALLS
def test_duplicated_dates_are_refused(sample: Sample, call: Callable[..., Any]) -> None:
    asset, hedges = sample()
    rows = [0, 1, 1, *range(2, 60)]
    with pytest.raises(
        hr.DataError, match="asset must have every date once; 2020-01-02 occurs twice"
    ):
        call(asset.iloc[rows], hedges.iloc[rows])


def test_duplicated_dates_are_counted(sample: Sample) -> None:
    asset, _ = sample()
    message = "2020-01-01 occurs twice, and 4 more rows repeat dates until 2020-01-05"
    with pytest.raises(hr.DataError, match=message):
        check_index(asset.index[[*range(60), *range(5)]], "asset")


@CALLS
def test_unsorted_dates_are_refused(sample: Sample, call: Callable[..., Any]) -> None:
    asset, hedges = sample()
    rows = [0, 2, 1, *range(3, 60)]
    with pytest.raises(
        hr.DataError, match=r"sorted by date; 2020-01-02 follows 2020-01-03. .*sort_index"
    ):
        call(asset.iloc[rows], hedges.iloc[rows])


def test_missing_date_is_refused(sample: Sample) -> None:
    asset, hedges = sample()
    holed = DATES.where(np.arange(60) != 7)
    with pytest.raises(hr.DataError, match="asset must have a date in every row; row 7 has none"):
        fit(asset.set_axis(holed), hedges)


def test_mixed_time_zones_in_one_index_are_refused(sample: Sample) -> None:
    asset, hedges = sample()
    half = [date.tz_localize("UTC" if i < 30 else "Europe/Paris") for i, date in enumerate(DATES)]
    with pytest.raises(
        hr.DataError, match=r"indexed by dates; its index holds object values .*utc=True"
    ):
        fit(asset.set_axis(pd.Index(half, dtype=object)), hedges)


def test_dates_as_text_are_refused(sample: Sample) -> None:
    asset, hedges = sample()
    with pytest.raises(
        hr.DataError, match="asset must be indexed by dates; .* such as '2020-01-01'. Convert it"
    ):
        fit(asset.set_axis(DATES.strftime("%Y-%m-%d")), hedges)


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
def test_any_ascending_index_is_accepted(sample: Sample, index: pd.Index) -> None:
    expected = fit(*sample()).next_ratio
    result = fit(*sample(index))
    pd.testing.assert_series_equal(result.next_ratio, expected)
    pd.testing.assert_index_equal(result.ratio.index, index)


def test_constant_columns_are_refused(sample: Sample) -> None:
    asset, hedges = sample()
    with pytest.raises(
        hr.DataError, match="asset and hedges must vary; column 'coal' is constant. Leave it out"
    ):
        fit(asset, hedges.assign(coal=0.1))
    with pytest.raises(hr.DataError, match="column 'oil' is constant"):
        fit(asset * 0, hedges)


def test_column_that_varies_by_rounding_is_constant(sample: Sample) -> None:
    asset, hedges = sample()
    rounding = 1.0 + 1e-15 * np.arange(len(asset))
    with pytest.raises(hr.DataError, match="must vary; column .* is constant"):
        fit(asset, hedges.assign(flat=rounding))


@pytest.mark.parametrize("n_dates", [1, 2, 4])
def test_too_few_rows_are_refused(sample: Sample, n_dates: int) -> None:
    asset, hedges = sample()
    with pytest.raises(
        hr.DataError, match=f"must have at least 5 rows; got {n_dates}. Use a longer sample"
    ):
        fit(asset.iloc[:n_dates], hedges.iloc[:n_dates])


def test_two_rows_of_one_hedge_are_refused(sample: Sample) -> None:
    asset, hedges = sample()
    with pytest.raises(hr.DataError, match="at least 4 rows; got 2"):
        fit(asset.iloc[:2], hedges[["gas"]].iloc[:2])


@pytest.mark.parametrize(
    ("convert", "message"),
    [
        (
            lambda x: x.astype(object),
            "contain numbers; column 'gas' is of type object. Convert it with pd.to_numeric",
        ),
        (lambda x: x.astype(str), "contain numbers; column 'gas' is of type"),
        (lambda x: x > 0, "contain numbers; column 'gas' is of type bool"),
        (lambda x: x.astype(complex), "contain real numbers; column 'gas' is of type complex128"),
        (
            lambda x: x.to_numpy(),
            r"Series or DataFrame indexed by dates; got numpy.ndarray. .*pd.DataFrame\(values",
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
def test_hedges_of_a_wrong_type_are_refused(
    sample: Sample, convert: Callable[[pd.DataFrame], Any], message: str
) -> None:
    asset, hedges = sample()
    with pytest.raises(
        hr.DataError, match=f"hedges must (be a pandas |have |contain )?.*{message}"
    ):
        fit(asset, convert(hedges))


def test_integers_and_nullable_numbers_are_accepted(sample: Sample) -> None:
    asset, hedges = sample()
    whole = (hedges * 1e4).round()
    whole.attrs["returns"] = "difference"
    expected = fit(asset, whole).next_ratio
    for kind in ("int64", "Int64", "Float64", "float64"):
        pd.testing.assert_series_equal(fit(asset, whole.astype(kind)).next_ratio, expected)


def test_input_is_not_changed(sample: Sample) -> None:
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
def test_extend_refuses_data_that_do_not_continue(
    sample: Sample, start: int, names: list[str], message: str
) -> None:
    asset, hedges = sample()
    first = fit(asset.iloc[:40], hedges.iloc[:40])
    with pytest.raises(hr.DataError, match=message):
        first.extend(asset.iloc[start:], hedges[names].iloc[start:])


def test_extend_refuses_another_time_zone(sample: Sample) -> None:
    asset, hedges = sample()
    first = fit(asset.iloc[:40], hedges.iloc[:40])
    with pytest.raises(
        hr.DataError, match="new data must be dated like the fit, whose last date is"
    ):
        first.extend(asset.iloc[40:].tz_localize("UTC"), hedges.iloc[40:].tz_localize("UTC"))
