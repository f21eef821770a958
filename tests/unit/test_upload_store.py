"""Uploads in pieces on the disk: what counts, what is refused, what is cleaned."""

import hashlib
import io
import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.errors import (
    ConflictError,
    LimitError,
    NotFoundError,
    ParameterError,
    ProjectorError,
    StorageError,
)
from data.limits import Limits
from data.services import Services
from data.stores.chunks import Chunk, DamagedError
from data.stores.uploads import FREE_FLOOR, UploadStore


def open_store(root: Path, **options) -> UploadStore:
    (root / "uploads").mkdir(exist_ok=True)
    return UploadStore(root, Limits(upload_bytes=10_000), **options)


@pytest.fixture
def store(tmp_path) -> UploadStore:
    return open_store(tmp_path)


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def send(store, upload, content, offset=None):
    chunk = Chunk(upload.offset if offset is None else offset, len(content), sha256(content))
    return store.append(upload.id, chunk, io.BytesIO(content))


def uploaded(store, content=b"abc", name="a.npy"):
    upload = store.begin(name, len(content))
    send(store, upload, content)
    return store.complete(upload.id)


def age(path: Path, days: float) -> None:
    then = time.time() - days * 86_400
    os.utime(path, (then, then))


ATTEMPTS = st.tuples(
    st.integers(1, 120), st.sampled_from(["good", "cut", "damaged", "elsewhere", "answer lost"])
)


@settings(deadline=None, max_examples=60)
@given(content=st.binary(max_size=300), attempts=st.lists(ATTEMPTS, max_size=12))
def test_any_pieces_with_any_failures_give_the_same_bytes(content, attempts):
    with TemporaryDirectory() as folder:
        store = open_store(Path(folder))
        upload = store.begin("x", len(content), sha256(content))
        for size, fate in [*attempts, (len(content), "good")]:
            offset = store.get(upload.id).offset
            piece = content[offset : offset + size]
            chunk = Chunk(offset + (fate == "elsewhere"), len(piece), sha256(piece))
            body = {"cut": piece[:-1], "damaged": bytes(b ^ 1 for b in piece)}.get(fate, piece)
            try:
                store.append(upload.id, chunk, io.BytesIO(body))
                if fate == "answer lost":
                    store.append(upload.id, chunk, io.BytesIO(body))
            except (ConflictError, DamagedError):
                assert fate != "good"
            kept = store.get(upload.id).offset
            assert kept == offset + len(piece) * (fate in ("good", "answer lost") or not piece)
            assert store.path(upload.id).read_bytes()[:kept] == content[:kept]
        assert store.complete(upload.id).complete
        assert store.path(upload.id).read_bytes() == content


def test_the_message_for_a_wrong_offset_has_the_right_one(store):
    upload = send(store, store.begin("x", 100), b"0123456789")
    for wrong in (0, 9, 11):
        with pytest.raises(ConflictError, match="starts at offset 10, not"):
            send(store, upload, b"a", offset=wrong)


def test_a_piece_beyond_the_end_is_refused(store):
    with pytest.raises(ParameterError, match="has 3 bytes"):
        send(store, store.begin("x", 3), b"abcd")


def test_a_body_that_breaks_off_with_an_error_counts_nothing(store):
    class Broken:
        def read(self, size):
            raise ConnectionResetError

    upload = store.begin("x", 3)
    with pytest.raises(ConnectionResetError):
        store.append(upload.id, Chunk(0, 3, sha256(b"abc")), Broken())
    assert store.get(upload.id).offset == 0
    assert len(list(store.directory.iterdir())) == 1


def test_what_a_crash_wrote_beyond_the_offset_is_written_over(store):
    upload = send(store, store.begin("x", 6, sha256(b"abcdef")), b"ab")
    with store.path(upload.id).open("ab") as file:
        file.write(b"xyz")
    upload = send(store, upload, b"c")
    send(store, upload, b"def")
    assert store.complete(upload.id).complete


def test_an_upload_with_missing_or_other_bytes_is_not_complete(store):
    upload = store.begin("x", 4, sha256(b"abcd"))
    with pytest.raises(ConflictError, match="0 of 4 bytes"):
        store.complete(upload.id)
    upload = send(store, upload, b"abc")
    with pytest.raises(ConflictError, match="3 of 4 bytes"):
        store.complete(upload.id)
    send(store, upload, b"X")
    with pytest.raises(DamagedError, match="SHA-256"):
        store.complete(upload.id)
    with pytest.raises(ConflictError, match="not complete"), store.spent(upload.id):
        pass


def test_a_complete_upload_stays_as_it_is(store):
    upload = uploaded(store)
    assert store.complete(upload.id) == upload
    with pytest.raises(ConflictError, match="is complete"):
        send(store, upload, b"")


