"""The picture of the view: its file, and the names of its axes."""

import re
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import expect

from tests.browser.dashboard_page import DashboardPage


def class_colors(page: DashboardPage) -> np.ndarray:
    names = page.shown("shown.coloring.colors")
    return np.array([[int(name[i : i + 2], 16) for i in (1, 3, 5)] for name in names])


def picture_of(page: DashboardPage, path: Path) -> tuple[str, np.ndarray]:
    """Download the view; return the name of the file and its pixels (height, width, 3)."""
    with page.page.expect_download() as download:
        page.button("Download PNG").click()
    download.value.save_as(path)
    pixels = np.asarray(Image.open(path).convert("RGB")).astype(int)
    return download.value.suggested_filename, pixels


def test_the_picture_is_twice_as_large_and_shows_a_point_in_its_color(page, tmp_path):
    # Flat and without thumbnails a point has the very color of its class.
    page.page.get_by_label("Thumbnails").uncheck(force=True)
    page.page.get_by_text("2D", exact=True).click()
    expect(page.view).to_have_attribute("data-drawn", re.compile(r" 2 0 1 2$"))
    page.wait_for_rest()
    row = page.reachable_row()
    x, y = page.page.evaluate("(row) => projector.positionOfRow(row)", row)[:2]
    width, height = page.view.evaluate("view => [view.clientWidth, view.clientHeight]")
    before = page.page.evaluate("() => projector.glplot().canvas.width")
    name, picture = picture_of(page, tmp_path / "view.png")
    assert name == "Handwritten digits (demo) pca 2D.png"
    assert picture.shape == (2 * height, 2 * width, 3)
    assert picture[2, 2].tolist() == [255, 255, 255]
    left, top = round(2 * x), round(2 * y)
    around = picture[top - 2 : top + 3, left - 2 : left + 3].reshape(-1, 1, 3)
    away = np.abs(around - class_colors(page)).max(axis=2)
    seen = away.argmin(axis=1)[away.min(axis=1) < 20]
    assert page.shown(f"shown.values[{row}]") in seen.tolist()
    # On the screen everything is as before.
    assert page.page.evaluate("() => projector.glplot().canvas.width") == before


def test_every_thumbnail_outside_a_selection_is_dimmed(page, tmp_path):
    page.page.get_by_text("2D", exact=True).click()
    expect(page.view).to_have_attribute("data-drawn", re.compile(r" 2 0 1 2$"))
    page.choose("Labels", "None")
    page.button("Reset view").focus()
    page.reachable_row()
    at = np.array(page.page.evaluate("() => [...projector.projectAll().x]"))
    page.page.evaluate(
        "(x) => projector.selectRows([...projector.projectAll().x.keys()]"
        ".filter((row) => projector.projectAll().x[row] > x))",
        float(np.median(at)),
    )
    expect(page.page.locator("#selection-count")).to_contain_text("selected")
    page.wait_for_rest()
    _, picture = picture_of(page, tmp_path / "dimmed.png")
    y = np.array(page.page.evaluate("() => [...projector.projectAll().y]"))
    outside = np.flatnonzero(at < np.median(at) - 60)
    darkest = [
        picture[
            round(2 * y[i]) - 8 : round(2 * y[i]) + 9, round(2 * at[i]) - 8 : round(2 * at[i]) + 9
        ]
        .max(axis=2)
        .min()
        for i in outside
    ]
    assert len(darkest) > 100
    assert min(darkest) > 140


def test_axes_are_named_by_what_they_are(page):
    def titles(components, **projection):
        return page.page.evaluate(
            "([projection, components]) => projector.axisTitles(projection, components)",
            [{"n_components": 3, **projection}, components],
        )

    pca = {"method": "pca", "explained_variance_ratio": [0.2312, 0.1, 0]}
    assert titles([0, 2, 5], **pca) == ["PC 1 (23.1 %)", "PC 3 (0.0 %)", ""]
    assert titles([1, 0], method="tsne") == ["t-SNE 2", "t-SNE 1"]
    assert titles([0], method="umap") == ["UMAP 1"]
    sides = {"left": {"text": "best"}, "right": {"text": "<b>worst"}}
    axes = [sides, {**sides, "name": "quality & rank"}]
    assert titles([0, 1], method="custom_axes", parameters={"axes": axes}) == [
        "best - &lt;b&gt;worst",
        "quality &amp; rank",
    ]
    assert titles([1], method="columns", parameters={"columns": ["a", "b"]}) == ["b"]
    assert titles([0], method="uploaded") == ["Component 1"]


def test_the_third_axis_has_its_title_again_after_a_look_from_above(page):
    page.page.mouse.move(5, 5)
    page.page.get_by_text("3D", exact=True).click()
    page.wait_for_thumbnails()
    page.wait_for_rest()
    before = page.view.screenshot()
    page.page.get_by_text("2D", exact=True).click()
    expect(page.view).to_have_attribute("data-drawn", re.compile(r" 2 0 1 2$"))
    page.wait_for_rest()
    page.page.get_by_text("3D", exact=True).click()
    expect(page.view).to_have_attribute("data-drawn", re.compile(r" 3 0 1 2$"))
    page.wait_for_thumbnails()
    page.wait_for_rest()
    assert page.view.screenshot() == before


def test_while_another_dataset_opens_the_picture_of_the_one_before_fades(page):
    held = []
    page.page.route("**/coordinates*", lambda route: held.append(route))
    page.choose("Dataset", re.compile("Iris"))
    expect(page.view).to_have_class(re.compile(r"\bstale\b"))
    page.page.unroute("**/coordinates*")
    for route in held:
        route.continue_()
    page.wait_for_points(150)
    expect(page.view).not_to_have_class(re.compile(r"\bstale\b"))
