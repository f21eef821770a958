"""Small files of every kind that is read, and what must hold of whatever opens."""

from __future__ import annotations

import io
import json
import math
import os
import random
import tempfile
import traceback
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import safetensors.numpy
from PIL import Image

from data.errors import ProjectorError
from data.limits import Limits
from data.readers.checkpoint import parse_bundle
from data.readers.checkpoint_v1 import parse_names
from data.readers.checkpoint_variable import Variable
from data.readers.image_sprite import Points
from data.readers.level_table import LevelTable
from data.readers.metadata_file import read_metadata
from data.readers.projector_config import read_config
from data.readers.tensor_file import ReadOptions, read_tensor
from data.readers.thumbnails import read_thumbnails
from tests.checkpoint_writer import write_checkpoint, write_first_version

N_ROWS = 12


@dataclass(frozen=True)
class Family:
    """Files of one kind.

    Attributes
    ----------
    build_seeds : returns whole files
    suffixes : of their names
    opens : opens a file as the application would; what it returns is counted
    share : of all damaged files that are asked for; None for an equal one
    """

    build_seeds: Callable[[], list[bytes]]
    suffixes: tuple[str, ...]
    opens: Callable[[Path, str, random.Random], str]
    share: float | None = None

    def count(self, of: int) -> int:
        """Return how many of so many files are of this family."""
        return math.ceil(of * (self.share or 1 / len(FAMILIES)))


def saved(save: Callable[..., None], *values: object, **options: object) -> bytes:
    file = io.BytesIO()
    save(file, *values, **options)
    return file.getvalue()


def matrix() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(N_ROWS, 3)).astype(np.float32)


def npy_seeds() -> list[bytes]:
    points = matrix()
    arrays = [points, points.astype(">f8"), np.asfortranarray(points), points.astype(np.float16)]
    arrays += [(points * 50).astype(np.int64), points > 0, points.astype(np.complex64), points[0]]
    objects = np.array([["a", 1], [None, {}]], dtype=object)
    return [*(saved(np.save, array) for array in arrays), saved(np.save, objects)]


def npz_seeds() -> list[bytes]:
    points, names = matrix(), np.array([f"name {row}" for row in range(N_ROWS)])
    objects = np.array(["a", 1, None] * 4, dtype=object)
    return [
        saved(np.savez, x=points),
        saved(np.savez_compressed, x=points, names=names, sizes=np.arange(N_ROWS) / 7),
        saved(np.savez, x=points, y=points[:, :2], raw=np.array([b"ab"] * N_ROWS)),
        saved(np.savez, x=points, objects=objects),
    ]


def raw_seeds() -> list[bytes]:
    return [matrix().tobytes(), matrix().astype("<f8").tobytes(), bytes(36), b"\xff" * 36]


def table_seeds() -> list[bytes]:
    rows = matrix().tolist()
    plain = "\n".join("\t".join(f"{value:.4g}" for value in row) for row in rows)
    headed = "a,b,c,name\n" + "\n".join(
        ",".join(f"{value:.4g}" for value in row) + f',"name, {i}"' for i, row in enumerate(rows)
    )
    european = "a;b;c\n" + plain.replace(".", ",").replace("\t", ";")
    return [
        (plain + "\n").encode(),
        headed.encode(),
        headed.replace("\n", "\r\n").encode("utf-16"),
        european.encode(),
        plain.replace("\t", " ").encode(),
    ]


def metadata_seeds() -> list[bytes]:
    one = "\n".join(f"wört {row}" for row in range(N_ROWS)) + "\n"
    several = "name\tgroup\tsize\n" + "\n".join(f"n{i}\tg{i % 3}\t{i / 7}" for i in range(N_ROWS))
    quoted = "name,text\n" + "\n".join(f'n{i},"a ""quoted"",\nline"' for i in range(N_ROWS))
    return [
        one.encode(),
        several.encode(),
        quoted.encode(),
        several.encode("utf-16"),
        one.encode("cp1252"),
    ]


def sprite_seeds() -> list[bytes]:
    pixels = np.random.default_rng(0).integers(0, 256, (16, 16, 3), dtype=np.uint8)
    image = Image.fromarray(pixels)
    modes = [saved(image.convert(mode).save, "PNG") for mode in ("RGB", "L", "P", "RGBA", "1")]
    return [
        *modes,
        saved(image.save, "JPEG"),
        saved(image.save, "WEBP"),
        saved(image.save, "PNG", pnginfo=None, optimize=True),
    ]


