"""Data and projection panels: legend, color scale, names, trash, theme, axes."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from data.services import Services
from tests.browser.dashboard_page import WAIT, DashboardPage
from tests.running_server import start_server


@pytest.fixture(scope="module")
def changing(tmp_path_factory):
    """A server on a data directory of its own, and the directory."""
    folder = tmp_path_factory.mktemp("changing")
    with start_server(folder) as running:
        yield running, folder


@pytest.fixture
def own_page(changing, open_page, demo_copied):
    """A tab on the demo as it comes, for tests that change datasets."""
    running, folder = changing
    datasets = Services.open(folder).datasets
    for record in datasets.list():
        datasets.delete(record.id)
    demo_copied(folder)
    tab = open_page(running)
    tab.wait_for_points(1797)
    return tab


def legend_entry(page: DashboardPage, value: str):
    return page.page.locator(f'#legend .entry[data-value="{value}"]')


def test_a_click_on_a_value_shows_only_it_and_again_shows_all(page):
    expect(page.legend).to_have_count(10)
    legend_entry(page, "3").locator(".only").click()
    page.wait_for_points(183)
    expect(page.page.locator("#legend .entry.off")).to_have_count(9)
    legend_entry(page, "3").locator(".only").click()
    page.wait_for_points(1797)


def test_another_value_is_brought_back_by_its_swatch_and_single_values_toggle(page):
    legend_entry(page, "3").locator(".only").click()
    page.wait_for_points(183)
    page.button("Toggle 0").click()
    page.wait_for_points(183 + 178)
    page.button("Toggle 3").click()
    page.wait_for_points(178)
    expect(page.button("Toggle 3")).to_have_attribute("aria-pressed", "false")


def test_the_legend_counts_every_class_among_the_points_that_are_shown(page):
    counts = page.page.locator("#legend .count")
    assert sum(int(count) for count in counts.all_inner_texts()) == 1797
    page.click_point(page.reachable_row())
    expect(page.neighbors).to_have_count(100, timeout=WAIT)
    page.button("Isolate selection").click()
    page.wait_for_points(101)
    assert sum(int(count) for count in counts.all_inner_texts()) == 101


def test_what_the_legend_hides_is_said_below_the_view(page):
    legend_entry(page, "3").locator(".only").click()
    page.wait_for_points(183)
    note = page.page.locator("#drawn-note")
    expect(note).to_contain_text("183 of 1,797 points shown")
    legend_entry(page, "3").locator(".only").click()
    expect(note).to_have_text("")


def test_numbers_show_a_color_bar_and_can_be_shown_as_classes(page):
    page.page.get_by_text("Scale", exact=True).click()
    expect(page.page.locator("#legend .colorbar")).to_be_visible()
    ticks = page.page.locator("#legend .colorbar-ticks span")
    assert ticks.all_inner_texts() == ["0", "2", "4", "6", "9"]
    expect(page.page.locator("#legend-note")).to_have_text("")
    page.page.get_by_text("Classes", exact=True).click()
    expect(page.legend).to_have_count(10)


@pytest.mark.usefixtures("real_data")
def test_word_counts_are_colored_on_a_scale_that_tells_them_apart(page):
    page.open_dataset("Words", 10_000)
    page.choose("Color by", "count")
    expect(page.page.locator("#legend-note")).to_contain_text("very uneven")
    page.page.wait_for_function("() => projector.shown.coloring.column === 'count'")
    # A quarter of the colors holds no more than about half of the words.
    shares = page.shown(
        "[...shown.values].map((v) => (v - shown.coloring.low)"
        " / (shown.coloring.high - shown.coloring.low))"
    )
    assert max(np.histogram(shares, bins=4, range=(0, 1))[0]) < 0.6 * len(shares)


def test_switching_values_off_is_forgotten_with_another_column(page):
    page.open_dataset("Iris", 150)
    legend_entry(page, "setosa").locator(".only").click()
    page.wait_for_points(50)
    page.choose("Color by", "petal length (cm)")
    expect(page.page.locator("#legend .colorbar")).to_be_visible()
    page.choose("Color by", "species")
    page.wait_for_points(150)


def test_a_column_that_names_every_point_cannot_color_and_says_why(page):
    page.page.get_by_label("Color by", exact=True).click()
    option = page.page.get_by_role("option", name=re.compile("example"))
    expect(option).to_contain_text("1,797 different texts")
    expect(option).to_have_attribute("data-combobox-disabled", "true")
    page.page.keyboard.press("Escape")


def test_axes_show_the_chosen_components_and_their_variance(page):
    expect(page.page.locator(".bar.shown")).to_have_count(3)
    page.choose("X", re.compile(r"^PC 4$"))
    expect(page.view).to_have_attribute("data-drawn", re.compile(r" 3 3 1 2$"))
    page.page.get_by_text("2D", exact=True).click()
    expect(page.view).to_have_attribute("data-drawn", re.compile(r" 2 3 1 2$"))
    expect(page.page.locator(".bar.shown")).to_have_count(2)
    expect(page.page.locator("#variance")).to_contain_text("of the variance")


def test_preprocessing_is_said_in_the_status_line(page):
    before = page.view.get_attribute("data-projection")
    page.page.get_by_label("Standardize columns").check(force=True)
    page.wait_for_change("data-projection", before)
    expect(page.page.locator("#status")).to_contain_text("columns standardized")
    page.page.get_by_label("Standardize columns").uncheck(force=True)
    expect(page.view).to_have_attribute("data-projection", before, timeout=WAIT)


def test_the_camera_stays_when_colors_selection_and_axes_change(page):
    box = page.view.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.page.mouse.move(x, y + 200)
    page.page.mouse.down()
    page.page.mouse.move(x + 120, y + 160, steps=4)
    page.page.mouse.up()
    page.page.wait_for_function("() => location.search.includes('camera=')")
    eye = "() => Object.values(projector.scene().getCamera().eye)"
    turned = page.page.evaluate(eye)
    page.choose("Y", re.compile(r"^PC 5$"))
    expect(page.view).to_have_attribute("data-drawn", re.compile(r" 3 0 4 2$"))
    page.page.get_by_text("Scale", exact=True).click()
    expect(page.page.locator("#legend .colorbar")).to_be_visible()
    page.click_point(page.reachable_row())
    expect(page.neighbors).to_have_count(100, timeout=WAIT)
    # A movement runs out for a moment after the gesture.
    assert page.page.evaluate(eye) == pytest.approx(turned, abs=0.1)
    page.button("Reset view").click()
    page.page.wait_for_function("() => !location.search.includes('camera=')")


def test_a_zoom_in_two_dimensions_stays_when_a_point_is_clicked(page):
    page.page.get_by_text("2D", exact=True).click()
    expect(page.view).to_have_attribute("data-drawn", re.compile(r" 2 0 1 2$"))
    zoom = "() => 1 / projector.scene().getCamera().eye.z"
    before = page.page.evaluate(zoom)
    box = page.view.bounding_box()
    page.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.page.mouse.wheel(0, -300)
    page.page.wait_for_function("() => location.search.includes('camera=')")
    zoomed = page.page.evaluate(zoom)
    assert zoomed > before * 1.05
    page.click_point(page.reachable_row())
    expect(page.neighbors).to_have_count(100, timeout=WAIT)
    page.page.wait_for_function("() => projector.shown.selectedPoint !== null")
    assert page.page.evaluate(zoom) == pytest.approx(zoomed, rel=0.05)


def test_light_and_dark_are_remembered_and_the_scene_follows(page):
    ground = "() => document.querySelector('#graph .js-plotly-plot').layout.paper_bgcolor"
    light = page.page.evaluate(ground)
    page.page.get_by_label("Toggle color scheme").click()
    page.page.wait_for_function(
        "(before) => document.querySelector('#graph .js-plotly-plot').layout.paper_bgcolor"
        " !== before",
        arg=light,
    )
    page.page.reload()
    page.wait_for_points(1797)
    assert page.page.evaluate(ground) != light
    assert page.page.locator("html").get_attribute("data-mantine-color-scheme") == "dark"


def test_a_new_name_is_kept_for_everyone(own_page):
    own_page.page.get_by_label("Name", exact=True).fill("Digits of <b>1998</b>")
    own_page.page.keyboard.press("Enter")
    expect(own_page.page.get_by_label("Dataset", exact=True)).to_have_value(
        re.compile(r"^Digits of <b>1998</b>")
    )
    own_page.page.reload()
    own_page.wait_for_points(1797)
    expect(own_page.page.get_by_label("Name", exact=True)).to_have_value("Digits of <b>1998</b>")


def test_a_deleted_dataset_comes_back_by_undo_and_an_empty_server_says_what_to_do(own_page):
    # Until a map is measured, the page is asking about it.
    trust = own_page.page.locator("#trust")
    expect(trust).to_contain_text("pts")
    own_page.button("Delete").click()
    own_page.wait_for_points(150)
    expect(trust).to_contain_text("pts")
    own_page.button("Delete").click()
    expect(own_page.page.get_by_text("Nothing to look at yet")).to_be_visible()
    expect(own_page.page.get_by_role("alert")).to_contain_text("trash")
    for name in ("+ Metadata", "Delete", "Save bookmark"):
        expect(own_page.button(name)).to_be_disabled()
    own_page.button("Undo").click()
    own_page.wait_for_points(150)
    expect(own_page.page.get_by_text("Nothing to look at yet")).to_be_hidden()
    expect(own_page.button("Delete")).to_be_enabled()


def test_a_refused_name_is_said_and_the_box_shows_the_one_that_holds(own_page):
    own_page.page.get_by_label("Name", exact=True).fill("z" * 300)
    own_page.page.keyboard.press("Enter")
    expect(own_page.page.get_by_role("alert")).to_contain_text("1 to 200 characters")
    expect(own_page.page.get_by_label("Name", exact=True)).to_have_value(
        re.compile("^Handwritten digits")
    )


def test_metadata_and_tensor_are_offered_for_download(page):
    for name in ("Metadata", "Tensor"):
        with page.page.expect_download() as download:
            page.page.get_by_role("link", name=name).click()
        assert "Handwritten" in download.value.suggested_filename


def test_help_tells_mouse_and_keys_and_panels_collapse(page):
    page.button("Help: mouse and keys").click()
    expect(page.page.get_by_role("dialog")).to_contain_text("clear the selection")
    page.page.get_by_role("dialog").get_by_role("button", name="Close").click()
    width = page.view.bounding_box()["width"]
    page.button("Hide or show the left panels").click()
    page.button("Hide or show the right panels").click()
    expect(page.page.locator("aside.left")).to_be_hidden()
    assert page.view.bounding_box()["width"] > width + 500


def test_a_text_becomes_classes_and_colors_and_the_next_person_sees_it_too(own_page):
    own_page.page.get_by_text("Kinds of columns").click()
    own_page.choose("Column", re.compile("example"))
    note = own_page.page.locator("#column-kind-note")
    expect(note).to_have_text("1,797 different values: texts by content.")
    own_page.page.locator("#column-kind").get_by_text("Class", exact=True).click()
    expect(note).to_contain_text("chosen otherwise")
    own_page.choose("Color by", re.compile("example"))
    expect(own_page.legend).to_have_count(500)
    own_page.page.locator("#column-kind").get_by_text("Number", exact=True).click()
    expect(own_page.page.get_by_role("alert")).to_contain_text("'example' holds no numbers")
    own_page.page.reload()
    own_page.wait_for_points(1797)
    expect(own_page.legend).to_have_count(500)


def test_a_column_among_many_is_found_by_typing(page):
    page.open_dataset("Iris", 150)
    page.page.get_by_label("Color by", exact=True).click()
    options = page.page.get_by_role("option")
    expect(options).to_have_count(6)
    page.page.keyboard.type("petal w")
    expect(options).to_have_count(1)
    page.page.keyboard.press("ArrowDown")
    page.page.keyboard.press("Enter")
    expect(page.page.locator("#legend .colorbar")).to_be_visible()
