"""stint-fleetd's /metrics as Debian's own Prometheus scrapes it, with the door's token (fleet.md §5.1)."""

import json
import shutil
import subprocess
import urllib.error
import urllib.request

import pytest
from fleet_ground import Ground
from push_line import PATIENCE, until
from push_server import free_port
from test_fleet import pytestmark  # noqa: F401
from world import ROOT

PROMETHEUS = shutil.which("prometheus") or shutil.which("prometheus", path=ROOT / "build" / "prometheus" / "usr" / "bin")
CONFIGURATION = """
global: {{scrape_interval: 500ms, scrape_timeout: 500ms}}
scrape_configs:
  - job_name: fleet
    authorization: {{credentials_file: {root}/token}}
    static_configs: [{{targets: ["{door}"]}}]
  - job_name: stranger
    static_configs: [{{targets: ["{door}"]}}]
"""


@pytest.mark.skipif(not PROMETHEUS, reason="there is no prometheus")
def test_prometheus_scrapes_it_with_the_doors_token():
    ground, process = Ground(), None
    try:
        root, port = ground.world.root, free_port()
        ground.device("here")
        started = ground.starts("here")
        ground.until(started, "succeeded")
        address, token = ground.parts.door
        (root / "token").write_text(token)
        (root / "prometheus.yml").write_text(CONFIGURATION.format(root=root, door=address.removeprefix("http://")))
        process = subprocess.Popen([PROMETHEUS, f"--config.file={root}/prometheus.yml", f"--storage.tsdb.path={root}/tsdb",
                                    f"--web.listen-address=127.0.0.1:{port}"], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)

        def value(query):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/query?query={query}", timeout=PATIENCE) as answer:
                    found = json.load(answer)["data"]["result"]
            except urllib.error.URLError:
                return None
            return found and float(found[0]["value"][1])

        until(lambda: value("stint_fleet_devices") == 1, within=6 * PATIENCE)
        assert value("stint_fleet_leader") == 1
        assert value("stint_fleet_reports_total%7Boutcome=%22counted%22%7D") >= 1
        until(lambda: value("up%7Bjob=%22stranger%22%7D") == 0)
    finally:
        if process:
            process.kill()
            process.wait(PATIENCE)
        ground.close()
