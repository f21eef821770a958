"""Files of a log directory are read where they lie, also while somebody writes them."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from data.errors import FileChangedError
from data.limits import Limits
from data.logdirs import fetching
from data.logdirs.fetching import fetched
from data.logdirs.opening import ATTEMPTS, open_tensor
from data.parsing import parse
from data.services import Services
from tests.checkpoint_writer import write_checkpoint, write_first_version

ARRAY = np.arange(3_000, dtype=np.float32).reshape(100, 30)
PARTS = [(slice(first, first + 50), slice(0, 30)) for first in (0, 50)]
SHARD = "m-1.data-00000-of-00001"


class WrittenMeanwhile:
    """Datasets, the first of which are read while somebody writes a file."""

    def __init__(self, datasets, file: Path, times: int) -> None:
        self._datasets, self._file, self.times = datasets, file, times

    def add(self, *given):
        if self.times:
            self.times -= 1
            content = self._file.read_bytes()
            self._file.write_bytes(content[:-8])
            try:
                return self._datasets.add(*given)
            finally:
                self._file.write_bytes(content)
        return self._datasets.add(*given)


@pytest.fixture
def logs(tmp_path) -> Path:
    folder = tmp_path / "logs"
    folder.mkdir()
    write_checkpoint(folder / "m-1", {"x": ARRAY})
    return folder


def opened(folder: Path, data_dir: Path, **others) -> Services:
    return replace(Services.open(data_dir, logdirs=(folder,)), **others)


def test_values_of_a_checkpoint_are_not_copied_before_they_are_read(logs, tmp_path):
    services = opened(logs, tmp_path / "data")
    folder = tmp_path / "names"
    folder.mkdir()
    with fetched(*services.logdirs.find(".", "x"), folder) as located:
        (link,) = [path for path in folder.iterdir() if path.is_symlink()]
        assert link.samefile(logs / SHARD)
        (lent,) = located.request.borrowed
    assert lent.file.closed


def test_file_that_another_replaces_is_read_as_it_was(logs, tmp_path):
    services = opened(logs, tmp_path / "data")
    with fetched(*services.logdirs.find(".", "x"), tmp_path) as located:
        (logs / SHARD).unlink()
        (logs / SHARD).write_text("something else")
        (tmp_path / "out").mkdir()
        parse(located.request, tmp_path / "out", Limits())
    np.testing.assert_array_equal(np.load(tmp_path / "out" / "tensor.npy"), ARRAY)


@pytest.mark.parametrize("size", [0, 8_000, 20_000])
def test_file_that_is_written_while_it_is_read_is_named(size, logs, tmp_path):
    services = opened(logs, tmp_path / "data")
    with fetched(*services.logdirs.find(".", "x"), tmp_path) as located:
        os.truncate(logs / SHARD, size)
        (tmp_path / "out").mkdir()
        with pytest.raises(FileChangedError, match=f"{SHARD} is being written"):
            parse(located.request, tmp_path / "out", Limits())


def test_file_that_was_written_meanwhile_is_read_again(logs, tmp_path):
    services = opened(logs, tmp_path / "data")
    writing = WrittenMeanwhile(services.datasets, logs / SHARD, ATTEMPTS - 1)
    record = open_tensor(replace(services, datasets=writing), ".", "x")
    np.testing.assert_array_equal(services.datasets.open(record.id).tensor, ARRAY)
    assert writing.times == 0


def test_file_that_is_always_being_written_is_given_up(logs, tmp_path):
    services = opened(logs, tmp_path / "data")
    writing = WrittenMeanwhile(services.datasets, logs / SHARD, ATTEMPTS)
    with pytest.raises(FileChangedError, match="is being written"):
        open_tensor(replace(services, datasets=writing), ".", "x")
    assert not services.datasets.list()
    assert not list((services.data_dir / "uploads").iterdir())


def test_more_files_than_may_be_open_at_once_are_copied(tmp_path, monkeypatch):
    monkeypatch.setattr(fetching, "MOST_BORROWED", 1)
    logs = tmp_path / "logs"
    logs.mkdir()
    write_checkpoint(logs / "a-1", {"x": ARRAY}, slices={"x": PARTS}, n_shards=3)
    write_first_version(logs / "old-1.ckpt", {"y": ARRAY})
    services = opened(logs, tmp_path / "data")
    for name in ("x", "y"):
        (run,) = services.logdirs.runs()
        tensor = next(item.name for item in run.tensors if item.name.startswith(name))
        record = open_tensor(services, ".", tensor)
        np.testing.assert_array_equal(services.datasets.open(record.id).tensor, ARRAY)
