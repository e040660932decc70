"""Shared by the tests of transfers."""

import json

from events import Directory
from origin import MIB, bytes_of
from world import Ended

CONTENT = bytes_of("transfers", 3 * MIB)


def names(directory):
    """The names in it once the transfer app has tidied up, which it does when the daemon knows of the end."""

    def found():
        return sorted(path.name for path in directory.iterdir())

    with Directory(directory) as watched:
        watched.until(lambda: not [name for name in found() if name.endswith(".stint-state")])
    return found()


def durable_offset(part):
    """The offset up to which, by the sidecar beside the part, it was flushed; 0 where there is none yet."""
    sidecar = part.with_name(part.name.replace(".stint-part", ".stint-state"))
    return json.loads(sidecar.read_text())["durable"] if sidecar.exists() else 0


def typed(world, *words):
    """`stint words` as a person types them, in a terminal: the job is user-initiated, and does not yield to whatever
    else keeps this machine busy."""
    client = world.in_terminal(*words)
    code = client.ends()
    return Ended(code, client.output, client.output)


def done(world, *words):
    """Runs typed(), which must end well; answers what it printed."""
    ended = typed(world, *words)
    assert ended.code == 0, ended
    return ended.out
