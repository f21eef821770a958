"""Sheets made of one picture per point: from a zip, a folder, by name or in order."""

from __future__ import annotations

import io
import json
import os
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

from data.dataset import Sprite
from data.limits import Limits
from data.readers import progress
from data.readers.image_rows import match_by_column, match_in_order
from data.readers.image_sprite import Points
from data.readers.sprite_file import SpriteFile
from data.readers.thumbnails import read_thumbnails

LIMITS = Limits()


def picture(
    color: object, size: tuple[int, int] = (8, 8), kind: str = "PNG", **saved: object
) -> bytes:
    mode = "L" if isinstance(color, int) else "RGBA" if len(color) == 4 else "RGB"  # type: ignore[arg-type]
    content = io.BytesIO()
    Image.new(mode, size, color).save(content, kind, **saved)  # type: ignore[arg-type]
    return content.getvalue()


def zipped(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def read(
    path: Path,
    n_points: int,
    out: Path,
    thumbnail: tuple[int, int] | None = None,
    limits: Limits = LIMITS,
    **columns: list[str | None],
) -> SpriteFile:
    table = pa.table({name: pa.array(texts, pa.string()) for name, texts in columns.items()})
    out.mkdir(exist_ok=True)
    points = Points(n_points, np.arange(n_points), table)
    return read_thumbnails(path, path.name, thumbnail, points, limits, out)


def pixel(out: Path, sprite: Sprite, point: int, at: tuple[int, int] | None = None) -> object:
    """Return the color in the middle of the thumbnail of a point, or at a place in it."""
    dx, dy = at or (sprite.width // 2, sprite.height // 2)
    with Image.open(out / "sprite.png") as sheet:
        x, y = point % sprite.columns * sprite.width, point // sprite.columns * sprite.height
        return sheet.getpixel((x + dx, y + dy))


def test_images_of_a_zip_belong_to_the_points_in_natural_order(tmp_path: Path) -> None:
    files = {f"digits/{i}.png": picture((i, 50, 60)) for i in (10, 2, 0, 1, 3, 4, 5, 6, 7, 8, 9)}
    file = read(zipped(tmp_path / "i.zip", files), 11, tmp_path / "out")
    assert file.sprite == Sprite(8, 8, 4)
    assert file.warnings == ()
    assert "order of their names" in file.notes[0]
    for point in range(11):
        assert pixel(tmp_path / "out", file.sprite, point) == (point, 50, 60, 255)
    assert (tmp_path / "out" / "tiles.json").is_file()
    assert not (tmp_path / "out" / "progress.json").exists()


def test_images_of_a_folder_are_found_in_the_folders_in_it(tmp_path: Path) -> None:
    root = tmp_path / "images"
    for i in range(4):
        (root / f"{i % 2}").mkdir(parents=True, exist_ok=True)
        (root / f"{i % 2}" / f"{i}.png").write_bytes(picture((i, 1, 2)))
    names = ["1/3.png", "0/2.png", "1/1.png", "0/0.png"]
    file = read(root, 4, tmp_path / "out", label=list("abcd"), image=names)
    assert file.sprite is not None
    assert "'image' names the images" in file.notes[0]
    for point in range(4):
        assert pixel(tmp_path / "out", file.sprite, point) == (3 - point, 1, 2, 255)


def test_links_that_lead_out_of_a_folder_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(picture((1, 2, 3)))
    root = tmp_path / "images"
    root.mkdir()
    (root / "a.png").write_bytes(picture((9, 9, 9)))
    (root / "b.png").symlink_to(tmp_path / "secret.png")
    (root / "up").symlink_to(tmp_path)
    os.mkfifo(root / "c.png")
    paths = ["a.png", "../secret.png", str(tmp_path / "secret.png"), "a.png"]
    file = read(root, 4, tmp_path / "out", image=paths)
    assert file.sprite is not None
    assert "2 have no image" in file.warnings[0]
    assert pixel(tmp_path / "out", file.sprite, 1) == (0, 0, 0, 0)


def test_broken_and_missing_images_leave_empty_places_and_are_counted(tmp_path: Path) -> None:
    whole = picture((200, 0, 0), (30, 30))
    files = {
        "0.png": whole,
        "1.png": b"no image",
        "2.png": whole[: len(whole) // 2],
        "3.svg": b"<svg/>",
        "__MACOSX/._0.png": b"junk",
        ".hidden.png": whole,
        "3.jpg": picture((0, 200, 0), kind="JPEG"),
    }
    file = read(zipped(tmp_path / "i.zip", files), 5, tmp_path / "out", (8, 8))
    assert file.sprite is not None
    assert "There are 4 images and 5 points" in file.warnings[0]
    assert "1 have no image and 2 have one that cannot be read, such as '1.png'" in file.warnings[1]
    shown = [pixel(tmp_path / "out", file.sprite, point) for point in range(5)]
    assert shown[0] == (200, 0, 0, 255)
    assert shown[1] == shown[2] == shown[4] == (0, 0, 0, 0)


def test_images_keep_their_proportions_and_their_transparency(tmp_path: Path) -> None:
    files = {
        "0.png": picture((10, 20, 30, 128), (40, 10)),
        "1.png": picture(77, (10, 40)),
        "2.jpg": picture((0, 0, 0), (400, 100), "JPEG"),
    }
    file = read(zipped(tmp_path / "i.zip", files), 3, tmp_path / "out", (20, 20))
    assert file.sprite == Sprite(20, 20, 2)
    out = tmp_path / "out"
    assert pixel(out, file.sprite, 0) == pytest.approx((10, 20, 30, 128), abs=1)
    assert pixel(out, file.sprite, 0, (10, 2)) == (0, 0, 0, 0)
    assert pixel(out, file.sprite, 1) == (77, 77, 77, 255)
    assert pixel(out, file.sprite, 1, (2, 10)) == (0, 0, 0, 0)
    assert pixel(out, file.sprite, 2) == (0, 0, 0, 255)
    assert pixel(out, file.sprite, 2, (10, 2)) == (0, 0, 0, 0)


def test_photo_taken_upright_is_shown_upright(tmp_path: Path) -> None:
    turned = Image.Exif()
    turned[0x0112] = 6  # turn by 90 degrees to the right
    picture_of_halves = Image.new("RGB", (40, 20), (255, 0, 0))
    picture_of_halves.paste((0, 0, 255), (20, 0, 40, 20))
    content = io.BytesIO()
    picture_of_halves.save(content, "JPEG", exif=turned, quality=95)
    file = read(zipped(tmp_path / "i.zip", {"a.jpg": content.getvalue()}), 1, tmp_path / "out")
    assert file.sprite is not None
    assert (file.sprite.width, file.sprite.height) == (20, 40)
    top, bottom = (pixel(tmp_path / "out", file.sprite, 0, (10, y)) for y in (8, 32))
    assert top[0] > 200 > 50 > top[2]  # type: ignore[index]
    assert bottom[2] > 200 > 50 > bottom[0]  # type: ignore[index]


def test_gray_of_sixteen_bits_keeps_its_brightness(tmp_path: Path) -> None:
    content = io.BytesIO()
    Image.fromarray(np.full((8, 8), 128 * 256 + 5, np.uint16)).save(content, "PNG")
    file = read(zipped(tmp_path / "i.zip", {"a.png": content.getvalue()}), 1, tmp_path / "out")
    assert file.sprite is not None
    assert pixel(tmp_path / "out", file.sprite, 0) == (128, 128, 128, 255)


def test_size_of_a_thumbnail_follows_the_images_and_the_number_of_points(tmp_path: Path) -> None:
    path = zipped(tmp_path / "i.zip", {"a.png": picture((1, 1, 1), (640, 480))})
    few = read(path, 5, tmp_path / "few", image=["a.png"] * 5).sprite
    many = read(path, 100_000, tmp_path / "many", image=["a.png"] + [None] * 99_999)
    assert few is not None
    assert (few.width, few.height) == (64, 48)
    assert many.sprite is not None
    assert many.sprite.width == 25


def test_sheet_beyond_the_limit_is_refused_with_the_limit(tmp_path: Path) -> None:
    path = zipped(tmp_path / "i.zip", {"a.png": picture((1, 1, 1))})
    limits = replace(LIMITS, sprite_pixels=100)
    file = read(path, 30, tmp_path / "out", (50, 50), limits)
    assert file.sprite is None
    assert "sprite_pixels" in file.warnings[0]


def test_names_that_lead_out_are_only_names(tmp_path: Path) -> None:
    names = ["../../etc/x.png", "/etc/y.png", "C:\\z.png", "a/../../w.png"]
    path = zipped(tmp_path / "i.zip", {name: picture((i, 0, 0)) for i, name in enumerate(names)})
    file = read(path, 4, tmp_path / "deep", image=names)
    assert file.sprite is not None
    assert [pixel(tmp_path / "deep", file.sprite, i)[0] for i in range(4)] == [0, 1, 2, 3]  # type: ignore[index]
    assert {p.name for p in tmp_path.iterdir()} == {"i.zip", "deep"}


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no zip", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_zip_of_images_leaves_no_sprite(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "i.zip").write_bytes(content)
    file = read(tmp_path / "i.zip", 3, tmp_path / "out")
    assert file.sprite is None
    assert "The points have no pictures." in file.warnings[0]
    assert not (tmp_path / "out" / "sprite.png").exists()


def test_zip_bomb_is_refused_from_its_directory(tmp_path: Path) -> None:
    path = zipped(tmp_path / "i.zip", {f"{i}.png": bytes(1_000_000) for i in range(20)})
    assert path.stat().st_size < 100_000
    file = read(path, 20, tmp_path / "out", limits=replace(LIMITS, upload_bytes=5_000_000))
    assert file.sprite is None
    assert "unpacks to 20.0 MB; upload_bytes is 5,000,000" in file.warnings[0]


def test_member_larger_than_it_says_or_than_the_limit_is_not_read(tmp_path: Path) -> None:
    path = zipped(tmp_path / "i.zip", {"0.png": bytes(1_000_000), "1.png": picture((1, 2, 3))})
    file = read(path, 2, tmp_path / "out", limits=replace(LIMITS, sprite_bytes=100_000))
    assert file.sprite is not None
    assert "1 have one that cannot be read, such as '0.png'" in file.warnings[0]


def test_image_with_too_many_pixels_is_not_decoded(tmp_path: Path) -> None:
    content = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(content, "PNG")
    path = zipped(tmp_path / "i.zip", {"0.png": content.getvalue(), "1.png": picture((1, 2, 3))})
    file = read(path, 2, tmp_path / "out", (4, 4))
    assert "1 have one that cannot be read" in file.warnings[0]


def test_encrypted_images_are_counted_as_unreadable(tmp_path: Path) -> None:
    path = zipped(tmp_path / "i.zip", {"0.png": picture((1, 2, 3)), "1.png": picture((1, 2, 3))})
    content = bytearray(path.read_bytes())
    second = content.rindex(b"PK\x01\x02")
    content[second + 8] |= 1
    path.write_bytes(bytes(content))
    file = read(path, 2, tmp_path / "out")
    assert "1 have one that cannot be read, such as '1.png'" in file.warnings[0]


def test_out_of_time_the_last_points_stay_without_pictures(tmp_path: Path) -> None:
    path = zipped(tmp_path / "i.zip", {f"{i}.png": picture((9, 9, 9)) for i in range(5)})
    file = read(path, 5, tmp_path / "out", limits=replace(LIMITS, parse_seconds=0))
    assert file.sprite is not None
    assert "no time for the images of the last 5 points (parse_seconds is 0)" in file.warnings[0]


def test_pictures_follow_the_rows_that_were_kept(tmp_path: Path) -> None:
    path = zipped(tmp_path / "i.zip", {f"{i}.png": picture((i, 0, 0)) for i in range(6)})
    points = Points(6, np.array([1, 2, 5]), pa.table({}))
    (tmp_path / "out").mkdir()
    file = read_thumbnails(path, "i.zip", None, points, LIMITS, tmp_path / "out")
    assert file.sprite is not None
    assert file.warnings == ()
    shown = [pixel(tmp_path / "out", file.sprite, i)[0] for i in range(3)]  # type: ignore[index]
    assert shown == [1, 2, 5]


def test_progress_is_written_a_few_times_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = progress.Progress(tmp_path)
    for done in range(1_000):
        report.step(done, 1_000, "reading images")
    first = json.loads((tmp_path / "progress.json").read_text())
    assert first == {"done": 0, "total": 1_000, "what": "reading images"}
    monkeypatch.setattr(progress.time, "monotonic", lambda: float("inf"))
    report.step(999, 1_000, "reading images")
    assert json.loads((tmp_path / "progress.json").read_text())["done"] == 999
    report.close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("a/1.png", "a/1.png"),
        ("./a//1.png", "a/1.png"),
        ("a\\1.png", "a/1.png"),
        ("/srv/data/a/1.png", "a/1.png"),
        ("2.png", "a/2.png"),
        ("1.png", None),  # of a or of b?
        ("c/1.png", None),
        ("2", None),
        ("", None),
        (None, None),
    ],
)
def test_values_name_images_by_path_or_by_an_end_of_it(
    value: str | None, found: str | None
) -> None:
    names = ["a/1.png", "b/1.png", "a/2.png"]
    table = pa.table({"image": pa.array(["a/1.png", "b/1.png", "a/2.png", value], pa.string())})
    rows, column = match_by_column(names, table)
    assert column == "image"
    assert rows == [*names, found]


def test_column_that_names_few_images_does_not_count() -> None:
    table = pa.table({"text": ["1.png", "what a day", "no", "so"], "other": ["x.png"] * 4})
    assert match_by_column(["1.png", "2.png"], table) == ([], None)
    assert match_in_order(["10.png", "9.png"], 3) == ["9.png", "10.png", None]
