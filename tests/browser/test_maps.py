"""How true a map is: ranks beside neighbors, lines to those that are torn away."""

from pathlib import Path

from playwright.sync_api import expect

from data.parsing import ParseRequest, ReadOptions, Source
from data.services import Services
from tests.browser.dashboard_page import DashboardPage


def test_each_neighbor_shows_both_ranks_and_torn_ones_get_lines(page: DashboardPage):
    page.click_point(page.reachable_row())
    expect(page.neighbors).to_have_count(100)
    expect(page.neighbors.first.locator(".rank")).to_contain_text("1 → ")
    lines = page.page.locator("#torn-lines-drawn")
    expect(lines).to_have_attribute("data-lines", "0")
    page.page.get_by_label("Lines to torn neighbors").click()
    n_torn = page.page.locator("#neighbor-list .rank.torn").count()
    assert 0 < n_torn < 100
    expect(lines).to_have_attribute("data-lines", str(n_torn))
    expect(page.page.get_by_text(f"{n_torn} of 100")).to_be_visible()
    # Another picture of the same points has other ranks.
    page.page.get_by_text("2D", exact=True).click()
    expect(lines).not_to_have_attribute("data-lines", str(n_torn))
    page.button("Clear selection").click()
    expect(lines).to_have_attribute("data-lines", "0")
    expect(lines).to_have_attribute("width", "0")


def choose_method(page: DashboardPage, tab: str) -> None:
    page.page.locator("#method").get_by_text(tab, exact=True).click()


def run_method(page: DashboardPage, method: str) -> None:
    expect(page.button("Run")).to_be_enabled()
    page.button("Run").click()
    page.page.wait_for_function(
        "(method) => projector.shown.projection && projector.shown.projection.method === method",
        arg=method,
    )
    page.wait_for_rest()


def test_the_example_of_the_documentation_orders_words(open_page, dashboard, real_data):
    page = open_page(dashboard)
    page.open_dataset("Words", 10_000)
    page.page.get_by_label("Regular expression", exact=True).click()
    page.search.fill("^politics$")
    expect(page.matches).to_have_count(1)
    page.button("Select matches").click()
    expect(page.neighbors).to_have_count(100)
    page.button("Isolate selection").click()
    page.wait_for_points(101)
    choose_method(page, "Custom")
    # Both words lie outside of what is isolated.
    page.page.get_by_label("Left", exact=True).fill("^worst$")
    page.page.get_by_label("Right", exact=True).fill("^best$")
    page.page.locator("#axis-x-regex").click()
    expect(page.page.locator("#axis-x-left-count")).to_have_text("1 point")
    expect(page.page.locator("#axis-x-right-count")).to_have_text("1 point")
    run_method(page, "custom_axes")
    expect(page.page.locator("#projection-note")).to_contain_text("Y is principal component 1")
    order = page.page.evaluate(
        """async () => {
            const { positions } = projector.shown, places = [...Array(projector.nPlaces()).keys()];
            places.sort((one, other) => positions[3 * one] - positions[3 * other]);
            const rows = places.map(projector.rowOf);
            await projector.fetchLabelTexts(rows);
            return rows.map(projector.labelText);
        }"""
    )
    assert order.index("racism") < order.index("corruption") < order.index("government")
    assert order.index("government") < order.index("law") < order.index("science")
    page.page.get_by_label("Name of X").fill("worst to best")
    page.page.locator("#axis-x-keep").click()
    expect(page.page.locator("#notice-text")).to_contain_text("is kept with the dataset")
    page.choose("Color by", "worst to best")
    expect(page.page.locator("#legend-note")).to_contain_text("^best$")
    # Who opens the link sees what the axes are, and can go on from there.
    page.page.wait_for_function("() => location.search.length > 1")
    page.open(page.page.url)
    page.wait_for_points(101)
    expect(page.page.get_by_label("Left", exact=True)).to_have_value("^worst$")
    expect(page.page.get_by_label("Right", exact=True)).to_have_value("^best$")
    expect(page.page.locator("#axis-x-regex")).to_be_checked()
    expect(page.page.locator("#axis-x-left-count")).to_have_text("1 point")
    expect(page.button("Run")).to_be_enabled()


