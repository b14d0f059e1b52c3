"""``recommend --position``: a book in YAML gives what the library gives."""

import json
import re
import warnings
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.cli.book.book import FIELDS, recommend_for_book
from hedgeresearch.cli.book.instruments import TYPES
from hedgeresearch.cli.book.models import read_model
from hedgeresearch.cli.book.yaml_reader import read_yaml

Run = Callable[..., tuple[int, str, str]]
DOCS = Path(hr.__file__).parents[1] / "docs"
Change = Callable[[Path, str, str], Path]


def test_book_gives_the_recommendation_of_the_library(
    run: Run, book: Path, coin_prices: pd.DataFrame
) -> None:
    coin_prices.attrs = {"source": "prices.csv"}
    market = hr.Market(coin_prices, {"COIN_PERP": "COIN"}, {"COIN_PERP": "FUNDING"})
    margins = {"maintenance_margin": 0.005}
    instruments = [
        hr.InverseContract("COIN_PERP", 100, fee=0.0005, funding="8-hourly", **margins),
        hr.LinearContract("OTHER", 1, lot=0.001),
    ]
    position = hr.Position({"COIN": 25})
    expected = hr.recommend(
        hr.OLSHedge().fit(*market.returns(position, instruments)),
        position=position,
        instruments=instruments,
        market=market,
        holdings={"COIN_PERP": -1000},
        objective=hr.Objective(beta={"OTHER": 0.1}),
        limits=hr.Limits(contracts={"COIN_PERP": (-90000, 0), "OTHER": 5000}, gross=9e6),
        rebalancing=hr.NoTradeBands(tracking_error=0.05),
        margin=hr.Margin({"COIN_PERP": 30.0}, horizon=10, probability=0.05),
        confidence=0.9,
        seed=3,
    ).to_dict()
    code, output, errors = run("recommend", "--position", book, "--json")
    assert (code, errors) == (0, "")
    found = json.loads(output)
    expected = json.loads(json.dumps(expected))
    # The table is read with the needed columns in the order of the book.
    for record in (found, expected):
        assert sorted(record["data"].pop("columns")) == sorted(coin_prices.columns)
        assert len(record["data"].pop("sha256")) == 64
    assert_close(found, expected)


def assert_close(found: Any, expected: Any) -> None:
    """Equal but for the last digits that a file of text may lose."""
    if isinstance(expected, dict):
        assert list(found) == list(expected)
        for name in expected:
            assert_close(found[name], expected[name])
    elif isinstance(expected, list):
        assert len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            assert_close(one, other)
    else:
        assert found == (
            pytest.approx(expected, rel=1e-9) if isinstance(expected, float) else expected
        )


def test_text_has_decision_reasons_and_tables(run: Run, book: Path, tmp_path: Path) -> None:
    code, output, errors = run("recommend", "--position", book, "--output", tmp_path / "hedge.json")
    assert (code, errors) == (0, "")
    said = " ".join(output.split())
    recommendation = recommend_for_book(book)
    assert output.startswith("Data: prices.csv, to 2024-04-09 16:00.\nModel: OLSHedge()\n")
    assert max(map(len, output.splitlines())) <= 100
    for sentence in (recommendation.decision, *recommendation.reasons):
        assert sentence in said.replace("- ", "").replace("  ", " ") or sentence in said
    for name in ("COIN_PERP", "OTHER", "target", "new", "cost"):
        assert name in output
    assert json.loads((tmp_path / "hedge.json").read_text()) == json.loads(recommendation.to_json())


def test_same_file_gives_the_same_bytes(run: Run, book: Path) -> None:
    first = run("recommend", "--position", book, "--json")
    assert run("recommend", "--position", book, "--json") == first


# --- the example and its description ---


def test_example_runs_on_the_bundled_data(run: Run, tmp_path: Path) -> None:
    text = (DOCS / "book.yaml").read_text(encoding="utf-8")
    quick = tmp_path / "book.yaml"  # the fit with regimes is that of other tests
    quick.write_text(text.replace("regime: {n_regimes: 2, n_starts: 5}", "ols: {}"))
    assert quick.read_text() != text
    code, output, errors = run(
        "recommend", "--position", quick, "--report", tmp_path / "report.html", "--json"
    )
    assert (code, errors) == (0, "")
    record = json.loads(output)
    assert set(record["confidence"]["by_model"]) == {"naive", "ols", "ewma"}
    assert 0.8 < record["confidence"]["out_of_sample"]["effectiveness"] < 0.95
    assert -80 <= record["instruments"]["SP500"]["new"] <= 0
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert page.count('class="plotly-graph-div"') == 5


