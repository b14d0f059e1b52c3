"""CPU seconds to compile what a first fit needs, by module of kernels; none is asserted.

Each case is a process with an empty folder of compiled code. Its name has the CPU seconds, and the
modules that cost most, so that a kernel that became dear to compile is seen.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import hedgeresearch as hr
from tests.benchmarks.clock import seconds_of_programs

FIRST_USE = """
import json
from collections import Counter
import hedgeresearch as hr
from hedgeresearch._kernels.compilation.kernels import log
returns = hr.data.simulate_dcc(400, correlation=0.5, seed=1).returns
seconds = Counter()
with log().observed() as found:
    {statement}
for one in found:
    seconds[one.module] += one.seconds
print(json.dumps(dict(seconds.most_common())))
"""
CASES = {
    "GARCH": ("hr.GARCH().fit(returns['asset'])", 3.0),
    "GARCH, errors": ("hr.GARCH().fit(returns['asset']).standard_errors", 6.0),
    "DCC of a pair": ("hr.DCC().fit(returns)", 5.0),
    "HMM": ("hr.GaussianHMM(2).fit(returns)", 5.0),
}
"""Statement of each case, and the CPU seconds of compiling that it should cost at most."""
N_NAMED = 4


@pytest.mark.benchmark(timer=seconds_of_programs)
@pytest.mark.parametrize("case", CASES)
def test_first_use_compiles(case: str, benchmark: Any, tmp_path: Path) -> None:
    statement, budget = CASES[case]
    command = [sys.executable, "-c", FIRST_USE.format(statement=statement)]
    done = benchmark.pedantic(
        subprocess.run,
        (command,),
        {
            "capture_output": True,
            "cwd": Path(hr.__file__).parents[1],
            "check": True,
            "env": {"NUMBA_CACHE_DIR": str(tmp_path), "PATH": ""},
        },
        rounds=1,
        iterations=1,
    )
    seconds = json.loads(done.stdout)
    dearest = ", ".join(f"{name} {seconds[name]:.1f}" for name in list(seconds)[:N_NAMED])
    total = sum(seconds.values())
    benchmark.extra_info |= {"case": f"{case}: {total:.1f} s ({dearest})", "aim": budget}
    benchmark.extra_info |= {"seconds": seconds}
