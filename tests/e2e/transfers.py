"""What tests of transfers have in common."""

from events import Directory
from origin import MIB, bytes_of

CONTENT = bytes_of("transfers", 3 * MIB)


def names(directory):
    """What is in it once the transfer app has tidied up, which it does when the daemon knows of the end."""

    def found():
        return sorted(path.name for path in directory.iterdir())

    with Directory(directory) as watched:
        watched.until(lambda: not [name for name in found() if name.endswith(".stint-state")])
    return found()
