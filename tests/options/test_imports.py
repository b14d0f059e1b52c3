"""What using the room loads: the compiler at the first price only."""

import subprocess
import sys
from pathlib import Path

import pytest

import hedgeresearch as hr

CODE = """
import sys
import hedgeresearch as hr
names = [getattr(hr.options, name) for name in hr.options.__all__]
hr.options.years_to_expiry("2026-05-27 08:00+00:00", "2026-06-26 08:00+00:00")
print("numba" in sys.modules, end=" ")
hr.options.black_price(100.0, 110.0, 0.5, 0.6)
print("numba" in sys.modules)
"""


@pytest.mark.long
def test_compiler_is_loaded_at_the_first_price() -> None:
    root = Path(hr.__file__).parents[1]
    found = subprocess.run(
        [sys.executable, "-c", CODE], capture_output=True, text=True, check=True, cwd=root
    )
    assert found.stdout.split() == ["False", "True"]
