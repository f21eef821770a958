"""The least that a page with these points must do: load plotly.js, fetch, draw once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import plotly

PLOTLY = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"

IS_DRAWN = "window.isDrawn === true"

PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>bare</title></head>
<body style="margin:0"><div id="graph" style="width:{width}px;height:{height}px"></div>
<script src="plotly.min.js"></script>
<script>
(async () => {{
  const [points, codes] = await Promise.all(["points", "codes"].map(async (name) =>
    (await fetch(name)).arrayBuffer()));
  const values = new Float32Array(points), n = values.length / 3;
  const axis = (i) => values.subarray(i * n, (i + 1) * n);
  const trace = {{
    type: "scatter3d", mode: "markers", hoverinfo: "none", x: axis(0), y: axis(1), z: axis(2),
    marker: {{ symbol: "{symbol}", size: 3.6, opacity: 1, line: {{ width: 0 }},
      color: Array.from(new Uint8Array(codes), (code) => `hsl(${{code * 36}}, 70%, 50%)`) }},
  }};
  await Plotly.newPlot("graph", [trace], {{ margin: {{ l: 0, r: 0, t: 0, b: 0 }} }});
  window.isDrawn = true;
}})();
</script></body></html>
"""


@contextmanager
def serve_bare_page(
    coordinates: np.ndarray, codes: np.ndarray, size: tuple[int, int], symbol: str = "square"
) -> Iterator[str]:
    """Serve the page; yield its address.

    Parameters
    ----------
    coordinates : ndarray of shape (n_points, 3)
    codes : class of each point, 0 to 9
    size : width and height of the plot in pixels
    symbol : Plotly's name of a marker; its default is the circle
    """
    page = PAGE.format(width=size[0], height=size[1], symbol=symbol).encode()
    answers = {
        "/": ("text/html", page),
        "/plotly.min.js": ("text/javascript", PLOTLY.read_bytes()),
        "/points": ("application/octet-stream", coordinates.T.astype("<f4").tobytes()),
        "/codes": ("application/octet-stream", codes.astype(np.uint8).tobytes()),
    }

    class Answer(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            kind, body = answers.get(self.path, ("text/plain", b""))
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "max-age=3600")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing: the table is all that is printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