@pytest.mark.slow
def test_unchanged_example_runs(run: Run, tmp_path: Path) -> None:
    code, output, errors = run(
        "recommend", "--position", DOCS / "book.yaml", "--report", tmp_path / "report.html"
    )
    assert (code, errors) == (0, "")
    assert "Model: RegimeHedge(GaussianHMM(2, n_starts=5))" in output
    assert "out of sample it was" in " ".join(output.split())
    assert (tmp_path / "report.html").stat().st_size < 8e6


def test_every_field_is_described_in_the_docs() -> None:
    described = set(re.findall(r"`([a-z_.]+)`", (DOCS / "book.md").read_text(encoding="utf-8")))
    expected = {
        f"{section}.{name}".lstrip(".") for section, names in FIELDS.items() for name in names
    }
    expected |= {
        f"instruments.{field.name}"
        for kind in TYPES.values()
        for field in fields(kind)
        if field.init
    }
    expected |= {"instruments.spec", "instruments.type"}
    sections = {name for name in FIELDS if name}
    undescribed = {name for name in expected - described if name not in sections}
    assert undescribed == set()
    fields_described = {
        name
        for name in described
        if "." in name and not name.startswith("hr.") and "yaml" not in name
    }
    assert fields_described <= expected


def test_models_of_the_docs_can_be_read(tmp_path: Path) -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", (DOCS / "book.md").read_text(encoding="utf-8"), re.S)
    found = []
    for number, block in enumerate(blocks):
        path = tmp_path / f"{number}.yaml"
        path.write_text(block)
        found.append(read_model(read_yaml(path).mapping()["model"]).model)
    assert found == [
        hr.MinimumVarianceHedge(hr.EWMACovariance()),
        hr.RegimeHedge(hr.GaussianHMM(3), weighting="most_likely"),
        hr.MinimumVarianceHedge(hr.DCC(univariate=hr.GARCH(density="student"))),
    ]


# --- variants ---


def test_terms_of_a_venue_can_be_replaced(book: Path, changed: Change) -> None:
    text = book.read_text()
    old = text[text.index("  - type: inverse") : text.index("  - name: OTHER")]
    changed(book, old, "  - {spec: binance_coinm_btc, name: COIN_PERP, half_spread: 0.0002}\n")
    perpetual = recommend_for_book(book).problem.instruments[0]
    assert perpetual == hr.contract_spec("binance_coinm_btc", name="COIN_PERP", half_spread=0.0002)


def test_dates_may_be_in_another_column(
    book: Path, coin_prices: pd.DataFrame, changed: Change
) -> None:
    before = recommend_for_book(book).to_dict()
    coin_prices.reset_index()[["COIN", "date", "COIN_PERP", "OTHER", "FUNDING"]].to_csv(
        book.parent / "prices.csv", index=False
    )
    changed(book, "  file: prices.csv\n", "  file: prices.csv\n  date: date\n")
    assert recommend_for_book(book).to_dict() == before


def test_expiry_is_read_as_a_date(book: Path, changed: Change) -> None:
    changed(book, "    multiplier: 1\n", "    multiplier: 1\n    expiry: 2024-06-28\n")
    recommendation = recommend_for_book(book)
    assert recommendation.problem.terms[1].expiry == pd.Timestamp("2024-06-28")