def test_points_are_colored_by_how_many_neighbors_they_keep(page: DashboardPage):
    expect(page.page.locator("#trust")).to_contain_text("(1,797 pts)")
    page.choose("Color by", "Neighbors kept")
    page.page.wait_for_function(
        """() => {
            const { coloring, values } = projector.shown;
            return coloring.column === "@preservation" && !Number.isNaN(values[0]);
        }"""
    )
    mean = page.shown("shown.values.reduce((sum, value) => sum + value, 0) / 1797")
    scores = page.page.evaluate(
        """async () => {
            const { id } = projector.shown.projection;
            const answer = await fetch(`page/projections/${id}/quality?components=0,1,2`);
            return (await answer.json()).neighbor_recall;
        }"""
    )
    assert abs(mean - scores) < 1e-4


def add_iris(services: Services, iris: Path, folder: Path) -> None:
    """Add iris as it comes, with a column by which each flower can be named."""
    head, *lines = (iris / "iris_labels.tsv").read_text().strip().splitlines()
    named = [f"flower\t{head}", *(f"f{i}\t{line}" for i, line in enumerate(lines))]
    (folder / "labels.tsv").write_text("\n".join(named) + "\n")
    request = ParseRequest(
        tensor=Source(iris / "iris_tensors.bytes", "iris.bytes"),
        metadata=Source(folder / "labels.tsv", "labels.tsv"),
        options=ReadOptions(n_dims=4),
    )
    services.datasets.add(request, name="Iris")


def test_columns_and_ready_coordinates_are_shown_as_they_are_and_compared(
    open_page, serve, real_data, tmp_path
):
    add_iris(Services.open(tmp_path / "data"), real_data / "iris", tmp_path)
    page = open_page(serve(tmp_path / "data"))
    page.wait_for_points(150)
    page.page.get_by_label("Standardize columns").click()
    page.page.wait_for_function("() => projector.shown.projection.parameters.standardize")
    choose_method(page, "As is")
    for column in ("petal-length", "petal-width"):
        page.page.get_by_role("textbox", name="Columns as axes").click()
        page.page.get_by_role("option", name=column).click()
    run_method(page, "columns")
    found = page.shown("[...shown.positions.slice(0, 2), shown.dimensionality]")
    assert [round(value, 2) for value in found] == [1.4, 0.2, 2]

    # A map that was made elsewhere, its rows in another order than the points.
    backwards = "".join(f"f{i},{i},{2 * i}\n" for i in range(149, -1, -1))
    (tmp_path / "spiral.csv").write_text("flower,x,y\n" + backwards)
    page.page.get_by_text("Coordinates from a file").click()
    file = page.page.get_by_label("Coordinates file")
    message = page.page.locator("#coordinates-message")
    file.set_input_files(tmp_path / "spiral.csv")
    expect(message).to_contain_text("Match the rows by 'flower'.")
    page.console.clear()  # the browser notes the refusal
    page.choose("Rows are matched by", "flower")
    file.set_input_files(tmp_path / "spiral.csv")
    page.page.wait_for_function("() => projector.shown.projection.name === 'spiral.csv'")
    page.wait_for_rest()
    assert page.shown("[...shown.positions.slice(21, 23)]") == [7, 14]
    expect(message).to_have_text("spiral.csv is kept with the dataset.")

    # All maps side by side; each opens, also PCA with its switches.
    page.page.get_by_text("Compare maps").click()
    table = page.page.locator("#map-table")
    for title in ("spiral.csv", "petal-length × petal-width", "PCA, unit columns"):
        scores = table.get_by_role("row").filter(has=page.page.get_by_role("button", name=title))
        expect(scores.get_by_role("cell").nth(1)).to_contain_text("0.")
    table.get_by_role("button", name="PCA", exact=True).click()
    page.page.wait_for_function("() => projector.shown.projection.method === 'pca'")
    expect(page.page.get_by_label("Standardize columns")).not_to_be_checked()
    table.get_by_role("button", name="PCA, unit columns").click()
    page.page.wait_for_function("() => projector.shown.projection.parameters.standardize")
    expect(page.page.get_by_label("Standardize columns")).to_be_checked()
