"""A training directory: runs, tensors and steps, also those written while the page is open."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.dashboard_page import WAIT
from tests.running_server import start_server


def write_step(logdir, step, n=80):
    """Write one step as PyTorch's SummaryWriter.add_embedding does."""
    folder = logdir / f"{step:05d}" / "default"
    folder.mkdir(parents=True)
    tensor = np.random.default_rng(step).normal(size=(n, 6))
    np.savetxt(folder / "tensors.tsv", tensor, delimiter="\t")
    lines = ["word\tgroup", *(f"word {i}\t{'ab'[i % 2]}" for i in range(n))]
    (folder / "metadata.tsv").write_text("\n".join(lines) + "\n")
    entry = (
        f'embeddings {{\n  tensor_name: "default:{step:05d}"\n'
        f'  tensor_path: "{step:05d}/default/tensors.tsv"\n'
        f'  metadata_path: "{step:05d}/default/metadata.tsv"\n}}\n'
    )
    with (logdir / "projector_config.pbtxt").open("a") as config:
        config.write(entry)


@pytest.fixture
def training(tmp_path):
    logdir = tmp_path / "training"
    for step in (0, 1):
        write_step(logdir, step)
    return logdir


def test_a_step_written_while_the_page_is_open_appears_and_keeps_the_view(
    training, serve, open_page, tmp_path
):
    server = serve(tmp_path / "data", "--logdir", str(training))
    tab = open_page(server)
    for box in ("Tensor", "Step"):
        expect(
            tab.page.get_by_placeholder("Choose a run").and_(tab.page.get_by_label(box, exact=True))
        ).to_be_visible()
    tab.choose("Run", ".")
    tab.wait_for_points(80)
    expect(tab.page.get_by_label("Step", exact=True)).to_have_value("1")
    tab.choose("Color by", "group")
    tab.page.get_by_text("2D", exact=True).click()
    tab.click_point(tab.reachable_row())
    expect(tab.neighbors).to_have_count(79, timeout=WAIT)
    point = tab.shown("shown.selectedPoint")
    projection = tab.view.get_attribute("data-projection")

    write_step(training, 2)
    tab.page.get_by_label("Step", exact=True).click()
    expect(tab.page.get_by_role("option", name="2", exact=True)).to_be_visible(timeout=WAIT)
    tab.page.get_by_role("option", name="2", exact=True).click()
    tab.wait_for_change("data-projection", projection)
    assert tab.shown("shown.selectedPoint") == point
    assert tab.shown("shown.dimensionality") == 2
    expect(tab.page.get_by_label("Color by", exact=True)).to_have_value("group")
    expect(tab.page.get_by_label("Dataset", exact=True)).to_have_value(
        "training / default / 2 · 80 × 6"
    )


@pytest.fixture(scope="module")
def written(real_data, tmp_path_factory):
    """A server on what PyTorch and TensorFlow have written."""
    written = ("torch_mnist", "tf2_tutorial", "tf1_mnist")
    options = [part for name in written for part in ("--logdir", str(real_data / name))]
    with start_server(tmp_path_factory.mktemp("written"), *options) as running:
        yield running


def test_the_files_that_pytorch_wrote_open_with_their_thumbnails(written, open_page):
    tab = open_page(written)
    tab.choose("Run", "torch_mnist")
    tab.wait_for_points(300)
    tab.click_point(tab.reachable_row())
    expect(tab.neighbors).to_have_count(100, timeout=WAIT)
    expect(tab.neighbors.locator(".thumbnail").first).to_be_visible()
    tab.choose("Tensor", "words/first")
    tab.wait_for_points(200)


def test_the_checkpoints_that_tensorflow_wrote_open_without_it(written, open_page):
    tab = open_page(written)
    tab.choose("Run", "tf2_tutorial")
    tab.wait_for_points(1999)
    tab.search.fill("arguments")
    tab.search.press("Enter")
    expect(tab.page.locator("#search-message")).to_have_text("1 match", timeout=WAIT)
    expect(tab.neighbors).to_have_count(100, timeout=WAIT)
    expect(tab.neighbors.first).to_contain_text(re.compile(r"[a-z]+"))
    tab.choose("Run", "tf1_mnist")
    tab.wait_for_points(500)
    expect(tab.page.get_by_label("Step", exact=True)).to_have_value("200")
    expect(tab.page.get_by_label("Tensor", exact=True)).to_have_value("mnistembedding")
    projection = tab.view.get_attribute("data-projection")
    tab.choose("Tensor", "codes")
    expect(tab.headline).to_contain_text("32 dims", timeout=WAIT)
    tab.wait_for_change("data-projection", projection)
    projection = tab.view.get_attribute("data-projection")
    tab.choose("Step", "100")
    tab.wait_for_change("data-projection", projection)
    tab.click_point(tab.reachable_row())
    expect(tab.neighbors.locator(".thumbnail").first).to_be_visible()
