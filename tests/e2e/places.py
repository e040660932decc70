"""Programs that run a daemon (World.start_daemon's `before`) where the kernel looks otherwise. Both need root."""

import os
import shutil
import uuid

import pytest

BOOT_ID = "/proc/sys/kernel/random/boot_id"
NO_CGROUPS = 'for place in $(findmnt -rn -t cgroup2 -o TARGET); do umount -l "$place"; done; exec "$@"'

needs_mounts = pytest.mark.skipif(os.getuid() != 0 or not shutil.which("unshare"),
                                  reason="needs a mount namespace of its own, and root for it")


def another_boot(world):
    """Where the kernel tells of another boot."""
    told = world.root / "boot_id"
    told.write_text(f"{uuid.uuid4()}\n")
    script = f'mount --make-rprivate /proc && mount --bind "{told}" {BOOT_ID} && exec "$@"'
    return ["unshare", "--mount", "--propagation", "unchanged", "--", "sh", "-c", script, "sh"]


def without_cgroups():
    """Where no cgroup can be found, as where none was delegated."""
    return ["unshare", "--mount", "sh", "-c", NO_CGROUPS, "sh"]
