"""Bookmarks on disk: what was acknowledged is there, whole, whatever happens to the process."""

import json
import os
import pickle
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from data.errors import (
    DiskFullError,
    EditConflictError,
    NotFoundError,
    ParameterError,
    StorageError,
)
from data.stores.bookmarks import BookmarkStore, StoryStore
from data.stores.durable_records import DurableRecords, open_cache
from data.view_state import ViewState

RESERVE = 256 * 1024


def opened(root: Path, **options) -> BookmarkStore:
    chosen = {"reserve_bytes": RESERVE, **options}
    return BookmarkStore(DurableRecords(root, "bookmarks", **chosen))


@pytest.fixture
def store(tmp_path):
    return opened(tmp_path)


def given(name="A finding", dataset="d" * 26, **more):
    return {"name": name, "view": ViewState(dataset, **more)}


def test_a_bookmark_is_there_after_opening_the_store_again(store, tmp_path):
    kept = store.add({**given(selected_rows=(1, 5)), "note": "see?", "author": "Ada"})
    again = opened(tmp_path).record(kept.id)
    assert again == kept
    assert (again.version, again.note, again.view.selected_rows) == (1, "see?", (1, 5))


def test_the_store_keeps_what_a_cache_would_drop(store):
    cache = store.records._opened()
    assert cache.eviction_policy == "none"
    assert cache.sqlite_synchronous == 2
    ((synchronous,),) = cache._sql("PRAGMA synchronous").fetchall()
    assert synchronous == 2
    # Larger than all that diskcache would put into a file of its own.
    store.add(given(selected_rows=tuple(range(0, 400_000, 3))))
    assert not list(store.records.directory.glob("*/*/*.val"))


def test_the_second_of_two_editors_is_told_and_nothing_is_lost(store):
    kept = store.add(given("first"))
    store.update(kept.id, {"name": "Ada's"}, version=1)
    with pytest.raises(EditConflictError) as told:
        store.update(kept.id, {"name": "Bob's"}, version=1)
    assert told.value.current["name"] == "Ada's"
    assert store.record(kept.id).name == "Ada's"
    assert store.update(kept.id, {"name": "Bob's"}, version=2).version == 3


def test_edits_at_the_same_time_lose_none(store):
    kept = store.add(given("0"))

    def count(_):
        while True:
            now = store.record(kept.id)
            try:
                return store.update(kept.id, {"name": str(int(now.name) + 1)}, now.version)
            except EditConflictError:
                pass

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(count, range(20)))
    assert store.record(kept.id).name == "20"


def test_deleting_can_be_undone_and_is_said(store):
    kept = store.add(given("Gone"))
    store.delete(kept.id)
    assert store.all() == []
    with pytest.raises(NotFoundError, match=r"“Gone” was deleted on \d{4}"):
        store.record(kept.id)
    assert store.restore(kept.id) == kept
    assert store.restore(kept.id) == kept
    assert store.all() == [kept]


def test_people_choose_the_order(store):
    a, b, c = (store.add(given(name)) for name in "abc")
    assert [r.name for r in store.all()] == ["a", "b", "c"]
    store.order([c.id, a.id, b.id])
    assert [r.name for r in store.all()] == ["c", "a", "b"]
    assert store.record(c.id).version == 1


def test_a_story_keeps_its_order(tmp_path):
    stories = StoryStore(DurableRecords(tmp_path, "bookmarks", reserve_bytes=RESERVE))
    story = stories.add({"name": "Tour", "steps": ["b2", "b1", "b2"]})
    assert stories.record(story.id).steps == ("b2", "b1", "b2")
    assert stories.update(story.id, {"steps": ["b1"]}, 1).steps == ("b1",)


@pytest.mark.parametrize(
    "wrong",
    [{"name": ""}, {"name": "x" * 201}, {"name": 5}, {"name": "x", "note": []}, {"note": "n"}],
    ids=repr,
)
def test_wrong_fields_are_refused_and_nothing_is_kept(store, wrong):
    with pytest.raises(ParameterError):
        store.add({"view": ViewState("d"), **wrong})
    assert store.all() == []


def test_any_text_is_kept_letter_for_letter(store):
    odd = "\ud800 <b>\x00\u202e 日本"
    assert store.record(store.add(given(odd)).id).name == odd.strip()


def test_twenty_threads_that_save_at_once_all_succeed(store):
    barrier = threading.Barrier(20)

    def save(i):
        barrier.wait()
        return store.add(given(f"from thread {i}")).id

    with ThreadPoolExecutor(20) as pool:
        ids = list(pool.map(save, range(20)))
    assert {record.id for record in store.all()} == set(ids)


# --- nothing but what was written here is read


