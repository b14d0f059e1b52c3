"""Constants against their definitions."""

import math

import numpy as np
import pytest
from scipy.special import zeta

from hedgeresearch._constants import OVERSHOOT


def test_overshoot_is_minus_zeta_of_a_half_over_root_two_pi() -> None:
    assert pytest.approx(-zeta(0.5) / math.sqrt(2 * math.pi), rel=1e-15) == OVERSHOOT
    # zeta(1/2) by its alternating series, averaged as it converges slowly
    terms = (-1.0) ** np.arange(200_000) / np.sqrt(np.arange(1, 200_001))
    eta = np.cumsum(terms)[-2:].mean()
    expected = -eta / (1.0 - math.sqrt(2.0)) / math.sqrt(2.0 * math.pi)
    assert pytest.approx(expected, rel=1e-8) == OVERSHOOT