def image_seeds() -> list[bytes]:
    """Zips of a picture per row."""
    pixels = np.random.default_rng(0).integers(0, 256, (12, 8, 3), dtype=np.uint8)
    image = Image.fromarray(pixels)
    kinds = ("PNG", "JPEG", "WEBP", "GIF", "BMP")
    pictures = {f"images/{i}.{kind.lower()}": (kind, i) for i, kind in enumerate(kinds)}
    seeds = []
    for way in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", way) as archive:
            for name, (kind, turns) in pictures.items():
                archive.writestr(name, saved(image.rotate(turns * 90, expand=True).save, kind))
            archive.writestr("notes.txt", "no image")
        seeds.append(packed.getvalue())
    return seeds


def config_seeds() -> list[bytes]:
    entry = """embeddings { tensor_name: "a:0001" tensor_path: 'a\\x2ftensors.tsv' # comment
      tensor_shape: [12, 3] metadata_path: "m.tsv" bookmarks_path: "b.txt"
      sprite { image_path: "s.png" single_image_dim: 8 single_image_dim: 8 } }"""
    entries = [
        {
            "tensorName": "a",
            "tensorPath": "t.bytes",
            "tensorShape": [12, 3],
            "metadataPath": "m.tsv",
        },
        {"tensorName": "b", "sprite": {"imagePath": "s.png", "singleImageDim": [8, 8]}},
    ]
    return [
        f'model_checkpoint_path: "model.ckpt-1"\n{entry}\n{entry}'.encode(),
        json.dumps({"embeddings": entries, "modelCheckpointPath": "../x"}).encode(),
        json.dumps({"embeddings": entries}, indent=1).encode("utf-8-sig"),
    ]


def safetensors_seeds() -> list[bytes]:
    points = matrix()
    return [
        safetensors.numpy.save({"x": points}),
        safetensors.numpy.save({"x": points, "n": np.arange(N_ROWS)}, {"made": "here"}),
        safetensors.numpy.save({"x": points.astype(np.float16), "y": points[:, :2].copy()}),
    ]


def json_seeds() -> list[bytes]:
    rows = [
        {"v": row, "word": f"wört {i}", "n": i, "more": {"a": [i]}}
        for i, row in enumerate(matrix().round(4).tolist())
    ]
    wide = [{"d0": a, "d1": b, "d2": c, "name": None} for a, b, c in matrix().tolist()]
    return [
        "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode(),
        "\r\n".join(map(json.dumps, wide)).encode("utf-8-sig"),
        json.dumps(rows).encode(),
        json.dumps(matrix().tolist(), indent=1).encode(),
        json.dumps({"v": [row["v"] for row in rows], "n": list(range(N_ROWS))}).encode(),
    ]


def word_seeds() -> list[bytes]:
    lines = [
        f"w{i}{' x' * (i == 3)} " + " ".join(f"{value:.4g}" for value in row)
        for i, row in enumerate(matrix())
    ]
    binary = b"".join(f"w{i} ".encode() + row.tobytes() for i, row in enumerate(matrix()))
    return [
        "\n".join(lines).encode(),
        "\n".join([f"{N_ROWS} 3", *lines]).encode(),
        f"{N_ROWS} 3\n".encode() + binary,
    ]


def hdf5_seeds() -> list[bytes]:
    seeds = []
    for build in (plain_hdf5, anndata_hdf5):
        file = io.BytesIO()
        with h5py.File(file, "w") as opened:
            build(opened)
        seeds.append(file.getvalue())
    return seeds


def plain_hdf5(file: h5py.File) -> None:
    file.create_dataset("x", data=matrix(), chunks=(5, 3), compression="gzip")
    file.create_dataset("names", data=[f"n{i}" for i in range(N_ROWS)])


