"""The wheel works in an empty environment and away from the source tree."""

import json
import os
import re
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

pytestmark = pytest.mark.wheel


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a command that can see neither the source tree nor the original data files."""
    hidden = ("HEDGERESEARCH_DATA_DIR", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    return subprocess.run(
        [*map(str, command)], cwd=cwd, env=environment, capture_output=True, text=True, timeout=900
    )


def succeed(*command: str | Path, cwd: Path) -> str:
    done = run(*command, cwd=cwd)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    succeed(sys.executable, "-m", "build", "--wheel", "--outdir", folder, ROOT, cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def scripts(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of commands of an environment with the wheel and its requirements only."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=True)
    scripts = folder / ("Scripts" if os.name == "nt" else "bin")
    pip = (scripts / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    succeed(*pip, "--constraint", ROOT / "requirements.lock", wheel, cwd=folder)
    return scripts


def test_wheel_holds_the_package_and_the_tables_only(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    tables = [
        path.name for pattern in ("*.csv.gz", "*.md") for path in (ROOT / "datasets").glob(pattern)
    ]
    assert tables
    bundled = {name for name in names if name.startswith("hedgeresearch/_bundled/")}
    assert bundled == {f"hedgeresearch/_bundled/{name}" for name in tables}
    beside_code = (
        "py.typed",
        "style.mplstyle",
        "instruments/venues.toml",
        "recommendation/schema.json",
        "report/page.html",
        "report/plotly-basic.min.js.gz",
        "report/plotly-basic.LICENSE",
    )
    assert {f"hedgeresearch/{name}" for name in beside_code} <= names
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)
    assert {name.split("/")[0].split("-")[0] for name in names} == {"hedgeresearch"}


def test_wheel_is_small(wheel: Path) -> None:
    assert wheel.stat().st_size < 3_000_000


def test_description_for_the_index_has_no_links_into_the_repository(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [one for one in archive.namelist() if one.endswith(".dist-info/METADATA")]
        text = archive.read(name).decode()
    assert "# hedgeresearch" in text
    assert re.findall(r"\]\((?!https?:)", text) == []


def test_installation_is_small(scripts: Path, tmp_path: Path) -> None:
    code = """
import importlib.metadata, pathlib, site
names = {one.metadata["Name"] for one in importlib.metadata.distributions()}
folder = pathlib.Path(site.getsitepackages()[0])
own = [file for file in folder.rglob("*") if file.is_file() and file.suffix != ".pyc"]
size = sum(file.lstat().st_size for file in own)
print(len(names - {"pip", "setuptools", "wheel"}), size)
"""
    n_packages, size = map(int, succeed(scripts / "python", "-c", code, cwd=tmp_path).split())
    assert n_packages <= 45
    assert size <= 700_000_000  # without byte code, which pip compiles


def test_parts_that_need_other_packages_name_their_extra(scripts: Path, tmp_path: Path) -> None:
    code = """
import os, pathlib, sys
import hedgeresearch as hr
os.environ["HEDGERESEARCH_DATA_DIR"] = "."
pathlib.Path("prices.parquet").touch()
for call in (
    lambda: hr.feeds.Recorder("."),
    lambda: hr.load("binance_8h"),
    lambda: hr.read_prices("prices.parquet"),
):
    try:
        call()
    except hr.errors.MissingDataError as error:
        print(error)
"""
    errors = succeed(scripts / "python", "-c", code, cwd=tmp_path).splitlines()
    extras = ["live", "downloads", "parquet"]
    assert [line.split("[")[-1].partition("]")[0] for line in errors] == extras


def test_command_shows_the_demo(scripts: Path, tmp_path: Path) -> None:
    shown = succeed(scripts / "hedgeresearch", "demo", cwd=tmp_path)
    assert "hedge_demo.png" in shown
    assert (tmp_path / "hedge_demo.png").stat().st_size > 10_000


def test_bundled_tables_load(scripts: Path, tmp_path: Path) -> None:
    code = """
import hedgeresearch as hr
print(hr.__file__)
assert hr.load("nasdaq_sp500").shape == (5031, 2)
assert "nasdaq_sp500" in hr.datasets.list_datasets().index
"""
    location = succeed(scripts / "python", "-c", code, cwd=tmp_path)
    assert Path(location.strip()).resolve().is_relative_to(scripts.parent.resolve())


def test_command_lists_the_datasets(scripts: Path, tmp_path: Path) -> None:
    assert "nasdaq_sp500" in succeed(scripts / "hedgeresearch", "datasets", cwd=tmp_path)


def test_command_recommends(scripts: Path, tmp_path: Path) -> None:
    answer = json.loads(succeed(scripts / "hedgeresearch", "recommend", "--json", cwd=tmp_path))
    assert {"ratio", "notional"} <= answer.keys()


def test_command_refuses_in_one_line(scripts: Path, tmp_path: Path) -> None:
    refused = run(scripts / "hedgeresearch", "recommend", "--dataset", "nope", cwd=tmp_path)
    assert refused.returncode == 2
    assert len(refused.stderr.strip().splitlines()) == 1
    assert "nope" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_command_writes_a_report(scripts: Path, tmp_path: Path) -> None:
    book = tmp_path / "book.yaml"
    book.write_text(
        "data: {dataset: nasdaq_sp500}\nposition: {NASDAQ: 1000}\nmodel: ols\n"
        "instruments: [{spec: cme_es, name: SP500}]\n"
    )
    told = succeed(
        scripts / "hedgeresearch",
        "recommend",
        "--position",
        book,
        "--report",
        "r.html",
        cwd=tmp_path,
    )
    assert "SP500" in told
    assert (tmp_path / "r.html").read_text(encoding="utf-8").endswith("</html>\n")


def test_command_reproduces(scripts: Path, tmp_path: Path) -> None:
    told = succeed(
        scripts / "hedgeresearch", "reproduce", "hull_jet_fuel", "--output", "out", cwd=tmp_path
    )
    assert "3 of 3 published numbers" in told
    assert (tmp_path / "out" / "hull_jet_fuel.pdf").stat().st_size > 1000
