"""Walks as tasks: every model over every pair, here, on several cores or on a cluster, to the same last bit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import RLock
from typing import TYPE_CHECKING, Any

import pandas as pd

from hedgeresearch.errors import DataError
from hedgeresearch.evaluation.engine.checkpoint import Checkpoint, walk_key
from hedgeresearch.evaluation.engine.schedule import Step
from hedgeresearch.evaluation.engine.walk import Walk, join_walks, walk
from hedgeresearch.hedges.model import HedgeModel, check_hedge_model
from hedgeresearch.hedges.regression.naive import NaiveHedge
from hedgeresearch.hedges.regression.ols import OLSHedge

if TYPE_CHECKING:
    from rich.progress import Progress

LONGEST = 250
"""Refits in a task. A longer walk is cut into several, each beginning with a search from nowhere."""

_alone = RLock()
"""Held by the walk of a process: warnings are caught, and threads counted, for a process as a whole."""


@dataclass(frozen=True, eq=False)
class Task:
    """A model to be walked over the returns of a pair.

    Attributes
    ----------
    label : what the progress bar says
    model : HedgeModel
    returns : DataFrame (n_dates, 1 + n_hedges), the asset first
    steps : when to estimate and what to hedge
    checkpoint : Checkpoint or None
    """

    label: str
    model: HedgeModel
    returns: pd.DataFrame
    steps: Sequence[Step]
    checkpoint: Checkpoint | None = None

    def run(self, tick: Callable[[], Any] = lambda: None) -> Walk:
        """The walk: from the checkpoint if it is there, else walked, with one thread, and put there."""
        from threadpoolctl import threadpool_limits

        key = "" if self.checkpoint is None else walk_key(self.model, self.returns, self.steps)
        found = None if self.checkpoint is None else self.checkpoint.load(key)
        if found is not None:
            return found
        with _alone, threadpool_limits(1):  # more threads would add numbers in another order
            walked = walk(self.model, self.returns, self.steps, tick)
        if self.checkpoint is not None:
            self.checkpoint.save(key, walked)
        return walked

    def parts(self) -> list[Task]:
        """The task, or what a long one is cut into: the same on any number of cores."""
        cuts = range(0, len(self.steps), LONGEST)
        return [
            Task(self.label, self.model, self.returns, self.steps[i : i + LONGEST], self.checkpoint)
            for i in cuts
        ]


def run_tasks(tasks: Sequence[Task], n_jobs: int | None, progress: bool) -> list[Walk]:
    """The walks of all tasks, in their order: by joblib, with whatever backend ``joblib.parallel_config`` has set."""
    parts = [task.parts() for task in tasks]
    every = [part for cut in parts for part in cut]
    with _progress_bar(progress) as bar:
        walks = _run_each(every, n_jobs, bar)
        return [join_walks([next(walks) for _ in cut]) for cut in parts]


def _run_each(tasks: Sequence[Task], n_jobs: int | None, bar: Progress) -> Iterator[Walk]:
    from joblib import Parallel, delayed, effective_n_jobs

    shown = bar.add_task("", total=sum(len(task.steps) for task in tasks))
    done = 0
    serial = effective_n_jobs(n_jobs) == 1
    if not serial:
        answers = Parallel(n_jobs, return_as="generator")(delayed(run)(task) for task in tasks)
    for task in tasks:
        bar.update(shown, description=task.label)
        yield task.run(lambda: bar.advance(shown)) if serial else next(answers)
        done += len(task.steps)
        bar.update(shown, completed=done)


def run(task: Task) -> Walk:
    """The walk of a task, in whichever process."""
    return task.run()


def with_benchmarks(models: Mapping[str, HedgeModel]) -> dict[str, HedgeModel]:
    """The models to compare, naive and OLS first.

    Raises
    ------
    DataError
        If one is no model, or has the name of a benchmark.
    """
    benchmarks: dict[str, HedgeModel] = {"naive": NaiveHedge(), "ols": OLSHedge()}
    if not isinstance(models, Mapping):
        raise DataError(
            f"models must be a dictionary of hedge models by name; got {type(models).__name__}."
        )
    for name, model in models.items():
        if not isinstance(name, str) or not name:
            raise DataError(f"models must have texts for names; got {name!r}.")
        check_hedge_model(model, f"model {name!r}")
    reserved = [
        name
        for name in models
        if name == "unhedged" or (name in benchmarks and models[name] != benchmarks[name])
    ]
    if reserved:
        raise DataError(
            f"a model must not be called {reserved[0]!r}; the name is taken by a benchmark. Choose another."
        )
    return benchmarks | dict(models)


@contextmanager
def _progress_bar(shown: bool) -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(
        console=console, disable=not shown or not console.is_terminal, transient=True
    ) as bar:
        yield bar