def test_differences_of_prices_give_their_slope(
    book: Path, coin_prices: pd.DataFrame, changed: Change
) -> None:
    only_linear = book.read_text()[
        book.read_text().index("  - type: inverse") : book.read_text().index("  - name: OTHER")
    ]
    changed(book, only_linear, "")
    text = book.read_text()
    for line in (
        "  rates: {COIN_PERP: COIN}\n",
        "  funding:\n    COIN_PERP: FUNDING\n",
        "holdings: {COIN_PERP: -1000}\n",
    ):
        text = text.replace(line, "")
    text = text.replace("COIN_PERP: [-90000, 0], ", "").replace(
        "margin: {collateral: {COIN_PERP: 30.0}, ", "margin: {"
    )
    book.write_text(text + "returns: difference\n")
    changes = coin_prices.diff().iloc[1:]
    slope = np.cov(changes["COIN"], changes["OTHER"])[0, 1] / changes["OTHER"].var()
    assert recommend_for_book(book).summary["ratio"]["OTHER"] == pytest.approx(slope, rel=1e-9)


def test_model_of_prices_is_fitted_on_values(
    book: Path, coin_prices: pd.DataFrame, changed: Change
) -> None:
    changed(
        book,
        book.read_text()[
            book.read_text().index("  - type: inverse") : book.read_text().index("  - name: OTHER")
        ],
        "",
    )
    text = (
        book.read_text()
        .split("holdings:")[0]
        .replace("  rates: {COIN_PERP: COIN}\n", "  rates: {COIN: 2}\n")
    )
    book.write_text(text.replace("  funding:\n    COIN_PERP: FUNDING\n", "") + "model: ecm\n")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", hr.errors.ConvergenceWarning)
        warnings.simplefilter("ignore", hr.errors.DataWarning)
        found = recommend_for_book(book)
        expected = hr.ErrorCorrectionHedge().fit(2 * coin_prices["COIN"], coin_prices[["OTHER"]])
    assert found.summary["ratio"]["OTHER"] == pytest.approx(expected.next_ratio["OTHER"], rel=1e-9)
    changed(book, "  COIN: 25\n", "  COIN: 25\n  COIN_PERP: 3\n")
    with pytest.raises(hr.DataError, match="model must use returns where several assets are held"):
        recommend_for_book(book)


def test_backtest_has_the_costs_of_the_instruments(book: Path, changed: Change) -> None:
    models = "[ewma, naive, {rolling: {window: 60}}]"
    backtest = f"backtest: {{window: expanding, refit_every: 50, models: {models}}}\n"
    book.write_text(book.read_text() + backtest)
    changed(book, "expanding", "200")
    study = recommend_for_book(book).settings.backtest
    assert study is not None
    assert set(study.models) == {"naive", "ols", "ewma", "rolling"}
    assert study.models["rolling"] == hr.RollingOLSHedge(60)
    assert len(study.hedged_returns) == 99
    assert study.costs["ols"].iloc[0] == pytest.approx(
        0.0005 * abs(study.ratio("ols")["COIN_PERP"].iloc[0]), rel=1e-9
    )


def test_models_of_the_same_name_get_distinct_names(book: Path) -> None:
    models = (
        "[{rolling: {window: 60}}, {rolling: {window: 90}}, {rolling: {window: 60}}, ols, ewma]"
    )
    book.write_text(
        book.read_text() + f"backtest: {{window: 200, refit_every: 50, models: {models}}}\n"
    )
    study = recommend_for_book(book).settings.backtest
    assert study is not None
    assert study.seed == 3
    assert study.models == {
        "naive": hr.NaiveHedge(),
        "ols": hr.OLSHedge(),
        "RollingOLSHedge(60)": hr.RollingOLSHedge(60),
        "RollingOLSHedge(90)": hr.RollingOLSHedge(90),
        "ewma": hr.MinimumVarianceHedge(hr.EWMACovariance()),
    }


def test_ols_with_other_settings_is_backtested(book: Path, changed: Change) -> None:
    book.write_text(book.read_text() + "backtest: {window: 200, refit_every: 50}\n")
    changed(book, "model: ols", "model: {ols: {hac_lags: 3}}")
    found = recommend_for_book(book)
    study = found.settings.backtest
    assert study is not None
    assert study.models["OLSHedge(hac_lags=3)"] == found.problem.fit.model
    assert found.confidence.out_of_sample is not None


