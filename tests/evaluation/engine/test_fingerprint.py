"""Fingerprints of models: all settings count, the same in every process."""

import importlib
import importlib.util
import itertools
import linecache
import os
import random
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any, ClassVar

import numba
import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.evaluation.engine import installed
from hedgeresearch.evaluation.engine.fingerprint import fingerprint
from hedgeresearch.hedges import HedgeTraits

numbers = itertools.count()


@pytest.fixture
def define(tmp_path: Path) -> Callable[[str], Any]:
    """Return what a file called ``notebook`` defines as ``observe``."""

    def from_source(source: str) -> Any:
        path = tmp_path / f"notebook_{next(numbers)}.py"
        path.write_text(source)
        spec = importlib.util.spec_from_file_location("notebook", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module.observe

    return from_source


ABSOLUTE = "def observe(returns): return returns.abs()\n"
METHOD = """class Scaled:
    def __init__(self, size): self.size = size
    def scale(self, returns): return self.size * returns
    @property
    def name(self): return "scaled"
"""


def regime(observe: Any) -> Any:
    return hr.RegimeHedge(hr.GaussianHMM(2), observe=observe)


def double(returns: Any) -> Any:
    return 2 * returns


@dataclass(frozen=True)
class Setting:
    """A model of a user with one setting."""

    value: Any
    traits: ClassVar[HedgeTraits] = HedgeTraits()

    fit = hr.OLSHedge.fit
    advance = hr.OLSHedge.advance


# --- what counts ---


def test_every_setting_of_a_model_counts() -> None:
    models = [
        hr.RollingOLSHedge(60),
        hr.RollingOLSHedge(61),
        hr.WeightedOLSHedge(60),
        hr.MinimumVarianceHedge(hr.DCC()),
        hr.MinimumVarianceHedge(hr.DCC(univariate=hr.GARCH(asymmetric=True))),
        hr.CombinedHedge({"ols": hr.OLSHedge(), "rolling": hr.RollingOLSHedge(60)}),
        hr.CombinedHedge({"naive": hr.NaiveHedge(), "rolling": hr.RollingOLSHedge(60)}),
        regime(None),
        regime(double),
    ]
    texts = [fingerprint(model) for model in models]
    assert len(set(texts)) == len(texts)
    assert fingerprint(hr.RollingOLSHedge(60)) == texts[0]


def test_classes_of_the_package_have_their_exported_name() -> None:
    text = fingerprint(hr.RollingOLSHedge(60))
    assert text.startswith("hedgeresearch.hedges.RollingOLSHedge{'window': 60")


def test_values_are_identified_by_content() -> None:
    table = pd.DataFrame({"x": [1.0, 2.0]}, pd.date_range("2020-01-01", periods=2))
    moved = table.copy()
    moved.iloc[1, 0] = np.nextafter(2.0, 3.0)
    values = [None, True, 1, 1.5, "1", b"1", date(2020, 1, 1), pd.Timestamp("2020-01-01")]
    values += [[1, 2], [2, 1], {1, 2, 3}, {"a": 1}, {"a": 2}]
    values += [table, moved, table.rename(columns={"x": "y"}), table.shift(freq="D")]
    values += [table["x"], table.index]
    values += [np.array([1.0, 2.0]), np.array([[1.0, 2.0]]), np.array([1, 2])]
    values += [np.abs, np.sqrt, int, float]
    texts = [fingerprint(Setting(value)) for value in values]
    assert len(set(texts)) == len(texts)
    assert fingerprint(table.copy()) == fingerprint(table)
    assert fingerprint({3, 2, 1}) == fingerprint({1, 2, 3})


def test_functions_count_by_their_source(define: Callable[[str], Any]) -> None:
    sources = [
        ABSOLUTE,
        ABSOLUTE.replace("abs", "cumsum"),
        "def observe(returns, size=1): return size * returns\n",
        "def observe(returns, size=2): return size * returns\n",
        "def observe(returns, *, size=3): return size * returns\n",
    ]
    functions = [define(source) for source in sources]
    texts = [fingerprint(regime(function)) for function in functions]
    texts += [fingerprint(partial(functions[0], 1)), fingerprint(partial(functions[0], 2))]
    texts += [fingerprint(partial(functions[1], 2))]
    texts += [fingerprint(partial(functions[0], size=2))]
    assert len(set(texts)) == len(texts)
    assert fingerprint(regime(define(ABSOLUTE))) == texts[0]


def test_methods_count_by_object_and_source(define: Callable[[str], Any]) -> None:
    objects = [
        define(f"{METHOD}observe = Scaled(1).scale\n"),
        define(f"{METHOD}observe = Scaled(2).scale\n"),
        define(f"{METHOD.replace('self.size *', 'self.size +')}observe = Scaled(2).scale\n"),
        define(f"{METHOD.replace('scaled', 'renamed')}observe = Scaled(2).scale\n"),
        define(f"{METHOD}observe = Scaled(1)\n"),
        define(f"{METHOD}observe = Scaled\n"),
    ]
    texts = [fingerprint(one) for one in objects]
    assert len(set(texts)) == len(texts)


def test_classes_of_users_count_by_their_methods(define: Callable[[str], Any]) -> None:
    source = """from dataclasses import dataclass
@dataclass(frozen=True)
class Mine:
    size: int = 1
    def fit(self, asset, hedges): return {}
    @classmethod
    def usual(cls): return cls()
    @staticmethod
    def half(x): return x / 2
observe = Mine()
"""
    variants = [source.format(text) for text in ("asset", "hedges")]
    variants += [variants[0].replace("cls()", "cls(2)"), variants[0].replace("x / 2", "x / 3")]
    variants += [variants[0].replace("size: int = 1", "size: int = 2")]
    texts = [fingerprint(define(variant)) for variant in variants]
    assert len(set(texts)) == len(texts)
    assert fingerprint(define(variants[0])) == texts[0]


def test_compiled_functions_count_like_their_source() -> None:
    assert fingerprint(numba.njit(double)) == fingerprint(double)


def test_objects_count_by_what_pickle_keeps() -> None:
    drawn = random.Random(0)
    drawn.random()
    values = [random.Random(0), random.Random(1), drawn, np.random.default_rng(0)]
    values += [np.random.default_rng(1), iter([1, 2]), iter([1, 3]), Shrinking()]
    texts = [fingerprint(value) for value in values]
    assert len(set(texts)) == len(texts)
    assert fingerprint(np.random.default_rng(0)) == texts[3]


# --- code that a function uses ---


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Return the fingerprint of ``observe`` in a module "mine" that uses a module "indicators"."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    def fingerprint_of(mine: str, indicators: str) -> str:
        (tmp_path / "mine.py").write_text(mine)
        (tmp_path / "indicators.py").write_text(indicators)
        importlib.invalidate_caches()
        linecache.clearcache()
        for name in ("mine", "indicators"):
            sys.modules.pop(name, None)
        return fingerprint(regime(importlib.import_module("mine").observe))

    return fingerprint_of


SPANS = "SPAN = {span}\nTABLE = {{'span': SPAN}}\ndef level(r): return r.ewm(span={span}).mean()\n"
SPANS += "class Level:\n    span = {span}\n    def of(self, r): return r.ewm(span={span}).mean()\n"
SPANS += "LEVEL = Level()\n"
USES = [
    "import indicators\ndef observe(r): return indicators.level(r)\n",
    "import indicators as x\ndef observe(r): return x.Level().of(r)\n",
    "import indicators\ndef observe(r): return r.ewm(span=indicators.SPAN).mean()\n",
    "from indicators import level\ndef observe(r): return level(r)\n",
    "from indicators import SPAN\ndef observe(r): return r.ewm(span=SPAN).mean()\n",
    "from indicators import TABLE\ndef observe(r): return r.ewm(span=TABLE['span']).mean()\n",
    "from indicators import Level\ndef observe(r): return Level().of(r)\n",
    "from indicators import LEVEL\ndef observe(r): return LEVEL.of(r)\n",
    "from indicators import SPAN\ndef observe(r): return r.map(lambda x: x * SPAN)\n",
    "from indicators import level\ndef f(r): return level(r)\ndef observe(r): return f(r)\n",
    "import indicators\nclass Mine(indicators.Level):\n    pass\nobserve = Mine().of\n",
    "from indicators import SPAN\ndef observe(r, span=SPAN): return r.ewm(span=span).mean()\n",
]


@pytest.mark.parametrize("use", USES)
def test_code_and_constants_of_other_modules_count(modules: Callable[..., str], use: str) -> None:
    five = modules(use, SPANS.format(span=5))
    assert modules(use, SPANS.format(span=40)) != five
    assert modules(use, SPANS.format(span=5)) == five


def test_modules_that_use_each_other_are_followed(modules: Callable[..., str]) -> None:
    use = "import indicators\nSIZE = 2\ndef observe(r): return indicators.level(r)\n"
    indicators = (
        "import logging, re, mine\nlog = logging.getLogger(__name__)\nA = re.compile('a')\n"
    )
    indicators += "def level(r): return level(r) if mine.SIZE else observe(r)\n"
    before = modules(use, indicators)
    assert modules(use, indicators) == before
    assert modules(use.replace("SIZE = 2", "SIZE = 3"), indicators) != before


def test_installed_packages_count_by_their_version(
    modules: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    use = "from sklearn.preprocessing import scale\ndef observe(r): return scale(r)\n"
    before = modules(use, "")
    assert modules(use, "") == before
    monkeypatch.setattr(installed.metadata, "version", lambda name: "0.0.0")
    installed.installed_version.cache_clear()
    assert modules(use, "") != before
    installed.installed_version.cache_clear()


@pytest.mark.parametrize(
    "use",
    [
        "import threading\nlock = threading.Lock()\ndef observe(r): return r if lock else -r\n",
        "rows = (k for k in (1, 2))\ndef observe(r): return next(rows) * r\n",
        "double = lambda r: 2 * r\ndef observe(r): return double(r)\n",
    ],
)
def test_what_a_function_uses_is_refused_if_it_cannot_be_followed(
    modules: Callable[..., str], use: str
) -> None:
    with pytest.raises(hr.DataError, match="for a checkpoint"):
        modules(use, "")


# --- what is refused ---


def closing(size: float) -> Any:
    def observe(table: Any) -> Any:
        return size * table

    return observe


@pytest.mark.parametrize("observe", [lambda table: table.abs(), closing(2.0)])
def test_lambdas_and_closures_are_refused(observe: Any) -> None:
    with pytest.raises(hr.DataError, match=r"must be defined with def, .* Give them settings with"):
        fingerprint(regime(observe))


def test_functions_without_source_are_refused() -> None:
    space: dict[str, Any] = {"__name__": "notebook"}
    exec(ABSOLUTE, space)
    with pytest.raises(hr.DataError, match="the source of .* must be available for a checkpoint"):
        fingerprint(regime(space["observe"]))


def test_objects_that_cannot_be_pickled_are_refused() -> None:
    with pytest.raises(hr.DataError, match="must be numbers, texts, tables, dataclasses or funct"):
        fingerprint(Setting(Lock()))


@pytest.mark.parametrize("model", [regime(lambda table: table.abs()), Setting(Lock())])
def test_models_are_refused_before_any_walk(model: Any, tmp_path: Path) -> None:
    returns = hr.data.simulate_dcc(n_dates=300, seed=11).returns
    models = {"rolling": hr.RollingOLSHedge(60), "refused": model}
    with pytest.raises(hr.DataError, match="checkpoint"):
        hr.walk_forward(
            models,
            returns["asset"],
            returns[["hedge"]],
            250,
            progress=False,
            checkpoint=tmp_path / "walks",
        )
    assert not (tmp_path / "walks").exists()


# --- every process ---

MODELS = [
    regime(double),
    regime(numba.njit(double)),
    hr.CombinedHedge({"ols": hr.OLSHedge(), "rolling": hr.RollingOLSHedge(60)}, weights="stacking"),
    hr.MinimumVarianceHedge(hr.DCC(univariate=hr.GARCH())),
    Setting({"b", "a", "c", "d"}),
]
PROGRAM = """
from tests.evaluation.engine.test_fingerprint import MODELS, fingerprint
print([fingerprint(model) for model in MODELS])
"""


@pytest.mark.long
def test_fingerprints_are_the_same_in_every_process() -> None:
    root = str(Path(hr.__file__).parents[1])
    environment = os.environ | {"PYTHONPATH": root, "PYTHONHASHSEED": "1"}
    command = [sys.executable, "-c", PROGRAM]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == str([fingerprint(model) for model in MODELS])


class Shrinking:
    shrink = 0.5
    traits = HedgeTraits()


def test_attributes_of_a_class_count(monkeypatch: pytest.MonkeyPatch) -> None:
    before = fingerprint(Shrinking())
    monkeypatch.setattr(Shrinking, "shrink", 1.0)
    assert fingerprint(Shrinking()) != before


def test_object_arrays_are_identified_by_their_content() -> None:
    one = np.array(["a", "b"], dtype=object)
    assert fingerprint(one) == fingerprint(np.array(["".join("a"), "b"], dtype=object))
    assert fingerprint(one) != fingerprint(np.array(["a", "c"], dtype=object))


def test_built_in_functions_are_identified_by_name() -> None:
    assert fingerprint(abs) == fingerprint(abs)
    assert fingerprint(abs) != fingerprint(len)
