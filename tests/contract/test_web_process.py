"""A web process starts fast and stays small: what compiles is left to workers."""

import subprocess
import sys
from pathlib import Path

SCRIPT = """
import sys
from pathlib import Path
from dashboard.app import create_app
from dashboard.settings import Settings
from data.services import Services
settings = Settings(data_dir=Path(sys.argv[1]))
client = create_app(settings, Services.open(settings.data_dir)).server.test_client()
asked = {"dataset": "none", "method": "umap"}
assert client.post("/api/v1/projections", json=asked).status_code == 404
assert client.get("/_dash-layout").status_code == 200
print(*sorted({"umap", "numba", "pynndescent", "openTSNE", "sklearn"} & set(sys.modules)))
"""


def test_a_web_process_imports_nothing_that_compiles(tmp_path):
    found = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).resolve().parents[2],
    )
    assert found.stdout.split() == []
