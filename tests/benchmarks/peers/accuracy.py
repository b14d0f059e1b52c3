"""Compare accuracy with other programs over simulated samples, and write docs/accuracy.md.

``make accuracy`` runs ``python -m tests.benchmarks.peers.accuracy [--samples N] [--write FILE]`` in
the environment of the speed comparison.
"""

from __future__ import annotations

import argparse
import warnings
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from tests.benchmarks.peers import panels
from tests.benchmarks.peers.estimates import DCCEstimate, Program
from tests.benchmarks.peers.likelihood import next_correlation, shortfall
from tests.benchmarks.peers.speed import PROGRAMS
from tests.benchmarks.peers.tables import circumstances, markdown

NORMAL_QUANTILE = 1.959964
SAME_OPTIMUM = 0.01
"""Log-likelihood below the maximum up to which an optimum is found."""
SAME_FORECAST = 1e-6
FIRST_SEED = 1000
DESIGNS = {
    "clear": "Clear dynamics: a = .05, b = .93",
    "fat tails": "The same with fat tails: Student-t shocks, 5 degrees of freedom",
    "weak": "Weak dynamics: a = .01, b = .90, where b is badly determined",
}


@dataclass
class Score:
    """Counts over samples.

    Attributes
    ----------
    failures : samples without a result
    optima : samples whose estimates are at the maximum of the program's own likelihood
    shortfalls : log-likelihood below the maximum, of each sample with a result
    covered : samples whose 95% intervals of a and of b have the true value, (2,)
    without_error : samples where an error of a or b is missing or zero, (2,)
    ahead : samples whose next correlation is one step after the last date
    """

    failures: int = 0
    optima: int = 0
    shortfalls: list[float] = field(default_factory=list)
    covered: np.ndarray = field(default_factory=lambda: np.zeros(2, int))
    without_error: np.ndarray = field(default_factory=lambda: np.zeros(2, int))
    ahead: int = 0

    def add(self, panel: panels.Panel, estimate: DCCEstimate, truth: tuple[float, float]) -> None:
        """Count a sample."""
        below = shortfall(panel.returns, estimate)
        self.shortfalls.append(below)
        self.optima += below < SAME_OPTIMUM
        errors = np.array(estimate.errors)
        misses = np.abs(np.array([estimate.a, estimate.b]) - truth)
        has_error = np.isfinite(errors) & (errors > 0.0)
        self.without_error += ~has_error
        self.covered += has_error & (misses <= NORMAL_QUANTILE * np.where(has_error, errors, 0.0))
        _, expected = next_correlation(estimate)
        self.ahead += bool(np.abs(estimate.next_correlation - expected).max() < SAME_FORECAST)


def sample(dynamics: str, seed: int) -> panels.Panel:
    """Return a simulated sample of a design."""
    if dynamics == "fat tails":
        return panels.fat_tailed(seed)
    return panels.simulated(2, dynamics, seed=seed)


def score(program: Program, dynamics: str, n_samples: int) -> Score:
    """Return the counts of a program over samples of one design."""
    settings = panels.DYNAMICS["weak" if dynamics == "weak" else "clear"]
    result = Score()
    for seed in range(FIRST_SEED, FIRST_SEED + n_samples):
        panel = sample(dynamics, seed)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                estimate = program.dcc(panel.returns)
        except Exception:  # a peer may raise anything
            result.failures += 1
            continue
        result.add(panel, estimate, (settings["a"], settings["b"]))
    return result


def table(dynamics: str, n_samples: int) -> str:
    """Return the counts of all programs over samples of one design."""
    programs = [program for program in PROGRAMS if program.dcc is not None]
    rows = [_row(one.name, score(one, dynamics, n_samples)) for one in programs]
    head = ["program", "fails", "optimum found", "largest shortfall", "covers a", "covers b"]
    return markdown([*head, "no error of a", "no error of b", "forecast one step ahead"], rows)


def _row(name: str, found: Score) -> list[str]:
    counts = [*found.covered, *found.without_error, found.ahead]
    largest = max(found.shortfalls, default=np.nan)
    return [name, str(found.failures), str(found.optima), f"{largest:.3f}", *map(str, counts)]


def page(n_samples: int) -> str:
    """Return the page of all designs."""
    parts = [HEAD.format(n=n_samples, optimum=SAME_OPTIMUM), circumstances()]
    for dynamics, title in DESIGNS.items():
        parts += [f"## {title}", table(dynamics, n_samples)]
    return "\n\n".join(parts)


HEAD = """# Accuracy next to other programs

`make accuracy` writes this page: it estimates DCC(1,1) of {n} simulated samples of two series and
1000 dates with each program, and counts

- samples in which a program fails, or finds the optimum: its own likelihood, with its own start of
  the recursions and its own treatment of the mean, is at most {optimum} below the highest value
  that searches from many starts find; the largest shortfall of all samples stands next to it;
- samples whose 95% interval, the estimate and 1.96 of its standard errors to each side, has the
  true value of a and of b (95 of 100 is right), and those without a standard error, which do not
  count as covered: at a bound there is none;
- samples whose forecast of the next correlation uses the last observation, that is, equals the
  recursion taken one step beyond the sample.

The errors are those that the program reports: of both steps in hedgeresearch, multiarch and
pymgarch, of the second step alone in multigarch (Hessian) and scivol (robust)."""


def main() -> None:
    """Print the page, or write it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=100)
    parser.add_argument("--write", type=Path, help="file to write in place of printing")
    arguments = parser.parse_args()
    text = page(arguments.samples) + "\n"
    if arguments.write is None:
        print(text)
    else:
        arguments.write.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
