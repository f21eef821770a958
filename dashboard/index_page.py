"""The page as it is sent: which scripts it loads, and which it has on the way before Dash asks."""

from __future__ import annotations

import re
from typing import Any

import dash

INDEX = """<!DOCTYPE html>
<html lang="en">
    <head>
        {%metas%}
        <title>{%title%}</title>
        {%favicon%}
        {%css%}
    </head>
    <body>
        {%app_entry%}
        <footer>
            {%config%}
            {%scripts%}
            {%renderer%}
        </footer>
    </body>
</html>"""

# Dash asks for it only when it has built the whole page; plotly.js makes it use this address.
PLOTLY = {"namespace": "plotly", "relative_package_path": "package_data/plotly.min.js"}


class Application(dash.Dash):
    """Dash, loading sooner and telling visitors less about the host."""

    def interpolate_index(self, *args: Any, **parts: Any) -> Any:
        """Return the page with what is asked for late, and without the interpreter's version."""
        config = re.sub(r'"python_version":\s*"[^"]*"', '"python_version": ""', parts["config"])
        addresses: Any = self._collect_and_register_resources
        (plotly,) = addresses([PLOTLY])
        # No preload: slow machines need it later than the few seconds after which browsers warn.
        late = f'<link rel="prefetch" as="script" href="{plotly}">'
        page: Any = super().interpolate_index
        return page(*args, **{**parts, "config": config, "css": f"{parts['css']}\n{late}"})
