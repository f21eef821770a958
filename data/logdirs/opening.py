"""A tensor of a log directory becomes a dataset."""

from __future__ import annotations

from dataclasses import replace

from data.dataset import DatasetRecord
from data.errors import ChooseTensorError, FileChangedError, NotFoundError, ReadError
from data.logdirs.fetching import Located, fetched
from data.logdirs.runs import Run, RunTensor
from data.services import Services
from data.stores.files import staging

MAX_REMEMBERED = 1_000
# A training job may write a file while it is read.
ATTEMPTS = 3


def open_tensor(
    services: Services, run: str, tensor: str, step: int | None = None
) -> DatasetRecord:
    """Return the dataset of a tensor; the same content again is the same dataset.

    Metadata that cannot be read do not keep the points from opening.

    Raises
    ------
    NotFoundError
        If there is no such run, tensor or step.
    ReadError, LimitError
        If the tensor cannot be read or is too large.
    StorageError
        If the disk is full.
    """
    logdirs = services.logdirs
    found, item = logdirs.find(run, tensor, step)
    if known := logdirs.opened.get(item.stamp):
        try:
            return _with_warnings(services.datasets.record(known[0]), known[1])
        except NotFoundError:
            pass  # deleted since
    record, warnings = _keep(services, found, item)
    if len(logdirs.opened) >= MAX_REMEMBERED:
        logdirs.opened.clear()
    logdirs.opened[item.stamp] = (record.id, warnings)
    return _with_warnings(record, warnings)


def _keep(services: Services, run: Run, item: RunTensor) -> tuple[DatasetRecord, tuple[str, ...]]:
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with (
                staging(services.data_dir / "uploads") as folder,
                fetched(run, item, folder) as located,
            ):
                return _add(services, located)
        except FileChangedError:
            if attempt == ATTEMPTS:
                raise
    raise AssertionError("the last attempt returns or raises")


def _add(services: Services, located: Located) -> tuple[DatasetRecord, tuple[str, ...]]:
    request, name, source = located.request, located.name, located.source
    try:
        record = services.datasets.add(request, name, source, located.warnings)
        return record, located.warnings
    except (ChooseTensorError, FileChangedError):
        raise
    except ReadError as error:
        if request.metadata is None:
            raise
        # If the tensor is what is wrong, this says so again.
        warnings = (*located.warnings, f"{error.message} The points have no metadata.")
        record = services.datasets.add(replace(request, metadata=None), name, source, warnings)
        return record, warnings


def _with_warnings(record: DatasetRecord, warnings: tuple[str, ...]) -> DatasetRecord:
    new = [text for text in warnings if text not in record.warnings]
    return replace(record, warnings=(*record.warnings, *new))
