"""The code in README and docs runs as it is written."""

import re
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
import pytest

import hedgeresearch as hr

ROOT = Path(hr.__file__).parents[1]
BLOCK = re.compile(r"```python\n(.*?)```", re.DOTALL)
OUTPUT = re.compile(r"```text\n(.*?)```", re.DOTALL)
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")


def pages_of_docs() -> list[Path]:
    """Pages of the documentation, without what a build has left."""
    found = (ROOT / "docs").rglob("*.md")
    return [path for path in found if "_build" not in path.parts]


def blocks(page: Path) -> list[str]:
    return BLOCK.findall(page.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def one_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which all pages are typed, one after the other."""
    return tmp_path_factory.mktemp("pages")


def run(page: str, names: dict[str, Any], folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    for block in blocks(ROOT / "docs" / page):
        if "distributed" not in block:  # a cluster is tested with the engine
            exec(compile(block, page, "exec"), names)
    plt.close("all")


@pytest.mark.long
def test_the_twelve_lines_print_what_the_readme_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    readme = ROOT / "README.md"
    (code,) = blocks(readme)
    exec(compile(code, "README.md", "exec"), {})
    plt.close("all")
    (shown,) = OUTPUT.findall(readme.read_text(encoding="utf-8"))
    assert capsys.readouterr().out.split() == shown.split()
    assert (tmp_path / "first_hedge.png").stat().st_size > 10_000


@pytest.mark.long
@pytest.mark.parametrize(
    "page",
    [
        "models.md",
        "backtests.md",
        "options.md",
        "onchain.md",
        "markets.md",
        "basis.md",
        "systemic.md",
        "glossary.md",
        "write_your_own_model.md",
    ],
)
def test_pages_run_as_typed(page: str, one_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(page, {}, one_folder, monkeypatch)


@pytest.mark.long
def test_a_page_can_be_typed_twice(one_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(2):
        found: dict[str, Any] = {}
        run("markets.md", found, one_folder, monkeypatch)
        assert len(list(found["replay"](found["recording"]))) == 800
    assert not (one_folder / "audit.jsonl").exists()


@pytest.mark.long
def test_a_pool_is_hedged_in_fifteen_lines() -> None:
    page = (ROOT / "docs" / "onchain.md").read_text(encoding="utf-8")
    prices, hedge, *_ = BLOCK.findall(page.partition("## A hedge of a position")[2])
    lines = [line for line in hedge.splitlines() if line.strip()]
    assert len(lines) <= 15
    found: dict[str, Any] = {}
    exec("import numpy as np\nimport pandas as pd\n" + prices + hedge, found)
    advice = found["advice"]
    assert advice.orders["side"].tolist() == ["sell"]
    assert abs(advice.onchain.exposure.loc["all", "WETH"]) < 0.02 * 12.5


def test_the_page_on_data_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prices: pd.DataFrame = hr.load("brent_wti")
    prices.to_csv(tmp_path / "prices.csv")
    european = prices.set_axis(prices.index.strftime("%d.%m.%Y"))
    european.to_csv(tmp_path / "kurse.csv", sep=";", decimal=",")
    hr.returns(prices).mul(100).to_csv(tmp_path / "factors.csv")
    with pd.ExcelWriter(tmp_path / "book.xlsx") as book:
        prices.to_excel(book, sheet_name="notes")
        prices.to_excel(book, sheet_name="closes")
    polars = pytest.importorskip("polars")
    found: dict[str, Any] = {"polars_frame": polars.from_pandas(prices.reset_index())}
    run("data.md", found, tmp_path, monkeypatch)
    assert list(found["returns"].columns) == ["BRENT", "WTI"]


@pytest.mark.usefixtures("data_dir")
def test_the_page_on_positions_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found: dict[str, Any] = {}
    run("positions.md", found, tmp_path, monkeypatch)
    assert found["advice"].action in ("trade", "hold")
    assert (tmp_path / "report.html").exists()


def test_reproductions_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found: dict[str, Any] = {}
    run("reproductions.md", found, tmp_path, monkeypatch)
    assert found["hull"].passed


@pytest.mark.parametrize(
    "page",
    [
        "README.md",
        "CONTRIBUTING.md",
        *sorted(str(path.relative_to(ROOT)) for path in pages_of_docs()),
    ],
)
def test_links_lead_to_files(page: str) -> None:
    path = ROOT / page
    targets = LINK.findall(path.read_text(encoding="utf-8"))
    missing = [target for target in targets if not (path.parent / target).exists()]
    assert missing == []


TERMS = [
    "quantitative hedging",
    "hidden markov regimes",
    "wash trading",
    "leptokurtosis",
    "transactional utility",
    "execution benchmarks",
    "valuation",
    "data-driven analysis",
    "professional risk management",
    "revenue metrics",
    "high-frequency systems",
    "index tracking",
    "portfolio construction",
    "delta neutrality",
    "market neutrality",
    "volatility surface",
    "skew",
    "risk modeling",
    "systems risk",
    "arbitrageur",
    "basis compression",
    "exposure adjustment",
    "put-call skew",
    "loss minimization",
    "market timing",
    "behavioral risk",
    "liquidity heat maps",
    "credit proxies",
]


def test_every_term_of_the_glossary_has_a_short_example() -> None:
    page = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    sections = {text.partition("\n")[0].lower(): text for text in page.split("\n## ")[1:]}
    left_out = sections.pop("left out")
    assert sorted(sections) == sorted(TERMS)
    assert "| term | why |" in left_out
    for term, text in sections.items():
        (example,) = BLOCK.findall(text)
        lines = [line for line in example.splitlines() if line.strip()]
        assert 1 <= len(lines) <= 10, term
