"""The package pyarrow, which reads and writes the Parquet files of recordings."""

from __future__ import annotations

from hedgeresearch._extras import missing_package

try:
    import pyarrow as pa
    import pyarrow.parquet as pq
except ImportError:
    raise missing_package("A recording", "pyarrow", "live") from None

__all__ = ["pa", "pq"]
