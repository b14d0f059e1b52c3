"""The example of a book and its description in docs/."""

import json
import re
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

import hedgeresearch as hr
from hedgeresearch.cli.book.book import FIELDS
from hedgeresearch.cli.book.instruments import TYPES
from hedgeresearch.cli.book.models import read_model
from hedgeresearch.cli.book.yaml_reader import read_yaml
from hedgeresearch.hedges.default import regime_conditional_hedge

Run = Callable[..., tuple[int, str, str]]
DOCS = Path(hr.__file__).parents[1] / "docs"


@pytest.mark.long
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
    assert page.count('class="plotly-graph-div"') == 4  # a constant ratio has no path


@pytest.mark.slow
def test_unchanged_example_runs(run: Run, tmp_path: Path) -> None:
    code, output, errors = run(
        "recommend", "--position", DOCS / "book.yaml", "--report", tmp_path / "report.html"
    )
    assert (code, errors) == (0, "")
    assert "Model: RegimeWeightedHedge(" in output
    assert "GaussianHMM(2, n_starts=5))" in output
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


def with_three_regimes() -> Any:
    """Return the regime-conditional hedge with the settings that the page shows."""
    model: Any = regime_conditional_hedge()
    regimes = replace(model.regime_model, n_regimes=3)
    return replace(model, regime_model=regimes, prior_dates=100)


def test_models_of_the_docs_can_be_read(tmp_path: Path) -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", (DOCS / "book.md").read_text(encoding="utf-8"), re.S)
    found = []
    for number, block in enumerate(blocks):
        path = tmp_path / f"{number}.yaml"
        path.write_text(block)
        found.append(read_model(read_yaml(path).mapping()["model"]).model)
    assert found == [
        hr.MinimumVarianceHedge(hr.EWMACovariance()),
        with_three_regimes(),
        hr.MinimumVarianceHedge(hr.DCC(univariate=hr.GARCH(density="student"))),
    ]
