"""The hedges with a short name, and where the default is used."""

import pytest

import hedgeresearch as hr
from hedgeresearch.cli.inputs.models import DEFAULT_MODEL, ModelName
from hedgeresearch.hedges.default import (
    default_hedge,
    named_hedge,
    regime_conditional_hedge,
    stacked_decays_hedge,
)
from hedgeresearch.recommendation.selection import entrants


@pytest.mark.parametrize("name", list(ModelName))
def test_every_name_of_the_command_line_is_a_hedge(name):
    assert isinstance(named_hedge(name), hr.hedges.HedgeModel)


def test_commands_and_tournaments_use_the_same_hedges():
    assert named_hedge(DEFAULT_MODEL) == default_hedge()
    assert named_hedge("regime") == regime_conditional_hedge()
    assert default_hedge() == named_hedge("decays") == stacked_decays_hedge()
    assert default_hedge() in entrants(None, 1000, 1).values()