class Planted:
    def __reduce__(self):
        return os.system, (f"touch {Planted.marker}",)


def test_a_planted_pickle_is_never_loaded(store, tmp_path):
    Planted.marker = tmp_path / "was-loaded"
    mine = store.add(given())
    bomb = pickle.dumps(Planted())
    with sqlite3.connect(store.records.directory / "cache.db") as db:
        insert = (
            "INSERT INTO Cache (key, raw, store_time, mode, filename, value) VALUES (?,?,0,?,?,?)"
        )
        db.execute(insert, ("bookmark:b1", 1, 4, None, bomb))
        db.execute(insert, (bomb, 0, 1, None, "x"))
        (store.records.directory / "bomb.val").write_bytes(bomb)
        db.execute(insert, ("bookmark:b2", 1, 4, "bomb.val", None))
    again = opened(tmp_path)
    assert [record.id for record in again.all()] == [mine.id]
    for planted in ("b1", "b2"):
        with pytest.raises(NotFoundError):
            again.record(planted)
    assert not Planted.marker.exists()


def test_a_record_with_a_flipped_letter_is_left_out_rather_than_wrong(store):
    kept, other = store.add(given("rightly")), store.add(given("other"))
    with sqlite3.connect(store.records.directory / "cache.db") as db:
        db.execute("UPDATE Cache SET value = replace(value, 'rightly', 'wrongly')")
    assert [record.id for record in store.all()] == [other.id]
    with pytest.raises(NotFoundError):
        store.record(kept.id)


# --- a full disk


def fill(store):
    """Let SQLite itself find no room: its file may not grow."""
    cache = store.records._opened()
    ((pages,),) = cache._sql("PRAGMA page_count").fetchall()
    cache._sql(f"PRAGMA max_page_count = {pages}")


def test_a_full_disk_is_said_and_the_old_value_stays(store):
    kept = store.add(given("old"))
    fill(store)
    with pytest.raises(DiskFullError, match="disk is full") as told:
        store.update(kept.id, {"note": "long " * 1000})
    assert "try again" in told.value.hint
    assert store.record(kept.id) == kept
    assert [record.name for record in store.all()] == ["old"]
    # The connection was let go of, so there is room again, without a restart.
    assert store.update(kept.id, {"name": "new"}).name == "new"


class FailingCache:
    """A cache whose writes fail while `reason` is set; everything else is the real one."""

    reason: Exception | None = None

    def __init__(self, cache):
        self.cache = cache

    def __getattr__(self, name):
        return getattr(self.cache, name)

    def set(self, key, value):
        if FailingCache.reason:
            raise FailingCache.reason
        return self.cache.set(key, value)


@pytest.fixture
def failing(tmp_path):
    yield opened(tmp_path, open_cache=lambda path: FailingCache(open_cache(path)))
    FailingCache.reason = None


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (OSError(28, "No space left on device"), "disk is full"),
        (sqlite3.OperationalError("database or disk is full"), "disk is full"),
        (sqlite3.OperationalError("attempt to write a readonly database"), "may not write"),
        (OSError(5, "Input/output error"), "may not write"),
    ],
    ids=str,
)
def test_a_write_that_fails_says_why_and_changes_nothing(failing, reason, said):
    kept = failing.add(given())
    FailingCache.reason = reason
    with pytest.raises(StorageError, match=said):
        failing.add(given("second"))
    with pytest.raises(StorageError, match=said):
        failing.update(kept.id, {"name": "changed"}, 1)
    assert failing.all() == [kept]
    FailingCache.reason = None
    assert failing.add(given("second")).name == "second"


def test_deleting_gives_back_the_reserve_when_the_disk_is_full(failing):
    kept = failing.add(given())
    reserve = failing.records.reserve
    assert reserve.path.stat().st_size == RESERVE
    release, FailingCache.reason = reserve.release, OSError(28, "full")

    def releasing():
        FailingCache.reason = None
        return release()

    reserve.release = releasing
    failing.delete(kept.id)
    assert failing.all() == []


def test_on_a_small_disk_everything_but_saving_goes_on(tmp_path):
    mounted = tmp_path / "small"
    mounted.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(mounted)]
    try:
        done = subprocess.run(mount, capture_output=True, check=False)
    except OSError:
        pytest.skip("there is no mount")
    if done.returncode:
        pytest.skip("mounting is not allowed here")
    try:
        store = opened(mounted, reserve_bytes=1024**2, export_seconds=0)
        first = store.add(given("first"))
        store.add(given("second"))
        filler = mounted / "filler"
        with filler.open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(b"x" * 4096)
        with pytest.raises(DiskFullError):
            store.add(given("third", selected_rows=tuple(range(0, 10**6, 2))))
        assert [r.name for r in store.all()] == ["first", "second"]
        store.delete(first.id)
        assert [r.name for r in opened(mounted, reserve_bytes=1024**2).all()] == ["second"]
        filler.unlink()
        assert store.add(given("third")).name == "third"
        assert store.records.reserve.path.exists()
        store.records.close()
    finally:
        subprocess.run(["umount", "-l", str(mounted)], check=False)


