"""Which of 100,000 points lie within a shape, in the browser."""

from __future__ import annotations

from collections.abc import Iterator

from tests.bench.browser import new_person, wait_until
from tests.bench.stored import Stored
from tests.bench.table import Line
from tests.chromium import launched_chromium

LIMIT_MS = 20.0

# Medians of 9 runs. The lasso has 400 corners and crosses itself. The floor looks at every point
# once and keeps those within a box, without a function call.
MEASURE = """() => {
    const n = 100000, { geometry } = projector;
    const x = new Float32Array(n), y = new Float32Array(n), depth = new Float32Array(n);
    for (let i = 0; i < n; i++) {
        x[i] = 700 * Math.random();
        y[i] = 700 * Math.random();
        depth[i] = Math.random();
    }
    const positions = Float32Array.from({ length: 3 * n }, (_, i) =>
        [x, y, depth][i % 3][Math.floor(i / 3)]);
    const corners = Array.from({ length: 400 }, (_, i) => {
        const angle = i / 30, reach = 250 * (1 + 0.2 * Math.sin(i));
        return [350 + reach * Math.cos(angle), 350 + reach * Math.sin(angle)];
    });
    const all = Int32Array.from(x, (_, place) => place);
    const ways = {
        floor: () => {
            const places = new Int32Array(n);
            let found = 0;
            for (let i = 0; i < n; i++) {
                if (x[i] > 100 && x[i] < 600 && y[i] > 100 && y[i] < 600) places[found++] = i;
            }
            return places.slice(0, found);
        },
        rectangle: () =>
            geometry.inRectangle(x, y, { left: 100, top: 100, right: 600, bottom: 600 }),
        lasso: () => geometry.inPolygon(x, y, corners),
        sphere: () => geometry.inSphere(positions, [350, 350, 0.5], 200, false),
        "visible only": () =>
            projector.uncovered(all, all, { x, y, depth }, { radius: 3, width: 700, height: 700 }),
    };
    const medians = {};
    for (const [name, run] of Object.entries(ways)) {
        run();
        const times = Array.from({ length: 9 }, () => {
            const start = performance.now();
            run();
            return performance.now() - start;
        });
        medians[name] = times.sort((a, b) => a - b)[4];
    }
    return medians;
}"""


def selecting(stored: Stored) -> Iterator[Line]:
    """Compare shapes with one bare loop over the same points."""
    with launched_chromium() as browser:
        page = new_person(browser).new_page()
        page.goto(stored.url)
        wait_until(page, "window.projector?.geometry && projector.uncovered")
        medians: dict[str, float] = page.evaluate(MEASURE)
    for name in ("rectangle", "lasso", "sphere", "visible only"):
        ours = medians[name]
        target = f"<= {LIMIT_MS:.0f} ms"
        yield Line(
            f"{name}, 100,000 points", ours, medians["floor"], "ms", target, ours <= LIMIT_MS
        )
