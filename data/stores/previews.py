"""Previews: files as they would be opened, read into a place of their own; no dataset yet."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn

from data.dataset import DatasetRecord, Tiles
from data.errors import ChooseTensorError, ConflictError, NotFoundError
from data.parsing import (
    MetadataRequest,
    Parsed,
    ParsedMetadata,
    ParseRequest,
    Source,
    parse,
    parse_metadata,
)
from data.readers.contract import TILES, tile_name
from data.readers.progress import read_progress
from data.stores.dataset_metadata import DatasetMetadata
from data.stores.datasets import DatasetStore
from data.stores.files import write_json
from data.stores.preview_folder import PreviewFolder, unknown_preview
from data.stores.uploads import UploadStore

ID = re.compile(r"[0-9a-f]{32}")

# From the files of complete uploads, by part, to what is asked of them.
Ask = Callable[[Mapping[str, Source]], ParseRequest | MetadataRequest]


@dataclass(frozen=True)
class Preview:
    """What complete uploads were read as.

    Attributes
    ----------
    uploads : id of each upload by part: tensors, metadata, sprite
    dataset_id : the dataset that the metadata are for; None when a new one would be made
    parsed : a `ParsedMetadata` when there is a dataset, else a `Parsed`
    folder : where the arrays are staged
    """

    id: str
    uploads: dict[str, str]
    dataset_id: str | None
    parsed: Parsed | ParsedMetadata
    folder: Path

    @property
    def tiles(self) -> Tiles | None:
        """How the thumbnails are arranged in pictures, when there are any."""
        path = self.folder / TILES
        return Tiles(**json.loads(path.read_bytes())) if path.is_file() else None


class PreviewStore:
    """Previews beside the uploads, whose sweep also removes what nobody came back for.

    Whoever asks chooses the id, so that it can be canceled while it is still being read. Nothing
    of a preview stays but by `open`.

    Parameters
    ----------
    uploads : the files
    datasets, metadata : where `open` puts them
    """

    def __init__(
        self, uploads: UploadStore, datasets: DatasetStore, metadata: DatasetMetadata
    ) -> None:
        self.uploads = uploads
        self.datasets = datasets
        self.metadata = metadata

    def read(
        self, preview_id: str, uploads: Mapping[str, str], ask: Ask, dataset_id: str | None = None
    ) -> Preview:
        """Read uploads, in place of what the preview held before.

        Parameters
        ----------
        uploads : ids of complete uploads by part
        ask : makes the request of the files
        dataset_id : the dataset that metadata are for

        Raises
        ------
        ReadError, LimitError
            If a file cannot be read; the uploads stay.
        ConflictError
            If the preview is being read already, or was canceled meanwhile.
        NotFoundError
            If an upload, or the dataset, is not there.
        """
        folder = self._folder(preview_id)
        folder.create()
        with ExitStack() as held:
            try:
                held.enter_context(folder.held())
            except (ConflictError, NotFoundError):
                # Canceled before reading began: nobody but us knows these uploads.
                self._refuse_canceled(folder, uploads)
                raise
            try:
                self._stage(folder, uploads, ask, dataset_id)
                preview = self.get(preview_id)
            except BaseException:
                # What was sent stays for another try.
                if folder.remove():
                    self._refuse(folder, uploads)
                raise
        # Not before others may hold it: who canceled until now had to leave it to us.
        self._refuse_canceled(folder, uploads)
        return preview

    def get(self, preview_id: str) -> Preview:
        """Return what was read.

        Raises
        ------
        NotFoundError
            If there is nothing of this id (any more).
        """
        folder = self._folder(preview_id)
        try:
            record = json.loads(folder.record.read_bytes())
            result = json.loads((folder.staged / "result.json").read_bytes())
        except FileNotFoundError:
            raise unknown_preview() from None
        kind = Parsed if record["dataset_id"] is None else ParsedMetadata
        parsed: Parsed | ParsedMetadata = kind.from_json(result)
        return Preview(preview_id, parsed=parsed, folder=folder.staged, **record)

    def open(
        self,
        preview_id: str,
        name: str = "",
        label_by: str | None = None,
        keep_others: bool | None = None,
    ) -> DatasetRecord:
        """Make a dataset of what was read, or give a dataset its metadata; nothing is read again.

        Parameters
        ----------
        name : of a new dataset
        label_by : column that names the points of a new dataset; None: as usual
        keep_others : whether columns stay that the metadata have not; None: only with a key
        """
        folder = self._folder(preview_id)
        with folder.held():
            preview = self.get(preview_id)
            if isinstance(preview.parsed, Parsed):
                record = self.datasets.keep(preview.folder, preview.parsed, name, label_by=label_by)
            else:
                others = preview.parsed.by_key if keep_others is None else keep_others
                dataset_id = str(preview.dataset_id)
                record = self.metadata.keep(dataset_id, preview.folder, preview.parsed, others)
            self._remove(folder, preview.uploads.values())
        return record

    def cancel(self, preview_id: str) -> None:
        """Forget a preview and its uploads; one that is being read ends in a moment."""
        folder = self._folder(preview_id)
        folder.cancel()
        # Who reads it looks now and then, and in the end.
        with suppress(ConflictError), folder.held():
            uploads: dict[str, str] = {}
            with suppress(NotFoundError):
                uploads = self.get(preview_id).uploads
            self._remove(folder, uploads.values())

    def tile(self, preview_id: str) -> Path:
        """Return the first picture of thumbnails (PNG)."""
        folder = self.get(preview_id).folder
        for name in (tile_name(0), "sprite.png"):
            if (folder / name).is_file():
                return folder / name
        raise NotFoundError("This preview has no thumbnails.")

    def progress(self, preview_id: str) -> dict[str, Any]:
        """Return how far reading has come: {done, total, what}; empty when nobody can say."""
        return read_progress(self._folder(preview_id).staged)

    def _stage(
        self, folder: PreviewFolder, uploads: Mapping[str, str], ask: Ask, dataset_id: str | None
    ) -> None:
        folder.empty()
        with self._sources(uploads) as sources:
            self._parse(ask(sources), folder, dataset_id)
        write_json(folder.record, {"uploads": dict(uploads), "dataset_id": dataset_id})

    def _parse(
        self, request: ParseRequest | MetadataRequest, folder: PreviewFolder, dataset_id: str | None
    ) -> None:
        limits, staged, is_wanted = self.datasets.limits, folder.staged, folder.is_wanted
        if isinstance(request, MetadataRequest):
            points = self.metadata.points(str(dataset_id))
            parse_metadata(request, points, staged, limits, is_wanted)
            return
        try:
            parse(request, staged, limits, is_wanted)
        except ChooseTensorError as error:
            # The largest is what people mean most often; the others can be chosen.
            largest: Any = max(error.choices, key=_n_values)
            options = replace(request.options, tensor=largest["name"])
            parse(replace(request, options=options), staged, limits, is_wanted)

    @contextmanager
    def _sources(self, uploads: Mapping[str, str]) -> Iterator[dict[str, Source]]:
        """Hold the uploads and give their files by part."""
        with ExitStack() as held:
            sources = {}
            for part, upload_id in uploads.items():
                upload = held.enter_context(self.uploads.used(upload_id))
                sources[part] = Source(self.uploads.path(upload_id), upload.name)
            yield sources

    def _remove(self, folder: PreviewFolder, uploads: Iterable[str]) -> None:
        folder.remove()
        for upload_id in uploads:
            # Canceled by itself, or in use by another preview.
            with suppress(NotFoundError, ConflictError):
                self.uploads.cancel(upload_id)

    def _refuse_canceled(self, folder: PreviewFolder, uploads: Mapping[str, str]) -> None:
        """Leave nothing of what nobody wants any more."""
        if not folder.is_wanted():
            self._refuse(folder, uploads)

    def _refuse(self, folder: PreviewFolder, uploads: Mapping[str, str]) -> NoReturn:
        self._remove(folder, uploads.values())
        raise ConflictError("This preview was canceled.") from None

    def _folder(self, preview_id: str) -> PreviewFolder:
        if not ID.fullmatch(preview_id):
            raise unknown_preview()
        return PreviewFolder(self.uploads.directory / f"preview-{preview_id}")


def _n_values(choice: Mapping[str, Any]) -> int:
    """Return the values of an array to choose; of lists, no file tells their length."""
    return math.prod(length or 1 for length in choice["shape"] or ())