def test_pieces_that_come_together_are_taken_once(store):
    upload = store.begin("x", 3_000)
    other = UploadStore(store.directory.parent, store.limits)

    def attempt(number):
        try:
            return send((store, other)[number % 2], upload, bytes([number]) * 1_000)
        except ConflictError:
            return None

    with ThreadPoolExecutor(8) as threads:
        taken = [answer for answer in threads.map(attempt, range(8)) if answer]
    assert [answer.offset for answer in taken] == [1_000]
    assert len(set(store.path(upload.id).read_bytes()[:1_000])) == 1


def test_a_stalled_piece_does_not_keep_out_the_next_try(store):
    upload = store.begin("x", 3)

    class Stalled:
        def read(self, size):
            send(store, upload, b"abc")
            return b"xyz"

    with pytest.raises(ConflictError):
        store.append(upload.id, Chunk(0, 3, sha256(b"xyz")), Stalled())
    store.complete(upload.id)
    assert store.path(upload.id).read_bytes() == b"abc"


def test_an_upload_is_kept_until_it_was_used_well(store):
    upload = uploaded(store)
    with pytest.raises(ValueError, match="cannot be read"), store.spent(upload.id):
        raise ValueError("cannot be read")
    with store.spent(upload.id):
        assert store.path(upload.id).read_bytes() == b"abc"
        for attempt in (store.cancel, store.complete):
            with pytest.raises(ConflictError, match="Another request"):
                attempt(upload.id)
        with pytest.raises(ConflictError), store.spent(upload.id):
            pass
    for gone in (store.get, store.cancel, store.complete):
        with pytest.raises(NotFoundError):
            gone(upload.id)
    assert list(store.directory.iterdir()) == []


@pytest.mark.parametrize("wrong", ["", ".", "..", "x" * 32, "a" * 31, "../" + "a" * 29, "a" * 33])
def test_other_ids_are_not_found(store, wrong):
    chunk = Chunk(0, 0, sha256(b""))
    for attempt in (
        store.get,
        store.complete,
        store.cancel,
        lambda upload_id: store.append(upload_id, chunk, io.BytesIO()),
    ):
        with pytest.raises(NotFoundError):
            attempt(wrong)


def test_ids_are_random_and_files_private(store):
    uploads = [store.begin("same", 1) for _ in range(20)]
    assert len({upload.id for upload in uploads}) == 20
    assert all(len(bytes.fromhex(upload.id)) == 16 for upload in uploads)
    assert store.path(uploads[0].id).parent.stat().st_mode & 0o777 == 0o700


def test_what_is_larger_than_the_limit_is_refused_at_once(store):
    assert store.begin("x", 10_000).size == 10_000
    with pytest.raises(LimitError, match=r"10,000 bytes \(upload_bytes\)"):
        store.begin("x", 10_001)


def test_the_disk_is_never_filled(tmp_path):
    room = FREE_FLOOR + 100
    store = open_store(tmp_path, free=lambda _: room)
    upload = store.begin("x", 100)
    with pytest.raises(StorageError, match="too little room"):
        store.begin("x", 101)
    room = FREE_FLOOR + 9
    with pytest.raises(StorageError):
        send(store, upload, b"0123456789")
    assert store.get(upload.id).offset == 0
    assert send(store, upload, b"012345678").offset == 9


def test_a_large_upload_needs_room_for_itself_and_its_dataset(tmp_path):
    (tmp_path / "uploads").mkdir()
    size = 1_000_000_000
    for room, fits in ((3 * size, True), (3 * size - 1, False)):
        store = UploadStore(tmp_path, Limits(), free=lambda _, room=room: room)
        try:
            store.begin("x", size)
            answer = True
        except StorageError:
            answer = False
        assert answer is fits


def test_what_is_older_than_a_day_is_cleaned(services: Services):
    store = services.uploads
    old, used, fresh = (uploaded(store) for _ in range(3))
    for upload in (old, used):
        age(store.path(upload.id).parent, 1.1)
    age(store.path(fresh.id).parent, 0.9)
    with store.spent(used.id):
        store.begin("next", 1)
        assert store.path(used.id).exists()
    with pytest.raises(NotFoundError):
        store.get(old.id)
    assert store.get(fresh.id).complete
    age(store.path(fresh.id).parent, 1.1)
    Services.open(services.data_dir)
    with pytest.raises(ProjectorError):
        store.get(fresh.id)


def test_every_piece_renews_an_upload(store):
    upload = store.begin("x", 3)
    age(store.path(upload.id).parent, 2)
    send(store, upload, b"a")
    store.remove_stale()
    assert store.get(upload.id).offset == 1
