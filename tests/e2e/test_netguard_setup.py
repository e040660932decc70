"""netguard-setup: the one command that puts stint-netguard where systemd, the bus and polkit look."""

import os
import shutil
import subprocess

import pytest
from installed import install, run
from netguard import needs_netguard

pytestmark = needs_netguard
PLACES = {
    "etc/systemd/system/stint-netguard.service": "ExecStart=/usr/local/libexec/stint/stint-netguard\n",
    "etc/sysusers.d/stint-netguard.conf": "u stint-netguard ",
    "usr/share/dbus-1/system-services/org.stint.NetGuard1.service": "SystemdService=stint-netguard.service\n",
    "etc/dbus-1/system.d/org.stint.NetGuard1.conf": '<allow own="org.stint.NetGuard1"/>',
    "usr/share/polkit-1/actions/org.stint.netguard.policy": '<action id="org.stint.netguard.network">',
}


@pytest.fixture(scope="module")
def prefix(tmp_path_factory):
    return install(tmp_path_factory.mktemp("installed") / "usr")


def started(prefix, root, *words):
    return subprocess.run([prefix / "libexec" / "stint" / "netguard-setup", *words], capture_output=True, text=True,
                          env={"PATH": os.environ["PATH"], "DESTDIR": str(root)}, check=False)


def set_up(prefix, root, *words):
    done = started(prefix, root, *words)
    assert done.returncode == 0, done


def test_it_puts_everything_in_its_place_and_takes_it_away_again(prefix, tmp_path):
    for _ in range(2):
        set_up(prefix, tmp_path)
        for place, text in PLACES.items():
            told = (tmp_path / place).read_text()
            assert text in told and "dir@" not in told, place
            assert (tmp_path / place).stat().st_mode & 0o777 == 0o644
    program = tmp_path / "usr/local/libexec/stint/stint-netguard"
    assert program.stat().st_mode & 0o777 == 0o755
    set_up(prefix, tmp_path, "--remove")
    assert not [file for file in tmp_path.rglob("*") if file.is_file()]


def test_it_keeps_off_a_package(prefix, tmp_path):
    """Its unit would stand before the package's, and run the older program; what it takes away would be the package's."""
    packaged = [tmp_path / "usr/lib/systemd/system/stint-netguard.service",
                *(tmp_path / place for place in PLACES if place.startswith("usr/share"))]
    for file in packaged:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("the package's")
    refused = started(prefix, tmp_path)
    assert refused.returncode == 73 and "a package" in refused.stderr
    set_up(prefix, tmp_path, "--remove")
    assert [file for file in tmp_path.rglob("*") if file.is_file()] and {file.read_text() for file in packaged} == {"the package's"}


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not here")
def test_the_unit_gives_away_little(prefix):
    unit = prefix / "libexec" / "stint" / "netguard" / "stint-netguard.service"
    told = run("systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold=25", unit,
               env={"PATH": "/usr/bin:/bin"})
    assert "Overall exposure level" in told


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not here")
def test_the_unit_is_one_that_systemd_takes(prefix, tmp_path):
    set_up(prefix, tmp_path)
    unit = tmp_path / "etc/systemd/system/stint-netguard.service"
    unit.write_text(unit.read_text().replace("/usr/local/libexec", str(tmp_path / "usr/local/libexec")))
    assert run("systemd-analyze", "--man=no", "verify", unit, env={"PATH": "/usr/bin:/bin"}) == ""
