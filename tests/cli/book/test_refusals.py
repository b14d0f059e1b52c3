"""``recommend --position``: errors in a book are one line with the line and the field."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

import hedgeresearch as hr
from hedgeresearch.cli.book.yaml_reader import read_yaml

Run = Callable[..., tuple[int, str, str]]
Change = Callable[[Path, str, str], Path]
DOCS = Path(hr.__file__).parents[1] / "docs"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [  # lines of the book of conftest.py, from 1
        (
            "  gross: 9000000",
            "  gros: 9000000",
            "line 25: limits.gros is not a field; limits has the fields",
        ),
        ("  gross: 9000000", "  gros: 9000000", "The nearest is 'gross'."),
        (
            "model: ols",
            "modell: ols",
            "line 21: modell is not a field; a book has the fields data,",
        ),
        ("model: ols", "model: olz", "line 21: model must be one of naive, ols, rolling"),
        (
            "model: ols",
            "model: {regime: {n_regime: 2}}",
            "line 21: model.regime.n_regime is not a setting of this model",
        ),
        (
            "model: ols",
            "model: {regime: {n_regimes: two}}",
            "line 21, model.regime.n_regimes: n_regimes must be",
        ),
        (
            "model: ols",
            "model: {rolling: {window: 2}, ols: {}}",
            "line 21: model must have one name",
        ),
        ("model: ols", "model: {RollingOLSHedge: {windw: 2}}", "The nearest is 'window'."),
        (
            "model: ols",
            "model: RollingOLSHedge",
            "line 21: model must have every setting of RollingOLSHedge",
        ),
        ("model: ols", "model: DCC", "line 21: model must be one of naive"),
        (
            "  COIN: 25\n",
            "  COIN: 25\n  COIN: 26\n",
            "line 8: position must have each name once; 'COIN' is",
        ),
        (
            "  COIN: 25\n",
            "  NO: 25\n",
            "line 7: position must have names that are text; got 'NO'. YAML reads NO as a",
        ),
        (
            "  COIN: 25\n",
            "  2024-01-01: 25\n",
            "YAML reads 2024-01-01 as a date: put it in quotes, '2024-01-01'.",
        ),
        ("  COIN: 25\n", "  600519: 25\n", "YAML reads 600519 as a number: put it in quotes"),
        (
            "  COIN: 25\n",
            "  COIN: 1e5\n",
            "line 7: position.COIN must be a number; YAML reads '1e5' as text.",
        ),
        ("  COIN: 25\n", "  COIN: 1e5\n", "before the exponent: 1.0e+5."),
        (
            "  COIN: 25\n",
            "  COIN: '25'\n",
            "line 7: position.COIN must be a number; YAML reads '25' as text.",
        ),
        ("  COIN: 25\n", "  COIN: yes\n", "line 7: position.COIN must be a number; got 'yes'."),
        (
            "  COIN: 25\n",
            "  COIN: 010\n",
            "line 7: position.COIN must be a decimal number; YAML reads 010",
        ),
        (
            "  COIN: 25\n",
            "  COIN: 12:30\n",
            "line 7: position.COIN must be a decimal number; YAML reads 12:30",
        ),
        ("  COIN: 25\n", "  COIN: .nan\n", "line 7: position.COIN must be a number; got '.nan'."),
        ("  COIN: 25\n", "  COIN: 0\n", "line 7, position.COIN: units of 'COIN' must not be zero"),
        ("  COIN: 25\n", "  COIN:\n", "line 7: position.COIN must be a number; got nothing."),
        (
            "position:\n  COIN: 25\n",
            "position: COIN\n",
            "line 6: position must be names with values",
        ),
        (
            "position:\n  COIN: 25\n",
            "",
            "line 1: a book must have the field 'position'; it is missing.",
        ),
        ("  COIN: 25\n", "  COIM: 25\n", "line 7, position.COIM: columns must be one of"),
        ("  COIN: 25\n", "  COIM: 25\n", "Did you mean 'COIN'?"),
        (
            "file: prices.csv",
            "file: price.csv",
            "line 2, data.file: the file of prices must exist; there is none at",
        ),
        (
            "file: prices.csv",
            "file: prices.csv\n  dataset: vix",
            "line 1: data must have either 'file', your own",
        ),
        ("file: prices.csv", "dataset: vex", "line 2, data.dataset: name must be one of"),
        (
            "file: prices.csv",
            "dataset: vix",
            "line 7: position.COIN must be a column of the table: VIX",
        ),
        (
            "{COIN_PERP: COIN}",
            "{COIN_PRP: COIN}",
            "line 3: data.rates.COIN_PRP must be of an asset or instrument of",
        ),
        (
            "{COIN_PERP: COIN}",
            "{COIN_PERP: -1}",
            "line 3: data.rates.COIN_PERP must name the column",
        ),
        (
            "  rates: {COIN_PERP: COIN}\n",
            "",
            "line 1: data.rates must name the column with the price of the coin",
        ),
        (
            "type: inverse",
            "type: invers",
            "line 9: instruments[1].type must be one of linear, inverse, quanto, spot",
        ),
        (
            "type: inverse",
            "spec: binance_btc",
            "line 9: instruments[1].spec must be one of cme_btc",
        ),
        (
            "type: inverse",
            "spec: cme_es\n    type: linear",
            "line 9: instruments[1] must have either 'spec'",
        ),
        (
            "    value: 100\n",
            "",
            "line 9: instruments[1] must have the field 'value'; it is missing.",
        ),
        (
            "    value: 100\n",
            "    multiplier: 1\n",
            "line 11: instruments[1].multiplier is not a field",
        ),
        (
            "    value: 100\n",
            "    value: 0\n",
            "line 11, instruments[1].value: value must be a number above 0",
        ),
        (
            "    fee: 0.0005\n",
            "    fee: 5\n",
            "line 12, instruments[1].fee: fee must be a share of the traded value",
        ),
        (
            "    lot: 0.001\n",
            "    expiry: '2024-06-28'\n",
            "line 19: instruments[2].expiry must be a date such as",
        ),
        (
            "    lot: 0.001\n",
            "    expiry: 2024-06-31\n",
            "line 19: instruments[2].expiry must be a date of the",
        ),
        (
            "{COIN_PERP: -1000}",
            "{COIN_PERPS: -1000}",
            "line 20: holdings.COIN_PERPS must be of an instrument",
        ),
        (
            "OTHER: 5000}",
            "OTHERS: 5000}",
            "line 24: limits.contracts.OTHERS must be of an instrument",
        ),
        (
            "[-90000, 0]",
            "[0, -90000]",
            "line 24, limits.contracts.COIN_PERP: contracts of 'COIN_PERP' must be limited",
        ),
        (
            "tracking_error: 0.05",
            "tracking_error: -1",
            "line 26, rebalancing.no_trade_bands.tracking_error: tracking_error must",
        ),
        (
            "horizon: 10",
            "horizon: 10.5",
            "line 27: margin.horizon must be a whole number; got '10.5'.",
        ),
        (
            "no_trade_bands: {tracking_error: 0.05}",
            "tracking_error: 0.05",
            "line 26: rebalancing must be one of no_trade",
        ),
        (
            "no_trade_bands: {tracking_error: 0.05}",
            "no_trade_bands: {}, cost_optimal_bands: {}",
            "must have one name, with",
        ),
        (
            "{no_trade_bands: {tracking_error: 0.05}}",
            "no_trade_band",
            "The nearest is 'no_trade_bands'.",
        ),
        (
            "{no_trade_bands: {tracking_error: 0.05}}",
            "cost_optimal_bands",
            "line 26: rebalancing.cost_optimal_bands must have",
        ),
        (
            "no_trade_bands: {tracking_error: 0.05}",
            "partial_rebalancing: {impact: 2}",
            "must have the field 'risk_aversion'; it is",
        ),
        (
            "tracking_error: 0.05",
            "reversion: 2",
            "line 26: rebalancing.no_trade_bands.reversion is not a field; rebalancing",
        ),
        (
            "confidence: 0.9",
            "confidence: 95",
            "line 28, confidence: confidence must be the probability that an interval",
        ),
        ("  COIN: 25\n", "  COIN: '-.5E3'\n", "sign before the exponent: -0.5e+3."),
        (
            "  COIN: 25\n",
            "  COIN: '0123456789.0123456789'\n",
            "the exponent: 123456789.0123456789.",
        ),
        (
            "  COIN: 25\n",
            "  COIN: '1e999'\n",
            "line 7: position.COIN must be a number; got '1e999'.",
        ),
        ("  COIN: 25\n", '  "CO\\u202eIN": 25\n', "line 7: position must be text of one line with"),
        ("  COIN: 25\n", '  "CO\\nIN": 25\n', "got U+000A in"),
        (
            "  COIN: 25\n",
            "  COIN: 25\a\n",
            "line 7: the file must be text without control characters; got U+0007",
        ),
        (
            "file: prices.csv",
            'file: prices.csv\n  source: "a\\eb"',
            "line 3: data.source must be text of one line",
        ),
        (
            "name: OTHER",
            "name: COIN",
            "line 16: instruments[2].name must be a column of its own; 'COIN' is held",
        ),
        (
            "name: OTHER",
            "name: COIN_PERP",
            "must be a column of its own; 'COIN_PERP' hedges in line 10.",
        ),
        (
            "    lot: 0.001\n",
            "    expiry: 2024-04-08\n",
            "line 19: instruments[2].expiry must not lie before 2024",
        ),
        (
            "{OTHER: 0.1}",
            "{OTER: 0.1}",
            "line 22: objective.beta.OTER must be of an instrument, COIN_PERP, OTHER. The",
        ),
        (
            "{OTHER: 0.1}",
            "0.1",
            "line 22: objective.beta must name the instrument where there are several",
        ),
        (
            "{COIN_PERP: 30.0}",
            "{COINS: 3}",
            "line 27: margin.collateral.COINS must be of an instrument",
        ),
        (
            "[-90000, 0]",
            "[-9, 0, 9]",
            "line 24: limits.contracts.COIN_PERP must be the minimum and the maximum",
        ),
        (
            "model: ols",
            "model: {rolling: {window: 5000}}",
            "line 21, model.rolling.window: window must",
        ),
        ("model: ols", "model: Ols", "The nearest is 'ols'."),
        (
            "model: ols",
            "model: {MinimumVarianceHedge: {covariance_model: dcc}}",
            "letters of its class; got 'dcc'.",
        ),
        (
            "model: ols",
            "model: {MinimumVarianceHedge: {covariance_model: {Dcc: {}}}}",
            "The nearest is 'DCC'.",
        ),
        (
            "file: prices.csv",
            "file: prices.csv\n  underlying: {OTHER: COIN}",
            "data.underlying.OTHER must be of an",
        ),
        ("seed: 3", "seed: -3", "line 29, seed: seed must be"),
        ("seed: 3", "seed: '3'", "line 29: seed must be a number; YAML reads '3' as text."),
        (
            "seed: 3",
            f"seed: {31 * '['}3{31 * ']'}",
            "line 29: values must be nested at most 30 levels",
        ),
        ("seed: 3", f"seed: {5000 * '['}", "line 29: values must be nested at most 30 levels"),
        ("seed: 3", "seed: !!python/object:os.system x", "must be a plain value; got the tag"),
        (
            "seed: 3",
            "seed: &three 3",
            "line 29: values must be written out; anchors (&) and aliases (*) are not read.",
        ),
        ("seed: 3", "seed: 3\n---\nseed: 4", "line 30: the file must be YAML"),
        ("seed: 3", "seed: [3", "the file must be YAML"),
        ("seed: 3", "seed: 3\n returns: simple", "line 30: the file must be YAML"),
        (
            "seed: 3",
            "seed: 3\nreturns: log",
            "line 30: returns must be one of simple, difference; got 'log'.",
        ),
        (
            "seed: 3",
            "backtest: {window: 299}",
            "line 29, backtest.window: window must leave two dates",
        ),
        ("seed: 3", "backtest: {models: ewma}", "line 29: backtest.models must be a list"),
        ("instruments:\n", "instruments: []\nx:\n", "is not a field"),
    ],
)
def test_error_names_the_line_and_the_field(
    run: Run, book: Path, old: str, new: str, message: str, changed: Change
) -> None:
    code, output, errors = run("recommend", "--position", changed(book, old, new))
    assert (code, output) == (2, "")
    assert errors.startswith("error: book.yaml")
    assert len(errors.splitlines()) == 1
    assert message in errors


@pytest.mark.parametrize(
    "text", ["1e5", "-.5E3", "+1.25e-3", "007", "0.10000000000000000555", "12.", "'25'"]
)
def test_advised_number_is_read_as_that_number(
    run: Run, book: Path, text: str, changed: Change
) -> None:
    quoted = "'" + text.strip("'") + "'"
    _, _, errors = run(
        "recommend", "--position", changed(book, "  COIN: 25\n", f"  COIN: {quoted}\n")
    )
    advised = errors.rstrip().removesuffix(".").rsplit(" ", 1)[1]
    found = yaml.safe_load(advised)
    assert isinstance(found, int | float)
    assert float(found) == float(text.strip("'"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--report", "x.txt"), "--report must be a file whose name ends in .html"),
        (
            ("--position", "absent.yaml"),
            "--position must be a YAML file that can be read; absent.yaml: No such file",
        ),
        (("--position", "."), "--position must be a YAML file that can be read; .: Is a directory"),
        (
            ("--position", "b.yaml", "--notional", "5"),
            "leave out --notional, or put it into the book.",
        ),
        (
            ("--position", "b.yaml", "--prices", "x.csv"),
            "leave out --prices, or put it into the book.",
        ),
        (
            ("--position", "b.yaml", "--report", "absent/x.html"),
            "--report must be a file that can be written",
        ),
        (
            ("--position", "b.yaml", "--output", "absent/x.json"),
            "--output must be a file that can be written",
        ),
    ],
)
def test_bad_arguments_are_refused(run: Run, arguments: tuple[str, ...], message: str) -> None:
    code, output, errors = run("recommend", *arguments)
    assert (code, output) == (2, "")
    assert message in errors


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "it is empty"), (b"# nothing\n", "it is empty"), (b"\xff\xfe\x00", "UTF-8")],
)
def test_files_without_a_book_are_refused(
    run: Run, tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "book.yaml"
    path.write_bytes(content)
    code, _, errors = run("recommend", "--position", path)
    assert code == 2
    assert message in errors


def test_values_are_those_of_a_safe_loader(book: Path) -> None:
    def plain(entry: Any) -> Any:
        content = entry.content
        if isinstance(content, dict):
            return {name: plain(one) for name, one in content.items()}
        return [plain(one) for one in content] if isinstance(content, list) else content

    for path in (book, DOCS / "book.yaml"):
        assert plain(read_yaml(path)) == yaml.safe_load(path.read_text(encoding="utf-8"))
