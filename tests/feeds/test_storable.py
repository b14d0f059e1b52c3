"""What cannot be stored is refused when it comes, and leaves the recorder as it was."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hedgeresearch.errors import DataError
from hedgeresearch.feeds import Recorder, Source, replay
from hedgeresearch.microstructure import BookSnapshot, BookUpdate, Interruption, Quote, Trade

SOURCE = Source("binance", "BTCUSDT")
BOOK = ([(1.0, 1.0)], [(2.0, 1.0)], None, 0)


@pytest.mark.parametrize(
    ("event", "message"),
    [
        (Trade(2**63, 1.0, 1.0, 1, None, 0), "A Trade with trade_id='9223372036854775808'"),
        (Trade(True, 1.0, 1.0, 1, None, 0), "A Trade with trade_id='True'"),
        (Trade(1, None, 1.0, 1, None, 0), "A Trade with price='None'"),  # type: ignore[arg-type]
        (Trade(1, 2**53 + 1, 1.0, 1, None, 0), "A Trade with price='9007199254740993'"),
        (Trade(1, 1.0, 1.0, 1, None, None), "A Trade with receive_time='None'"),  # type: ignore[arg-type]
        (Quote(1, 1.0, "2", 3.0, 4.0, None, 0), "A Quote with bid_size='2'"),  # type: ignore[arg-type]
        (BookSnapshot(None, *BOOK), "A BookSnapshot with update_id='None'"),  # type: ignore[arg-type]
        (BookUpdate(1, 1, None, [(1.0, None)], [], None, 0), "BookUpdate with the level"),  # type: ignore[list-item]
        (BookUpdate(1, 1, None, [], [1.0], None, 0), "BookUpdate with the level '1.0'"),  # type: ignore[list-item]
        (BookUpdate(1, 1, None, [], [(1.0, 2.0, 3)], None, 0), "BookUpdate with the level"),  # type: ignore[list-item]
        (Interruption("\ud800", 0), "An? Interruption with reason="),
    ],
)
def test_what_cannot_be_stored_is_refused_when_it_comes(
    tmp_path: Path, event: Any, message: str
) -> None:
    first = (SOURCE, Quote(None, 1.0, 1.0, 2.0, 1.0, None, 0))
    with Recorder(tmp_path) as recorder:
        recorder.append(*first)
        with pytest.raises(DataError, match=message):
            recorder.append(SOURCE, event)
        recorder.append(*first)
    assert list(replay(tmp_path)) == [first, first]


def test_whole_numbers_that_numpy_has_are_stored(tmp_path: Path) -> None:
    levels = [(np.float64(1.5), np.int64(2)), [3, 4.0]]
    update = BookUpdate(np.int64(1), 1, None, levels, [], None, np.int64(9))  # type: ignore[arg-type]
    with Recorder(tmp_path) as recorder:
        recorder.append(SOURCE, update)
    ((_, found),) = replay(tmp_path)
    assert found == BookUpdate(1, 1, None, [(1.5, 2.0), (3.0, 4.0)], [], None, 9)
