"""How soon all points are on the screen again once a hand comes to rest."""

from __future__ import annotations

from collections.abc import Iterator

from playwright.sync_api import Page

from tests.bench.table import Line

# Milliseconds from the end of a gesture until a frame with all points has left the GPU, and the
# longest that the page let anybody wait meanwhile; the worst of several gestures.
BACK = """async () => {
    const { gl } = projector.glplot(), pixel = new Uint8Array(4);
    const frame = () => new Promise(requestAnimationFrame);
    const cloud = projector.cloud(), isThere = () => cloud.part === null && !cloud.dirty;
    const read = () => gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel);
    let worst = 0, wait = 0, angle = 0;
    for (let gesture = 0; gesture < 5; gesture++) {
        for (let i = 0; i < 10; i++) {
            angle += 0.03;
            const eye = { x: 1.7 * Math.cos(angle), y: 1.7 * Math.sin(angle), z: 0.8 };
            projector.moveCamera({ ...projector.camera(), eye });
            await frame();
            read();
        }
        const start = performance.now();
        let last = start;
        projector.restNow();
        while (!isThere()) {
            await frame();
            wait = Math.max(wait, performance.now() - last);
            last = performance.now();
        }
        read();
        worst = Math.max(worst, performance.now() - start);
    }
    return [worst, wait];
}"""


def back_at_rest(page: Page, n: int, most: float) -> Iterator[Line]:
    """All points after a gesture: how late, and how long the page does not answer meanwhile."""
    worst, wait = page.evaluate(BACK)
    target = f"< {most:.0f} ms"
    yield Line(f"all {n:,} points back at rest", worst, None, "ms", target, worst < most)
    yield Line("the page answers meanwhile within", wait, None, "ms")