def anndata_hdf5(file: h5py.File) -> None:
    """Write X sparse, one categorical column, and two dimensions of a picture of it."""
    file.attrs["encoding-type"] = "anndata"
    x = file.create_group("X")
    x.attrs.update({"encoding-type": "csr_matrix", "shape": [N_ROWS, 3]})
    x.create_dataset("data", data=np.arange(N_ROWS, dtype=np.float32))
    x.create_dataset("indices", data=np.arange(N_ROWS) % 3)
    x.create_dataset("indptr", data=np.arange(N_ROWS + 1))
    file.create_dataset("obsm/X_pca", data=matrix())
    obs = file.create_group("obs")
    obs.attrs.update({"_index": "cell", "column-order": ["kind"]})
    obs.create_dataset("cell", data=[f"c{i}" for i in range(N_ROWS)])
    kind = obs.create_group("kind")
    kind.attrs["encoding-type"] = "categorical"
    kind.create_dataset("categories", data=["a", "b"])
    kind.create_dataset("codes", data=(np.arange(N_ROWS) % 3 - 1).astype(np.int8))


def arrow_table() -> pa.Table:
    points = matrix()
    words = pa.array([f"n{i % 3}" if i else None for i in range(N_ROWS)])
    vectors = pa.FixedSizeListArray.from_arrays(pa.array(points.ravel()), 3)
    return pa.table({"v": vectors, "word": words.dictionary_encode(), "n": pa.array(range(N_ROWS))})


def parquet_seeds() -> list[bytes]:
    table = arrow_table()
    wide = pa.table({f"d{j}": pa.array(matrix()[:, j]) for j in range(3)})
    lists = table.set_column(0, "v", table.column("v").cast(pa.list_(pa.float64())))
    return [
        *(saved(_to_parquet(t), compression=c) for t in (table, wide) for c in ("NONE", "SNAPPY")),
        saved(_to_parquet(lists), row_group_size=5, compression="ZSTD"),
    ]


def _to_parquet(table: pa.Table) -> Callable[..., None]:
    return lambda file, **options: pq.write_table(table, file, **options)


def arrow_seeds() -> list[bytes]:
    table, seeds = arrow_table(), []
    for start in (pa.ipc.new_file, pa.ipc.new_stream):
        for compression in (None, "lz4"):
            sink = pa.BufferOutputStream()
            with start(
                sink, table.schema, options=pa.ipc.IpcWriteOptions(compression=compression)
            ) as writer:
                writer.write_table(table, max_chunksize=5)
            seeds.append(sink.getvalue().to_pybytes())
    return seeds


def open_tensor(path: Path, name: str, chance: random.Random, tensor: str | None = None) -> str:
    options = ReadOptions(
        tensor=chance.choice((None, "x", "X")) if name.endswith(("npz", "h5", "h5ad")) else tensor,
        n_dims=chance.choice((1, 3, 5)) if name.endswith("bytes") else None,
        drop_invalid_rows=chance.random() < 0.8,
    )
    found = read_tensor(path, name, options, Limits())
    tensor = found.tensor
    assert tensor.dtype == np.float32
    assert tensor.ndim == 2
    assert min(tensor.shape) >= 1
    assert tensor.flags.c_contiguous
    assert np.isfinite(tensor).all()
    assert found.n_rows >= len(tensor)
    assert found.kept_rows is None or len(found.kept_rows) == len(tensor)
    if found.metadata is not None:
        check_table(found.metadata, len(tensor))
    return "opened"


