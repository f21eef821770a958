"""20,000 damaged files: each opens as a valid dataset or is refused in a sentence."""

from __future__ import annotations

import collections
import io
import pickle
import random
import resource
import signal
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

from data.errors import ProjectorError
from data.limits import Limits
from data.readers.metadata_file import read_metadata
from data.readers.sprite_file import read_sprite
from data.readers.tensor_file import ReadOptions, read_tensor
from tests.soak.mutation import mutated

pytestmark = pytest.mark.soak

N_ROWS = 12
PER_FAMILY = 4_000  # five families make 20,000
SECONDS = 10.0  # for one file of at most some kilobytes
MEMORY = 2 * 1024**3  # beyond what the process has when the test begins
SHOWN = 10

unpickled: list[str] = []


def _note_pickle(event: str, arguments: tuple[object, ...]) -> None:
    if event == "pickle.find_class":
        unpickled.append(f"{arguments}")


@pytest.fixture(scope="module", autouse=True)
def _watched() -> Iterator[None]:
    """Note every class that a pickle asks for, and bound memory."""
    # An audit hook cannot be removed; it only appends to a list.
    sys.addaudithook(_note_pickle)
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    used = int(Path("/proc/self/statm").read_text().split()[5]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_DATA, (used + MEMORY, hard))
    yield
    resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


class TooSlowError(Exception):
    """A small file took longer than SECONDS."""


def _ring(*_: object) -> None:
    raise TooSlowError


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


def open_tensor(path: Path, name: str, chance: random.Random) -> str:
    options = ReadOptions(
        tensor="x" if name.endswith("npz") and chance.random() < 0.5 else None,
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


def open_metadata(path: Path, name: str, chance: random.Random) -> str:
    check_table(read_metadata(path, name, N_ROWS, Limits()).table, N_ROWS)
    return "opened"


def check_table(table: pa.Table, n_rows: int) -> None:
    assert table.num_rows == n_rows
    assert len(set(table.column_names)) == table.num_columns
    assert all(column.type == pa.string() for column in table.columns)
    table.validate(full=True)


def open_sprite(path: Path, name: str, chance: random.Random) -> str:
    out = path.with_name("sprite.png")
    thumbnail = chance.choice((None, (4, 4), (16, 16)))
    found = read_sprite(path, name, thumbnail, N_ROWS, Limits(), out)
    if found.sprite is None:
        assert found.warnings
        assert not out.exists()
        return "no pictures"
    with Image.open(out, formats=["PNG"]) as image:
        image.load()
        assert found.sprite.columns == image.width // found.sprite.width > 0
    return "opened"


FAMILIES = {
    "npy": (npy_seeds, (".npy",), open_tensor),
    "npz": (npz_seeds, (".npz",), open_tensor),
    "table": (table_seeds, (".tsv", ".csv", ".txt"), open_tensor),
    "metadata": (metadata_seeds, (".tsv", ".csv"), open_metadata),
    "sprite": (sprite_seeds, (".png", ".jpg", ".webp"), open_sprite),
}


@pytest.mark.parametrize("family", FAMILIES)
def test_damaged_files_open_as_valid_data_or_are_refused(family, tmp_path, capsys):
    build_seeds, suffixes, opens = FAMILIES[family]
    seeds, chance = build_seeds(), random.Random(f"{family} 0")
    outcomes: collections.Counter[str] = collections.Counter()
    failures: dict[str, str] = {}
    before = signal.signal(signal.SIGALRM, _ring)
    unpickled.clear()
    for number in range(PER_FAMILY):
        # The first are whole: the seeds themselves must do what is promised, too.
        whole = number < len(seeds)
        content = seeds[number] if whole else mutated(chance.choice(seeds), seeds, chance)
        name = "input" + chance.choice(suffixes)
        path = tmp_path / name
        path.write_bytes(content)
        outcome = attempt(opens, path, name, chance, failures)
        outcomes[outcome] += 1
    signal.signal(signal.SIGALRM, before)
    with capsys.disabled():
        print(f"\n{family}: {dict(outcomes)}")
    assert not unpickled, f"a pickle was opened: {unpickled[:SHOWN]}"
    shown = "\n\n".join(list(failures.values())[:SHOWN])
    assert not failures, f"{len(failures)} kinds of failure:\n{shown}"


def attempt(
    opens: Callable[[Path, str, random.Random], str],
    path: Path,
    name: str,
    chance: random.Random,
    failures: dict[str, str],
) -> str:
    """Open one file; keep the first example of each kind of failure."""
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        # Warnings of libraries, such as of large images, are for the log.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return opens(path, name, chance)
    except ProjectorError as error:
        signal.setitimer(signal.ITIMER_REAL, 0)
        if not error.message or str(path.parent) in error.message + error.hint:
            failures.setdefault(f"message {error.code}", f"a poor message: {error.message!r}")
        return "refused"
    except Exception as error:
        signal.setitimer(signal.ITIMER_REAL, 0)
        last = traceback.extract_tb(error.__traceback__)[-1]
        kind = f"{type(error).__name__} in {Path(last.filename).name}:{last.lineno}"
        content = path.read_bytes()
        trace = "".join(traceback.format_exception(error)[-6:])
        failures.setdefault(
            kind, f"{kind} for {name} of {len(content)} bytes:\n{content!r}\n{trace}"
        )
        return "failed"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def test_the_watch_sees_a_pickle():
    unpickled.clear()
    pickle.loads(pickle.dumps(Path("x")))
    assert unpickled
    unpickled.clear()
