"""When kernels are compiled, and where they are kept."""

import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch._kernels.arithmetic.densities import digamma
from hedgeresearch._kernels.arithmetic.linear_algebra import cholesky_in_place
from hedgeresearch._kernels.compilation import kernels, sources, steering
from hedgeresearch._kernels.compilation.kernels import Kernel, kernel
from hedgeresearch._kernels.compilation.sources import source_digest
from hedgeresearch._kernels.compilation.steering import compiled_at_once

WITHOUT_NUMBA = """
import sys
import hedgeresearch as hr
from hedgeresearch import datasets
hr.list_models()
datasets.list_datasets()
returns = hr.returns(hr.load("nasdaq_sp500"))
asset, hedges = returns["NASDAQ"], returns[["SP500"]]
hr.check(returns)
for model in (hr.NaiveHedge(), hr.OLSHedge()):
    for _ in range(30):
        fit = model.fit(asset, hedges)
    fit.summary, fit.conf_int(), fit.next_ratio
hr.hedge_notional(fit, 1e6).decision
print(sorted({"numba", "sklearn", "hmmlearn", "statsmodels", "matplotlib"} & set(sys.modules)))
"""


def run(code: str) -> str:
    root = Path(hr.__file__).parents[1]
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, cwd=root, check=True)
    assert done.stderr == ""
    return done.stdout.strip()


@pytest.mark.long
def test_listings_ols_and_naive_do_not_import_numba() -> None:
    assert run(WITHOUT_NUMBA) == "[]"


def add(x: Any, y: Any) -> Any:
    return x + y


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of functions in the order in which they are compiled; none is in fact."""
    names: list[str] = []

    def record(function: Any, options: dict[str, Any]) -> Any:
        names.append(function.__name__)
        return function

    monkeypatch.setattr(kernels, "_compiled", record)
    return names


def test_kernel_is_compiled_at_its_first_call(compiled: list[str]) -> None:
    one = kernel(add)
    assert compiled == []
    assert [one(1, 2), one(3, 4)] == [3, 7]
    assert compiled == ["add"]


def test_plain_version_is_used_where_others_are_not(
    compiled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = kernel(plain=lambda x, y: "plain")(add)
    monkeypatch.setattr(kernels, "is_in_use", lambda: False)
    assert {one(1, 2) for _ in range(100)} == {"plain"}
    monkeypatch.setattr(kernels, "is_in_use", lambda: True)
    monkeypatch.setattr(Kernel, "is_kept", False)
    results = [one(1, 2) for _ in range(25)]
    assert results == ["plain"] * 20 + [3] * 5
    assert compiled == ["add"]


def test_plain_version_gives_way_to_one_that_was_kept(
    compiled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = kernel(plain=lambda x, y: "plain")(add)
    monkeypatch.setattr(kernels, "is_in_use", lambda: True)
    monkeypatch.setattr(Kernel, "is_kept", True)
    assert one(1, 2) == 3


def twice(x: Any) -> Any:
    return 2 * x


def next_odd(x: Any) -> Any:
    return twice(x) + 1


def search(x: Any) -> Any:
    return next_odd(x)


def test_python_steers_until_compiling_pays(
    compiled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # by the first clock, steering takes a tenth of a second, and every pass ten seconds
    readings = iter(np.cumsum([0.0, 0.0, 10.0, 0.1] * 4).tolist())
    for module in (kernels, steering):
        monkeypatch.setattr(module, "thread_time", lambda: next(readings))
    monkeypatch.setattr(kernels, "seconds_to_compile", lambda module, kernel: 1.0)
    monkeypatch.setattr(Kernel, "is_kept", False)
    monkeypatch.setattr(Kernel, "part_of", lambda part, fast: part.function)
    monkeypatch.setitem(globals(), "twice", kernel(twice))
    monkeypatch.setitem(globals(), "next_odd", kernel(steers=True)(next_odd))
    one = kernel(steers=True)(search)
    assert [one(x) for x in range(3)] == [1, 3, 5]
    assert compiled == ["twice"]
    assert one(3) == 7
    assert compiled == ["twice", "search"]


def test_kernel_that_steers_and_was_kept_is_loaded(
    compiled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Kernel, "is_kept", True)
    assert kernel(steers=True)(add)(1, 2) == 3
    assert compiled == ["add"]


def test_kernels_that_steer_are_compiled_for_workers(
    compiled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Kernel, "is_kept", False)
    one = kernel(steers=True)(add)
    with compiled_at_once():
        assert one(1, 2) == 3
    assert compiled == ["add"]
    assert kernel(steers=True)(add)(1, 2) == 3
    assert compiled == ["add"]


def test_plain_versions_are_not_used_where_all_is_compiled(
    compiled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kernels, "is_in_use", lambda: False)
    with compiled_at_once():
        assert kernel(plain=lambda x, y: "plain")(add)(1, 2) == 3
    assert compiled == ["add"]


def test_compiling_at_once_ends_with_the_last_block_of_any_thread() -> None:
    first = compiled_at_once()
    second = compiled_at_once()
    found = [steering.is_urgent()]
    for step in (first.__enter__, second.__enter__):
        step()
        found.append(steering.is_urgent())
    for block in (first, second):
        block.__exit__(None, None, None)
        found.append(steering.is_urgent())
    assert found == [False, True, True, True, False]


def test_python_returns_numbers_as_compiled_code_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Kernel, "is_kept", False)
    one = kernel(steers=True)(add)
    assert type(one(np.float64(1.0), 2)) is float
    pair = kernel(steers=True)(lambda x: (x > 0.0, x))(np.float64(1.0))
    assert list(map(type, pair)) == [bool, float]


def test_compiled_kernel_is_kept_in_a_folder_of_its_source() -> None:
    assert digamma(1.0) == pytest.approx(-np.euler_gamma)
    folder = kernels.cache_folder("hedgeresearch._kernels.arithmetic.densities")
    assert folder is not None
    assert folder.name.startswith("arithmetic.densities-")
    assert digamma.is_kept
    assert not kernel(add).is_kept


@pytest.mark.parametrize(
    "line",
    [
        "from hedgeresearch.inner import f",
        "from hedgeresearch._kernels import inner",
        "from hedgeresearch._kernels import inner as places  # a comment",
        "from hedgeresearch._kernels import (\n    outer,\n    inner,\n)",
    ],
)
def test_digest_follows_the_modules_that_are_imported(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("__init__", "a", "comment"):
        (tmp_path / f"{name}.py").write_text("")
    (tmp_path / "outer.py").write_text(line + "\n")
    (tmp_path / "inner.py").write_text("x = 1\n")

    def file_of(module: str) -> str:
        name = module.rpartition(".")[2]
        return str(tmp_path / ("__init__.py" if name == "_kernels" else f"{name}.py"))

    monkeypatch.setattr(sources, "_file_of", file_of)
    before = source_digest.__wrapped__("hedgeresearch.outer")
    assert source_digest.__wrapped__("hedgeresearch.outer") == before
    (tmp_path / "inner.py").write_text("x = 2\n")
    assert source_digest.__wrapped__("hedgeresearch.outer") != before


def test_kernel_is_pickled_by_its_name() -> None:
    assert pickle.loads(pickle.dumps(cholesky_in_place)) is cholesky_in_place