def open_hdf5(path: Path, name: str, chance: random.Random) -> str:
    """Open a file in a process of its own, as the server does: the library may not come back."""
    seed, (reading, writing) = chance.random(), os.pipe()
    child = os.fork()
    if child == 0:
        try:
            answer = open_tensor(path, name, random.Random(seed))
        except (ProjectorError, MemoryError):
            answer = "refused by the child"
        except BaseException:
            answer = traceback.format_exc()
        os.write(writing, answer[-4_000:].encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    # An answer that is missing is a process that ended, of which the server tells in a sentence.
    assert "Traceback" not in answer, answer
    return answer or "ended"


def checkpoints() -> list[tuple[dict[str, np.ndarray], dict[str, object]]]:
    """Arrays and how they are stored; each in another number of data files."""
    points = matrix()
    parts = [(slice(0, 5), slice(0, 3)), (slice(5, 12), slice(0, 2)), (slice(5, 12), slice(2, 3))]
    key = "model.Sx/.ATTRIBUTES/VARIABLE_VALUE"
    return [
        ({key: points, "step": np.int64(3)}, {}),
        ({"a": points, "a/Adam": points}, {"slices": {"a": parts}, "n_shards": 2}),
        (
            {"a": points, "b": (points * 9).astype(np.int8)},
            {"kinds": {"a": "bfloat16"}, "big_endian": True, "n_shards": 3, "snappy": True},
        ),
    ]


def write_checkpoints(folder: Path) -> list[bytes]:
    """Write data files for an index called input.index, and return the indexes."""
    indexes = []
    for arrays, options in checkpoints():
        write_checkpoint(folder / "input", arrays, **options)
        indexes.append((folder / "input.index").read_bytes())
    return indexes


def checkpoint_seeds() -> list[bytes]:
    with tempfile.TemporaryDirectory() as folder:
        return write_checkpoints(Path(folder))


def first_version_seeds() -> list[bytes]:
    seeds = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x"
        for arrays, options in checkpoints():
            known = {name: options[name] for name in ("kinds", "slices") if name in options}
            write_first_version(path, arrays, **known)
            seeds.append(path.read_bytes())
    return seeds


def open_checkpoint(path: Path, name: str, chance: random.Random) -> str:
    damaged = path.read_bytes()
    if not path.with_name("input.data-00000-of-00001").exists():
        write_checkpoints(path.parent)
        path.write_bytes(damaged)
    return open_variables(path, name, parse_bundle(damaged, name).variables, chance)


def open_first_version(path: Path, name: str, chance: random.Random) -> str:
    variables = parse_names(LevelTable(path.read_bytes(), name))
    return open_variables(path, name, variables, chance)


def open_variables(
    path: Path, name: str, variables: Sequence[Variable], chance: random.Random
) -> str:
    wanted = chance.choice([None, *(variable.key for variable in variables)])
    return open_tensor(path, name, chance, wanted)


def open_metadata(path: Path, name: str, chance: random.Random) -> str:
    check_table(read_metadata(path, name, N_ROWS, Limits()).table, N_ROWS)
    return "opened"


def check_table(table: pa.Table, n_rows: int) -> None:
    assert table.num_rows == n_rows
    assert len(set(table.column_names)) == table.num_columns
    assert all(column.type == pa.string() for column in table.columns)
    table.validate(full=True)


def open_sprite(path: Path, name: str, chance: random.Random) -> str:
    names = pa.array([f"{i % 5}.png" for i in range(N_ROWS)])
    table = pa.table({"image": names} if chance.random() < 0.5 else {})
    thumbnail = chance.choice((None, (4, 4), (16, 16)))
    out = path.with_name("sprite.png")
    points = Points(N_ROWS, np.arange(N_ROWS), table)
    found = read_thumbnails(path, name, thumbnail, points, Limits(), path.parent)
    if found.sprite is None:
        assert found.warnings
        assert not out.exists()
        return "no pictures"
    with Image.open(out, formats=["PNG"]) as image:
        image.load()
        assert found.sprite.columns == image.width // found.sprite.width > 0
    out.unlink()
    return "opened"


def open_config(path: Path, name: str, chance: random.Random) -> str:
    config = read_config(path.read_bytes(), name)
    for entry in config.entries:
        assert all(isinstance(n, int) and n >= 0 for n in entry.tensor_shape)
        assert isinstance(entry.tensor_path, str)
    return "opened"


FAMILIES = {
    "npy": Family(npy_seeds, (".npy",), open_tensor),
    "npz": Family(npz_seeds, (".npz",), open_tensor),
    "raw": Family(raw_seeds, (".bytes",), open_tensor),
    "table": Family(table_seeds, (".tsv", ".csv", ".txt"), open_tensor),
    "safetensors": Family(safetensors_seeds, (".safetensors",), open_tensor),
    "words": Family(word_seeds, (".txt", ".vec", ".bin"), open_tensor),
    "hdf5": Family(hdf5_seeds, (".h5", ".h5ad"), open_hdf5),
    "json": Family(json_seeds, (".json", ".jsonl"), open_tensor),
    "parquet": Family(parquet_seeds, (".parquet",), open_tensor),
    "arrow": Family(arrow_seeds, (".feather", ".arrow", ".arrows"), open_tensor),
    "checkpoint": Family(checkpoint_seeds, (".index",), open_checkpoint, share=1),
    "checkpoint of version 1": Family(first_version_seeds, (".ckpt",), open_first_version, share=1),
    "metadata": Family(metadata_seeds, (".tsv", ".csv"), open_metadata),
    "sprite": Family(sprite_seeds, (".png", ".jpg", ".webp"), open_sprite),
    "images": Family(image_seeds, (".zip",), open_sprite),
    "config": Family(config_seeds, ("_config.pbtxt", "_config.json"), open_config),
}