def test_dated_future_has_carry_from_its_underlying(
    book: Path, coin_prices: pd.DataFrame, changed: Change
) -> None:
    changed(book, "    lot: 0.001\n", "    lot: 0.001\n    expiry: 2024-06-28\n")
    assert [one.instrument for one in recommend_for_book(book).carry] == ["COIN_PERP"]
    changed(book, "  file: prices.csv\n", "  file: prices.csv\n  underlying: {OTHER: COIN}\n")
    found = recommend_for_book(book).carry[-1]
    assert (found.instrument, found.source) == ("OTHER", "basis")
    last = coin_prices.iloc[-1]
    years = (pd.Timestamp("2024-06-28") - coin_prices.index[-1]) / pd.Timedelta(days=365)
    assert found.rate_per_year == pytest.approx(
        np.log(last["OTHER"] / last["COIN"]) / years, rel=1e-6
    )


def test_backtest_of_differences_has_no_costs(tmp_path: Path, coin_prices: pd.DataFrame) -> None:
    coin_prices.to_csv(tmp_path / "prices.csv")
    path = tmp_path / "book.yaml"
    path.write_text(
        "data: {file: prices.csv}\nposition: {COIN: -10}\nmodel: ols\nreturns: difference\n"
        "instruments: [{type: linear, name: OTHER, multiplier: 1, fee: 0.001}]\n"
        "backtest: {window: 200, refit_every: 50}\n"
    )
    study = recommend_for_book(path).settings.backtest
    assert study is not None
    assert not study.costs.any(axis=None)


def test_class_name_stays_text_in_a_text_setting(tmp_path: Path) -> None:
    path = tmp_path / "model.yaml"
    path.write_text(
        "MinimumVarianceHedge: {covariance_model: {CCC: {univariate: {ArchModel: {vol: GARCH}}}}}\n"
    )
    assert read_model(read_yaml(path)).model == hr.MinimumVarianceHedge(
        hr.CCC(univariate=hr.ArchModel(vol="GARCH"))
    )


def test_warnings_are_printed_and_in_the_report(
    run: Run, book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def warned(*parts: Any, **settings: Any) -> Any:
        for _ in range(2):
            warnings.warn("something\nto\x1b know", hr.errors.DataWarning, stacklevel=1)
        return real(*parts, **settings)

    from hedgeresearch.cli.book import book as book_file

    real = book_file.recommend
    monkeypatch.setattr(book_file, "recommend", warned)
    report = book.parent / "report.html"
    code, _, errors = run("recommend", "--position", book, "--report", report)
    assert (code, errors) == (0, "warning: something to\ufffd know\n")
    page = report.read_text(encoding="utf-8")
    assert page.count('<li class="warning">Warning: something to\ufffd know</li>') == 1
    assert page.index("Method and references") < page.index("Warning: something to")


def test_outputs_never_overwrite_files_that_are_read(
    run: Run, book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hedgeresearch.cli.book.book.recommend", None)  # before the work
    folder = book.parent
    prices = folder / "prices.csv"
    (folder / "link.html").symlink_to(prices)
    (folder / "hard.html").hardlink_to(book)
    kept = {path: path.read_bytes() for path in (book, prices)}
    for options, message in (
        (
            ("--report", book),
            "--report must be another file than --position, which it would overwrite",
        ),
        (("--output", folder / "." / "book.yaml"), "--output must be another file than --position"),
        (("--report", folder / "hard.html"), "--report must be another file than --position"),
        (("--output", prices), "--output must be another file than the prices of the book"),
        (
            ("--report", folder / "link.html"),
            "--report must be another file than the prices of the book",
        ),
        (
            ("--report", folder / "new", "--output", folder / "new"),
            "--report must be another file than --output",
        ),
    ):
        code, output, errors = run("recommend", "--position", book, *options)
        assert (code, output) == (2, "")
        assert message in errors
        assert len(errors.splitlines()) == 1
    assert {path: path.read_bytes() for path in kept} == kept
    assert not (folder / "new").exists()
    assert not list(folder.glob(".*.part"))


def test_dataset_with_another_source(tmp_path: Path) -> None:
    path = tmp_path / "book.yaml"
    path.write_text(
        "data: {dataset: nasdaq_sp500, source: my own}\nposition: {NASDAQ: -10}\nmodel: ols\n"
        "instruments: [{spec: cme_es, name: SP500}]\n"
    )
    recommendation = recommend_for_book(path)
    assert recommendation.to_dict()["data"]["source"] == "my own"
    assert recommendation.to_dict()["data"]["rows"] == 5031
