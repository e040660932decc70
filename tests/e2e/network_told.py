"""stintd on a ground (network_ground.py), and what it says of its network."""

import json

from events import Directory


class Told:
    def __init__(self, world, ground):
        self.world = world
        self.daemon = world.start_daemon(environment=ground.environment(), before=ground.enter())

    def device(self):
        rows = [json.loads(line) for line in self.world.done("device", "--json").splitlines()]
        return {row["key"]: row["value"] for row in rows if "key" in row}

    def sources(self):
        rows = [json.loads(line) for line in self.world.done("device", "--json").splitlines()]
        return {row["key"]: row["source"] for row in rows if "key" in row}

    def networks(self):
        return [json.loads(line) for line in self.world.done("net", "--json").splitlines()]

    def log(self):
        return self.daemon.log.read_text()

    def until(self, **wanted):
        """network_metered="true": until `stint device` says so. Asked again at each line of the daemon's log."""
        wanted = {key.replace("_", ".", 1): value for key, value in wanted.items()}

        def says():
            device = self.device()
            return all(device.get(key) == value for key, value in wanted.items()) and device

        with Directory(self.world.root) as log:
            return log.until(says)
