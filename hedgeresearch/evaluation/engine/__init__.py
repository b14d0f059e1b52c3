"""Walk-forward runs: the schedule of refits, the walks themselves, checkpoints, parallel tasks."""
