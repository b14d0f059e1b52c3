"""Walks as tasks: every model over every pair, in one process, in several or on a cluster.

The results do not depend on where the tasks run, to the last bit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from hedgeresearch._kernels.compilation.kernels import log
from hedgeresearch._kernels.compilation.steering import compiled_at_once
from hedgeresearch._threads import single_threaded_blas
from hedgeresearch.covariance.margin_store import MarginStore
from hedgeresearch.evaluation.engine.checkpoint import Checkpoint, walk_key
from hedgeresearch.evaluation.engine.closed_form import ratios_at_once
from hedgeresearch.evaluation.engine.steps import Steps
from hedgeresearch.evaluation.engine.walk import Walk, join_walks, walk
from hedgeresearch.hedges.closed_form import Refit
from hedgeresearch.hedges.model import HedgeModel

if TYPE_CHECKING:
    from rich.progress import Progress

MAX_REFITS = 250
"""Maximum number of refits in a task; a longer walk is split into tasks, each starting cold."""


@dataclass(frozen=True, eq=False)
class Task:
    """A model to be walked over the returns of a pair.

    Attributes
    ----------
    label : str, shown by the progress bar
    model : HedgeModel
    returns : DataFrame (n_dates, 1 + n_hedges), the asset first
    refits : when to estimate and what to hedge
    checkpoint : Checkpoint or None
    key : str or None
        Key of the walk in the checkpoint. It is computed where the models were defined, as other
        processes may not have their source; None without a checkpoint.
    store : MarginStore, univariate estimates of all models that walk over these returns
    """

    label: str
    model: HedgeModel
    returns: pd.DataFrame
    refits: Sequence[Refit]
    checkpoint: Checkpoint | None = None
    key: str | None = None
    store: MarginStore = field(default_factory=MarginStore)

    def run(self, tick: Callable[[], Any] = lambda: None) -> Walk:
        """Return the walk from the checkpoint, or walk and save it; ``tick`` as in ``walk``."""
        if self.checkpoint is None or self.key is None:
            return self._walk(tick)
        finished = self.checkpoint.load(self.key)
        if finished is None:
            finished = self._walk(tick)
            self.checkpoint.save(self.key, finished)
        return finished

    @property
    def is_finished(self) -> bool:
        """True if the checkpoint has the walk."""
        if self.checkpoint is None or self.key is None:
            return False
        return self.checkpoint.has(self.key)

    def prepare(self) -> bool:
        """Make the first refit, so that kernels are compiled once and not by every worker.

        Where it compiled anything, so may the second one, which starts at the first.

        Returns
        -------
        bool
            Whether compiled passes make the walk, without Python's lock.
        """
        values = np.array(self.returns.to_numpy(), order="C")
        first = self.refits[:1]
        if ratios_at_once(self.model, values, first):
            return True
        steps = Steps(self.model, self.returns)
        if next(steps.in_samples(first, np.array([True]))) is not None:
            return True
        with log().observed() as compiled:
            steps.step(first[0], cold=True)
        if compiled and len(self.refits) > 1:
            steps.step(self.refits[1], cold=False)
        return False

    def _walk(self, tick: Callable[[], Any]) -> Walk:
        # several threads of linear algebra change the order of summation
        with single_threaded_blas():
            return walk(self.model, self.returns, self.refits, tick, self.store)

    def parts(self) -> list[Task]:
        """Return the task in parts, which do not depend on the number of processes."""
        starts = range(0, len(self.refits), MAX_REFITS)
        return [self._part(self.refits[i : i + MAX_REFITS]) for i in starts]

    def _part(self, refits: Sequence[Refit]) -> Task:
        """Return the task for some of its refits, with the key of their walk."""
        if self.checkpoint is None:
            return replace(self, refits=refits)
        return replace(self, refits=refits, key=walk_key(self.model, self.returns, refits))


def run_tasks(tasks: Sequence[Task], n_jobs: int | None, progress: bool) -> list[Walk]:
    """Return the walks of all tasks, in their order.

    joblib runs them with the backend that ``joblib.parallel_config`` has set.

    Parameters
    ----------
    tasks : what to walk
    n_jobs : int, processes or threads, as in joblib
    progress : bool, whether to show a progress bar
    """
    parts = [task.parts() for task in tasks]
    every_part = list(chain.from_iterable(parts))
    with _progress_bar(progress) as bar:
        walks = _run_parts(every_part, n_jobs, bar)
        return [join_walks([next(walks) for _ in cut]) for cut in parts]


def _run_parts(tasks: Sequence[Task], n_jobs: int | None, bar: Progress) -> Iterator[Walk]:
    """Yield the walk of each task, in their order."""
    from joblib import effective_n_jobs

    line = bar.add_task("", total=sum(len(task.refits) for task in tasks))
    n_done = 0
    serial = effective_n_jobs(n_jobs) == 1
    if not serial:
        results = _run_in_parallel(tasks, n_jobs)
    for task in tasks:
        bar.update(line, description=task.label)
        yield task.run(lambda: bar.advance(line)) if serial else next(results)
        n_done += len(task.refits)
        bar.update(line, completed=n_done)


def _run_in_parallel(tasks: Sequence[Task], n_jobs: int | None) -> Iterator[Walk]:
    """Return an iterator over the walks; some backends of joblib have them only at the end.

    Walks that compiled passes make run in threads, which share data and kernels, others in
    processes, unless ``joblib.parallel_config`` has set a backend.
    """
    from joblib import Parallel, delayed
    from joblib.parallel import get_active_backend

    # kernels for two series are not those for more
    unfinished = [task for task in reversed(tasks) if not task.is_finished]
    kinds = {(id(task.model), task.returns.shape[1]): task for task in unfinished}
    with compiled_at_once():
        compiled = [task.prepare() for task in kinds.values()]
    prefer = "threads" if all(compiled) else "processes"
    backend, _ = get_active_backend(prefer=prefer)
    return_as = "generator" if backend.supports_return_generator else "list"
    parallel = Parallel(n_jobs, prefer=prefer, return_as=return_as)
    return iter(parallel(delayed(run)(task) for task in tasks))


def run(task: Task) -> Walk:
    """Return the walk of a task, in whichever process."""
    return task.run()


@contextmanager
def _progress_bar(shown: bool) -> Iterator[Progress]:
    """Show a progress bar on standard error, if it is a terminal."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    bar = Progress(console=console, transient=True)
    if not shown or not console.is_terminal:
        yield bar  # not started, it prints nothing
        return
    with bar:
        yield bar
