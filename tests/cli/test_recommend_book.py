"""``recommend --position``: a book in YAML gives what the library gives, and what is wrong is named with its line."""

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
import yaml

import hedgeresearch as hr
from hedgeresearch.cli.book_file import FIELDS, recommendation_of
from hedgeresearch.cli.book_instruments import TYPES
from hedgeresearch.cli.book_models import model_from
from hedgeresearch.cli.yaml_tree import read_tree

Run = Callable[..., tuple[int, str, str]]
DOCS = Path(hr.__file__).parents[1] / "docs"
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
    initial_margin: 0.01
    maintenance_margin: 0.005
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
rebalancing: {tracking_error: 0.05}
margin: {collateral: {COIN_PERP: 30.0}, horizon: 10, probability: 0.05}
level: 0.9
seed: 3
"""


@pytest.fixture(scope="module")
def prices() -> pd.DataFrame:
    """A coin, its perpetual with funding, and another hedge; 300 times of eight hours."""
    rng = np.random.default_rng(8)
    common = rng.normal(scale=0.01, size=300)
    own = rng.normal(scale=0.004, size=(300, 3))
    table = 1000.0 * np.exp(np.cumsum(common[:, None] + own, axis=0))
    dates = pd.date_range("2024-01-01", periods=300, freq="8h", name="date")
    frame = pd.DataFrame(table, dates, ["COIN", "COIN_PERP", "OTHER"])
    return frame.assign(FUNDING=rng.normal(0.0001, 0.0001, 300))


@pytest.fixture
def book(tmp_path: Path, prices: pd.DataFrame) -> Path:
    """The book above beside its prices."""
    prices.assign(comment="not a price").to_csv(tmp_path / "prices.csv")
    path = tmp_path / "book.yaml"
    path.write_text(BOOK)
    return path


def test_a_book_is_recommended_what_the_library_recommends(run: Run, book: Path, prices: pd.DataFrame) -> None:
    prices.attrs = {"source": "prices.csv"}
    market = hr.Market(prices, {"COIN_PERP": "COIN"}, {"COIN_PERP": "FUNDING"})
    margins = {"initial_margin": 0.01, "maintenance_margin": 0.005}
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
        rebalancing=hr.Rebalancing(tracking_error=0.05),
        margin=hr.Margin({"COIN_PERP": 30.0}, horizon=10, probability=0.05),
        level=0.9,
        seed=3,
    ).to_dict()
    code, output, errors = run("recommend", "--position", book, "--json")
    assert (code, errors) == (0, "")
    found = json.loads(output)
    expected = json.loads(json.dumps(expected))
    for record in (found, expected):  # the table is read with the needed columns in the order of the book
        assert sorted(record["data"].pop("columns")) == sorted(prices.columns)
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
        assert found == (pytest.approx(expected, rel=1e-9) if isinstance(expected, float) else expected)


def test_plain_output(run: Run, book: Path, tmp_path: Path) -> None:
    code, output, errors = run("recommend", "--position", book, "--output", tmp_path / "hedge.json")
    assert (code, errors) == (0, "")
    said, recommendation = " ".join(output.split()), recommendation_of(book)
    assert output.startswith("Data: prices.csv, to 2024-04-09 16:00.\nModel: OLSHedge()\n")
    assert max(map(len, output.splitlines())) <= 100
    for sentence in (recommendation.decision, *recommendation.reasons):
        assert sentence in said.replace("- ", "").replace("  ", " ") or sentence in said
    for name in ("COIN_PERP", "OTHER", "best", "to hold", "cost"):
        assert name in output
    assert json.loads((tmp_path / "hedge.json").read_text()) == json.loads(recommendation.to_json())


def test_the_same_file_gives_the_same_bytes(run: Run, book: Path) -> None:
    first = run("recommend", "--position", book, "--json")
    assert run("recommend", "--position", book, "--json") == first


# --- the example and its description ---


def test_the_example_runs_on_the_bundled_data(run: Run, tmp_path: Path) -> None:
    text = (DOCS / "book.yaml").read_text(encoding="utf-8")
    quick = tmp_path / "book.yaml"  # the fit with regimes is that of other tests
    quick.write_text(text.replace("regime: {n_regimes: 2, n_starts: 5}", "ols: {}"))
    assert quick.read_text() != text
    code, output, errors = run("recommend", "--position", quick, "--report", tmp_path / "report.html", "--json")
    assert (code, errors) == (0, "")
    record = json.loads(output)
    assert set(record["certainty"]["by_model"]) == {"naive", "ols", "ewma"}
    assert 0.8 < record["certainty"]["out_of_sample"]["effectiveness"] < 0.95
    assert -80 <= record["instruments"]["SP500"]["to hold"] <= 0
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert page.count('class="plotly-graph-div"') == 5


@pytest.mark.slow
def test_the_example_as_it_stands(run: Run, tmp_path: Path) -> None:
    code, output, errors = run("recommend", "--position", DOCS / "book.yaml", "--report", tmp_path / "report.html")
    assert (code, errors) == (0, "")
    assert "Model: RegimeHedge(GaussianHMM(2))" in output
    assert "out of sample it removed" in " ".join(output.split())
    assert (tmp_path / "report.html").stat().st_size < 8e6


def test_every_field_is_described() -> None:
    described = set(re.findall(r"`([a-z_.]+)`", (DOCS / "book.md").read_text(encoding="utf-8")))
    expected = {f"{section}.{name}".lstrip(".") for section, names in FIELDS.items() for name in names}
    expected |= {f"instruments.{field.name}" for kind in TYPES.values() for field in fields(kind) if field.init}
    expected |= {"instruments.spec", "instruments.type"}
    sections = {name for name in FIELDS if name}
    undescribed = {name for name in expected - described if name not in sections}
    assert undescribed == set()
    fields_described = {name for name in described if "." in name and not name.startswith("hr.") and "yaml" not in name}
    assert fields_described <= expected


def test_the_models_of_the_description_can_be_read(tmp_path: Path) -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", (DOCS / "book.md").read_text(encoding="utf-8"), re.S)
    found = []
    for number, block in enumerate(blocks):
        path = tmp_path / f"{number}.yaml"
        path.write_text(block)
        found.append(model_from(read_tree(path).mapping()["model"])[1])
    assert found == [
        hr.MinimumVarianceHedge(hr.EWMACovariance()),
        hr.RegimeHedge(hr.GaussianHMM(3), combine="most_likely"),
        hr.MinimumVarianceHedge(hr.DCC(margins=hr.GARCH(density="student"))),
    ]


# --- variants ---


def changed(book: Path, old: str, new: str) -> Path:
    """The book with one part changed."""
    text = book.read_text()
    assert text.count(old) == 1
    book.write_text(text.replace(old, new))
    return book


def test_a_venue_with_terms_replaced(book: Path) -> None:
    old = BOOK[BOOK.index("  - type: inverse") : BOOK.index("  - name: OTHER")]
    changed(book, old, "  - {spec: binance_coinm_btc, name: COIN_PERP, half_spread: 0.0002}\n")
    perpetual = recommendation_of(book).book.instruments[0]
    assert perpetual == hr.spec("binance_coinm_btc", name="COIN_PERP", half_spread=0.0002)


def test_dates_in_another_column(book: Path, prices: pd.DataFrame) -> None:
    before = recommendation_of(book).to_dict()
    prices.reset_index()[["COIN", "date", "COIN_PERP", "OTHER", "FUNDING"]].to_csv(
        book.parent / "prices.csv", index=False
    )
    changed(book, "  file: prices.csv\n", "  file: prices.csv\n  date: date\n")
    assert recommendation_of(book).to_dict() == before


def test_an_expiry_is_a_date(book: Path) -> None:
    changed(book, "    multiplier: 1\n", "    multiplier: 1\n    expiry: 2024-06-28\n")
    recommendation = recommendation_of(book)
    assert recommendation.book.terms[1].expiry == pd.Timestamp("2024-06-28")


def test_differences_of_prices(book: Path, prices: pd.DataFrame) -> None:
    only_linear = BOOK[BOOK.index("  - type: inverse") : BOOK.index("  - name: OTHER")]
    changed(book, only_linear, "")
    text = book.read_text()
    for line in (
        "  rates: {COIN_PERP: COIN}\n",
        "  funding:\n    COIN_PERP: FUNDING\n",
        "holdings: {COIN_PERP: -1000}\n",
    ):
        text = text.replace(line, "")
    text = text.replace("COIN_PERP: [-90000, 0], ", "").replace("margin: {collateral: {COIN_PERP: 30.0}, ", "margin: {")
    book.write_text(text + "returns: difference\n")
    changes = prices.diff().iloc[1:]
    slope = np.cov(changes["COIN"], changes["OTHER"])[0, 1] / changes["OTHER"].var()
    assert recommendation_of(book).summary["ratio"]["OTHER"] == pytest.approx(slope, rel=1e-9)


def test_a_model_of_prices(book: Path, prices: pd.DataFrame) -> None:
    changed(book, BOOK[BOOK.index("  - type: inverse") : BOOK.index("  - name: OTHER")], "")
    text = book.read_text().split("holdings:")[0].replace("  rates: {COIN_PERP: COIN}\n", "  rates: {COIN: 2}\n")
    book.write_text(text.replace("  funding:\n    COIN_PERP: FUNDING\n", "") + "model: ecm\n")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", hr.ConvergenceWarning)
        warnings.simplefilter("ignore", hr.DataWarning)
        found = recommendation_of(book)
        expected = hr.ErrorCorrectionHedge().fit(2 * prices["COIN"], prices[["OTHER"]])
    assert found.summary["ratio"]["OTHER"] == pytest.approx(expected.next_ratio["OTHER"], rel=1e-9)
    changed(book, "  COIN: 25\n", "  COIN: 25\n  COIN_PERP: 3\n")
    with pytest.raises(hr.DataError, match="model must work on returns where several assets are held"):
        recommendation_of(book)


def test_a_tournament_with_costs(book: Path) -> None:
    book.write_text(
        BOOK + "tournament: {window: expanding, refit_every: 50, models: [ewma, naive, {rolling: {window: 60}}]}\n"
    )
    changed(book, "expanding", "200")
    study = recommendation_of(book).settings.tournament
    assert study is not None
    assert set(study.models) == {"naive", "ols", "ewma", "rolling"}
    assert study.models["rolling"] == hr.RollingOLSHedge(60)
    assert len(study.hedged_returns) == 99
    assert study.costs["ols"].iloc[0] == pytest.approx(0.0005 * abs(study.ratio("ols")["COIN_PERP"].iloc[0]), rel=1e-9)


def test_a_dataset_and_a_source_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "book.yaml"
    path.write_text(
        "data: {dataset: nasdaq_sp500, source: my own}\nposition: {NASDAQ: -10}\nmodel: ols\n"
        "instruments: [{spec: cme_es, name: SP500}]\n"
    )
    recommendation = recommendation_of(path)
    assert recommendation.to_dict()["data"]["source"] == "my own"
    assert recommendation.to_dict()["data"]["rows"] == 5031


# --- what is refused ---


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [  # lines of the book above, from 1
        ("  gross: 9000000", "  gros: 9000000", "line 25: limits.gros is no field; those of limits are"),
        ("  gross: 9000000", "  gros: 9000000", "The nearest is 'gross'."),
        ("model: ols", "modell: ols", "line 21: modell is no field; those of a book are data, position"),
        ("model: ols", "model: olz", "line 21: model must be one of naive, ols, rolling"),
        ("model: ols", "model: {regime: {n_regime: 2}}", "line 21: model.regime.n_regime is no setting of this model"),
        ("model: ols", "model: {regime: {n_regimes: two}}", "line 21, model.regime.n_regimes: n_regimes must be"),
        ("model: ols", "model: {rolling: {window: 2}, ols: {}}", "line 21: model must name one model"),
        ("model: ols", "model: {RollingOLSHedge: {windw: 2}}", "The nearest is 'window'."),
        ("model: ols", "model: RollingOLSHedge", "line 21: model must have every setting of RollingOLSHedge"),
        ("model: ols", "model: DCC", "line 21: model must be one of naive"),
        ("  COIN: 25\n", "  COIN: 25\n  COIN: 26\n", "line 8: position must hold each name once; 'COIN' stands"),
        ("  COIN: 25\n", "  NO: 25\n", "line 7: position must have text for names; got 'NO'. YAML reads NO as a truth"),
        ("  COIN: 25\n", "  2024-01-01: 25\n", "YAML reads 2024-01-01 as a date: put it in quotes, '2024-01-01'."),
        ("  COIN: 25\n", "  600519: 25\n", "YAML reads 600519 as a number: put it in quotes"),
        ("  COIN: 25\n", "  COIN: 1e5\n", "line 7: position.COIN must be a number; YAML reads '1e5' as text."),
        ("  COIN: 25\n", "  COIN: 1e5\n", "1.0e+05"),
        ("  COIN: 25\n", "  COIN: '25'\n", "line 7: position.COIN must be a number; YAML reads '25' as text."),
        ("  COIN: 25\n", "  COIN: yes\n", "line 7: position.COIN must be a number; got 'yes'."),
        ("  COIN: 25\n", "  COIN: 010\n", "line 7: position.COIN must be a decimal number; YAML reads 010"),
        ("  COIN: 25\n", "  COIN: 12:30\n", "line 7: position.COIN must be a decimal number; YAML reads 12:30"),
        ("  COIN: 25\n", "  COIN: .nan\n", "line 7: position.COIN must be a number; got '.nan'."),
        ("  COIN: 25\n", "  COIN: 0\n", "line 7, position.COIN: units of 'COIN' must not be zero"),
        ("  COIN: 25\n", "  COIN:\n", "line 7: position.COIN must be a number; got nothing."),
        ("position:\n  COIN: 25\n", "position: COIN\n", "line 6: position must be names with values"),
        ("position:\n  COIN: 25\n", "", "line 1: a book must have the field 'position'; it is missing."),
        ("  COIN: 25\n", "  COIM: 25\n", "line 7, position.COIM: columns must be one of"),
        ("  COIN: 25\n", "  COIM: 25\n", "Did you mean 'COIN'?"),
        ("file: prices.csv", "file: price.csv", "line 2, data.file: path must be a file; there is none at"),
        ("file: prices.csv", "file: prices.csv\n  dataset: vix", "line 1: data must have 'file', prices of your own"),
        ("file: prices.csv", "dataset: vex", "line 2, data.dataset: name must be one of"),
        ("file: prices.csv", "dataset: vix", "line 7: position.COIN must be a column of the table: VIX"),
        ("{COIN_PERP: COIN}", "{COIN_PRP: COIN}", "line 3: data.rates.COIN_PRP must be of what is held or hedges"),
        ("{COIN_PERP: COIN}", "{COIN_PERP: -1}", "line 3, data.rates.COIN_PERP: "),
        ("  rates: {COIN_PERP: COIN}\n", "", "rates must name the column with the price of the coin"),
        ("type: inverse", "type: invers", "line 9: instruments[1].type must be one of linear, inverse, quanto, spot"),
        ("type: inverse", "spec: binance_btc", "line 9: instruments[1].spec must be one of cme_btc"),
        ("type: inverse", "spec: cme_es\n    type: linear", "line 9: instruments[1] must have 'spec'"),
        ("    value: 100\n", "", "line 9: instruments[1] must have the field 'value'; it is missing."),
        ("    value: 100\n", "    multiplier: 1\n", "line 11: instruments[1].multiplier is no field"),
        ("    value: 100\n", "    value: 0\n", "line 11, instruments[1].value: value must be a number above 0"),
        ("    fee: 0.0005\n", "    fee: 5\n", "line 12, instruments[1].fee: fee must be a share from 0 to 1"),
        ("    lot: 0.001\n", "    expiry: '2024-06-28'\n", "line 19: instruments[2].expiry must be a date such as"),
        ("    lot: 0.001\n", "    expiry: 2024-06-31\n", "line 19: instruments[2].expiry must be a date of the"),
        ("{COIN_PERP: -1000}", "{COIN_PERPS: -1000}", "line 20, holdings.COIN_PERPS: holdings must be of instruments"),
        ("OTHER: 5000}", "OTHERS: 5000}", "line 24, limits.contracts.OTHERS: limits must be of instruments"),
        ("[-90000, 0]", "[0, -90000]", "line 24, limits.contracts.COIN_PERP: contracts of 'COIN_PERP' must be limited"),
        ("tracking_error: 0.05", "tracking_error: -1", "line 26, rebalancing.tracking_error: tracking_error must lie"),
        ("horizon: 10", "horizon: 10.5", "line 27: margin.horizon must be a whole number; got '10.5'."),
        ("level: 0.9", "level: 95", "line 28, level: level must lie strictly between 0 and 1; got 95."),
        ("seed: 3", "seed: !!python/object:os.system x", "must be a plain value; got the tag"),
        ("seed: 3", "seed: &three 3", "line 29: values must be written out; anchors (&) and aliases (*) are not read."),
        ("seed: 3", "seed: 3\n---\nseed: 4", "line 30: the file must be YAML"),
        ("seed: 3", "seed: [3", "the file must be YAML"),
        ("seed: 3", "seed: 3\n returns: simple", "line 30: the file must be YAML"),
        ("seed: 3", "seed: 3\nreturns: log", "line 30: returns must be one of simple, difference; got 'log'."),
        ("seed: 3", "tournament: {window: 299}", "line 29, tournament.window: window must leave two dates"),
        ("seed: 3", "tournament: {models: ewma}", "line 29: tournament.models must be a list"),
        ("instruments:\n", "instruments: []\nx:\n", "is no field"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_line(run: Run, book: Path, old: str, new: str, message: str) -> None:
    code, output, errors = run("recommend", "--position", changed(book, old, new))
    assert (code, output) == (2, "")
    assert errors.startswith("error: book.yaml")
    assert len(errors.splitlines()) == 1
    assert message in errors


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--report", "x.html"), "--report needs --position BOOK.yaml"),
        (("--position", "absent.yaml"), "--position must be a YAML file that can be read; absent.yaml: No such file"),
        (("--position", "."), "--position must be a YAML file that can be read; .: Is a directory"),
        (("--position", "b.yaml", "--notional", "5"), "leave out --notional, or put it into the book."),
        (("--position", "b.yaml", "--prices", "x.csv"), "leave out --prices, or put it into the book."),
        (("--position", "b.yaml", "--report", "absent/x.html"), "the report must be a file that can be written"),
        (("--position", "b.yaml", "--output", "absent/x.json"), "--output must be a file that can be written"),
    ],
)
def test_bad_arguments(run: Run, arguments: tuple[str, ...], message: str) -> None:
    code, output, errors = run("recommend", *arguments)
    assert (code, output) == (2, "")
    assert message in errors


@pytest.mark.parametrize(
    ("content", "message"), [(b"", "it is empty"), (b"# nothing\n", "it is empty"), (b"\xff\xfe\x00", "UTF-8")]
)
def test_files_without_a_book(run: Run, tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "book.yaml"
    path.write_bytes(content)
    code, _, errors = run("recommend", "--position", path)
    assert code == 2
    assert message in errors


def test_what_is_read_is_what_a_safe_loader_reads(book: Path) -> None:
    def plain(entry: Any) -> Any:
        content = entry.content
        if isinstance(content, dict):
            return {name: plain(one) for name, one in content.items()}
        return [plain(one) for one in content] if isinstance(content, list) else content

    for path in (book, DOCS / "book.yaml"):
        assert plain(read_tree(path)) == yaml.safe_load(path.read_text(encoding="utf-8"))