# --- damage and the export


def settled_export(store, n):
    """Wait until the export holds n records."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        saved = store.records.export.read()
        if saved and len(saved["records"]) == n:
            return
        time.sleep(0.01)
    raise AssertionError("no export was written")


@pytest.mark.parametrize("damage", ["header", "middle", "cut", "empty"])
def test_a_damaged_file_is_noticed_and_the_export_restored(tmp_path, damage):
    store = opened(tmp_path)
    kept = [
        store.add(given(f"number {i}", selected_rows=tuple(range(i, 9000, 7)))) for i in range(30)
    ]
    store.records.close()
    settled_export(store, 30)
    path = store.records.directory / "cache.db"
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(path.read_bytes())
    if damage == "header":
        content[:100] = b"x" * 100
    elif damage == "middle":
        for start in range(4096, len(content), 4096):
            content[start : start + 64] = os.urandom(64)
    path.write_bytes({"cut": content[: len(content) // 2], "empty": b""}.get(damage, content))

    again = opened(tmp_path)
    told = again.records.damage()
    assert "damaged" in told["message"]
    assert told["export"]["n"] == 30
    for ask in (again.all, lambda: again.add(given()), lambda: again.delete(kept[0].id)):
        with pytest.raises(StorageError, match="damaged"):
            ask()
    other = opened(tmp_path)
    assert again.records.restore() == 30
    assert again.records.damage() is None
    # Another process of the server finds the new file by itself.
    assert other.all() == again.all() == kept
    assert len(list(tmp_path.glob("bookmarks-damaged-*/cache.db"))) == 1


def test_the_export_is_renewed_at_most_once_in_its_time(tmp_path):
    store = opened(tmp_path, export_seconds=0.4)
    store.add(given("first"))
    settled_export(store, 1)
    written = store.records.export.path.stat().st_mtime_ns
    store.add(given("second"))
    store.add(given("third"))
    assert store.records.export.path.stat().st_mtime_ns == written
    settled_export(store, 3)
    names = {
        r["name"] for r in json.loads(store.records.export.path.read_text())["records"].values()
    }
    assert names == {"first", "second", "third"}


# --- kill -9

WRITER = """
import sys
from pathlib import Path
from data.stores.bookmarks import BookmarkStore
from data.stores.durable_records import DurableRecords
from data.view_state import ViewState
store = BookmarkStore(DurableRecords(Path(sys.argv[1]), "bookmarks", reserve_bytes=4096))
kept = None
for i in range(10**9):
    view = ViewState("d", selected_rows=tuple(range(i % 7, 4000, 7)))
    if i % 3 or kept is None:
        kept = store.add({"name": f"name {i}", "note": f"name {i} " * 20, "view": view})
    else:
        text = f"changed {i}"
        kept = store.update(kept.id, {"name": text, "note": text + " " + text + " "}, kept.version)
    print(kept.id, kept.version, flush=True)
"""


def kill_writers(root: Path, times: int) -> int:
    """Kill two writers again and again; check every answer that they gave. Return its number."""
    acknowledged: dict[str, int] = {}
    for _ in range(times):
        command = [sys.executable, "-c", WRITER, str(root)]
        repository = Path(__file__).resolve().parents[2]
        writers = [
            subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=repository)
            for _ in range(2)
        ]
        for writer in writers:
            assert writer.stdout.readline(), "the writer did not start"
        time.sleep(random.uniform(0.02, 0.2))
        for writer in writers:
            writer.send_signal(signal.SIGKILL)
        for writer in writers:
            for line in writer.communicate()[0].splitlines(keepends=True):
                if line.endswith("\n"):
                    bookmark_id, version = line.split()
                    acknowledged[bookmark_id] = int(version)
        store = opened(root)
        assert store.records.damage() is None
        there = {record.id: record for record in store.all()}
        assert set(acknowledged) <= set(there)
        for bookmark_id, version in acknowledged.items():
            record = there[bookmark_id]
            assert record.version >= version
            assert set(record.note.split(f"{record.name}")) <= {"", " "}, "torn"
    return len(acknowledged)


def test_what_was_acknowledged_survives_five_kills(tmp_path):
    assert kill_writers(tmp_path, 5) > 10


@pytest.mark.soak
def test_what_was_acknowledged_survives_fifty_kills(tmp_path):
    assert kill_writers(tmp_path, 50) > 100
