"""`cmake --install`: where everything goes, that what was installed finds itself, and that strangers find it."""

import shutil
import subprocess
import textwrap
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from connector import DISTRIBUTOR, Connector, end_owner, owner
from installed import flags, install, run
from netguard import needs_netguard
from world import ROOT, World

VERSION = "0.1.0"


@pytest.fixture(scope="module")
def prefix(tmp_path_factory):
    return install(tmp_path_factory.mktemp("installed") / "usr")


@pytest.fixture
def world(prefix):
    made = World(programs=prefix / "bin")
    yield made
    made.close()


def test_everything_has_its_place(prefix):
    manual = ("share/man/man1/stint.1", "share/man/man3/libstint.3", "share/man/man5/stint-manifest.5",
              "share/man/man5/stint-fleet.5", "share/man/man7/stint-job.7", "share/man/man8/stintd.8", "share/man/man8/stint-netguard.8",
              "share/man/man8/stint-taskmanager.8")
    completions = ("share/bash-completion/completions/stint", "share/zsh/site-functions/_stint",
                   "share/fish/vendor_completions.d/stint.fish")
    for file in (*manual, *completions, "bin/stint", "bin/stintd", "libexec/stint/stint-exec", "libexec/stint/stint-transfer",
                 "libexec/stint/stint-sim", "libexec/stint/stint-pushctl", "libexec/stint/stint-fleetctl",
                 "libexec/stint/stint-foretell",
                 "libexec/stint/stint-taskmanager",
                 "libexec/stint/stint-push", "libexec/stint/stint-endpoint", "share/systemd/user/stint-push.service",
                 "share/dbus-1/services/org.unifiedpush.Distributor.stint.service", "lib/libstint.so.0",
                 "include/stint/job_service.hpp", "lib/cmake/stint/stintConfig.cmake",
                 "lib/pkgconfig/stint.pc", "lib/libstint-work.so.0", "include/stint/work/work_manager.hpp",
                 "lib/pkgconfig/stint-work.pc", "lib/libstint-webpush.so.0", "include/stint/push_keys.hpp",
                 "lib/pkgconfig/stint-webpush.pc", "share/systemd/user/stintd.service",
                 "share/dbus-1/services/org.stint.Stint1.service", "share/doc/stint/LICENSE",
                 "share/doc/stint/NOTICE", "share/doc/stint/LICENSE.uPlot", "share/metainfo/org.stint.TaskManager.metainfo.xml",
                 "share/doc/stint/docs/cookbook.md", "share/doc/stint/examples/testapp/CMakeLists.txt"):
        assert (prefix / file).exists(), file
    interfaces = {file.name for file in (prefix / "share" / "dbus-1" / "interfaces").iterdir()}
    assert interfaces == {file.name for file in (ROOT / "dbus").glob("*.xml")}


def test_a_menu_finds_the_task_manager_and_its_icon(prefix, tmp_path):
    """linux.md §A.2: its name is the entry's, and so the one of what is shown of it."""
    entry = (prefix / "share/applications/org.stint.TaskManager.desktop").read_text().splitlines()
    assert "Exec=stint ui" in entry and "Icon=org.stint.TaskManager" in entry
    icons = prefix / "share/icons/hicolor"
    for icon in ("scalable/apps/org.stint.TaskManager.svg", "symbolic/apps/org.stint.TaskManager-symbolic.svg"):
        for size in ("16", "48", "256"):
            drawn = tmp_path / f"{size}.png"
            run("rsvg-convert", "-w", size, "-h", size, icons / icon, "-o", drawn)
            assert drawn.read_bytes().startswith(b"\x89PNG"), icon
    # Desktops give a symbolic icon the colour of their text, by its fill alone.
    assert "stroke" not in (icons / "symbolic/apps/org.stint.TaskManager-symbolic.svg").read_text()


def test_destdir_moves_the_files_and_not_their_words(tmp_path):
    install("/opt/stint", destdir=tmp_path)
    unit = (tmp_path / "opt/stint/share/systemd/user/stintd.service").read_text()
    assert "ExecStart=/opt/stint/bin/stintd\n" in unit
    assert "Delegate=yes\n" in unit and "Type=notify\n" in unit
    assert str(tmp_path) not in unit
    service = (tmp_path / "opt/stint/share/dbus-1/services/org.stint.Stint1.service").read_text()
    assert "Exec=/opt/stint/bin/stintd\n" in service and "SystemdService=stintd.service\n" in service
    unit = (tmp_path / "opt/stint/share/systemd/user/stint-push.service").read_text()
    assert "ExecStart=/opt/stint/libexec/stint/stint-push\n" in unit


@needs_netguard
def test_below_usr_the_helper_is_in_its_places(tmp_path):
    """Elsewhere nobody would find all of it, and half of it would do harm: netguard-setup puts it there."""
    install("/usr", destdir=tmp_path)
    for file in ("lib/systemd/system/stint-netguard.service", "lib/sysusers.d/stint-netguard.conf",
                 "share/dbus-1/system.d/org.stint.NetGuard1.conf", "share/polkit-1/actions/org.stint.netguard.policy",
                 "share/dbus-1/system-services/org.stint.NetGuard1.service", "libexec/stint/stint-netguard"):
        assert (tmp_path / "usr" / file).exists(), file
    unit = (tmp_path / "usr/lib/systemd/system/stint-netguard.service").read_text()
    assert "ExecStart=/usr/libexec/stint/stint-netguard\n" in unit
    assert not (tmp_path / "usr/libexec/stint/netguard-setup").exists()


def test_two_installs_at_once_each_have_their_own_words(tmp_path):
    with ThreadPoolExecutor() as threads:
        prefixes = threads.map(lambda name: install(tmp_path / name, component="stint"), ("one", "two", "three"))
    for prefix in prefixes:
        assert f"ExecStart={prefix}/bin/stintd\n" in (prefix / "share/systemd/user/stintd.service").read_text()


def test_each_file_is_in_one_component(prefix, tmp_path):
    """packaging/CMakeLists.txt names them; packages are made of them."""
    components = ("stint", "netguard", "taskmanager", "push", "fleet", "libstint", "libstint-work",
                  "libstint-webpush", "dev", "work-dev", "webpush-dev", "doc")
    files = []
    for component in components:
        place = install(tmp_path / component, component=component)
        files += [file.relative_to(place) for file in place.rglob("*") if not file.is_dir()]
    assert len(files) == len(set(files))
    assert set(files) == {file.relative_to(prefix) for file in prefix.rglob("*") if not file.is_dir()}


@pytest.mark.parametrize("option, needs", [
    ("STINT_TASKMANAGER", "The page's server needs libboost1.81-dev or newer"),
    ("STINT_PUSH", "The line of messages needs libnats-dev 3.4, libsodium-dev and libboost1.81-dev or newer"),
    ("STINT_FLEET", "A fleet needs the line of messages (STINT_PUSH)")])
def test_a_part_that_is_asked_for_and_cannot_be_built_fails_the_build(tmp_path, option, needs):
    words = ["cmake", "-G", "Ninja", "-S", ROOT, "-B", tmp_path, "-DSTINT_TESTS=OFF", "-DCMAKE_DISABLE_FIND_PACKAGE_Boost=ON"]
    refused = subprocess.run([*words, f"-D{option}=ON"], capture_output=True, text=True, check=False)
    assert refused.returncode != 0
    assert f"{needs}, and {option} is ON" in " ".join(refused.stderr.split())


def test_what_was_installed_finds_its_helpers(world, prefix, origin):
    checksum = origin.serve("file.bin", b"installed")
    daemon = world.start_daemon()
    client = world.in_terminal("get", origin.url("file.bin"), "--checksum", f"sha256:{checksum}")
    assert client.ends() == 0, client.output
    assert (world.downloads / "file.bin").read_bytes() == b"installed"
    assert daemon.lives()


def test_the_session_bus_starts_the_line_that_was_installed(world, bus, prefix):
    """push.md §1, §4.4: stintd has taken it as its line, or it would not tell an app that the device has joined no server."""
    shutil.copytree(prefix / "share/dbus-1/services", bus.services, dirs_exist_ok=True)
    world.start_daemon()
    app = Connector(world, bus, "org.example.Mail")
    assert app.register("t").reason == "ACTION_REQUIRED"
    assert Path(f"/proc/{owner(bus, DISTRIBUTOR)}/exe").samefile(prefix / "libexec/stint/stint-push")
    app.kill()
    end_owner(bus, DISTRIBUTOR)


def test_apps_that_were_installed_beside_it_are_known(world, prefix):
    manifests = prefix / "share" / "stint" / "apps"
    manifests.mkdir(parents=True, exist_ok=True)
    (manifests / "com.example.beside.toml").write_text('package = "com.example.beside"\n')
    world.start_daemon(used=False)
    assert "com.example.beside" in world.done("apps")


def test_a_stranger_builds_with_pkg_config(prefix, tmp_path):
    source = tmp_path / "main.cpp"
    source.write_text(textwrap.dedent("""\
        #include <stint/job_scheduler.hpp>
        int main() { return stint::JobInfo::Builder(7, "Jobs").build().ok() ? 0 : 1; }
        """))
    environment = {"PATH": "/usr/bin:/bin", "PKG_CONFIG_PATH": str(prefix / "lib" / "pkgconfig")}
    assert run("pkg-config", "--modversion", "stint", env=environment).strip() == VERSION
    found = run("pkg-config", "--cflags", "--libs", "stint", env=environment).split()
    program = tmp_path / "program"
    run("g++", "-std=c++20", *flags().split(), source, "-o", program, *found)
    run(program, env={"LD_LIBRARY_PATH": str(prefix / "lib")})
    needed = run("readelf", "-d", program)
    assert "[libstint.so.0]" in needed
    for hidden in ("libsystemd", "libcurl", "libfmt"):
        assert hidden not in needed


def test_a_stranger_decrypts_messages_with_pkg_config(prefix, tmp_path):
    source = tmp_path / "main.cpp"
    source.write_text(textwrap.dedent("""\
        #include <stint/push_keys.hpp>
        int main() {
            const auto keys = stint::PushKeys::parse(stint::PushKeys::make().text());
            return keys.ok() && !keys->decrypt("not encrypted").ok() ? 0 : 1;
        }
        """))
    environment = {"PATH": "/usr/bin:/bin", "PKG_CONFIG_PATH": str(prefix / "lib" / "pkgconfig")}
    found = run("pkg-config", "--cflags", "--libs", "stint-webpush", env=environment).split()
    program = tmp_path / "program"
    run("g++", "-std=c++20", *flags().split(), source, "-o", program, *found)
    run(program, env={"LD_LIBRARY_PATH": str(prefix / "lib")})
    needed = run("readelf", "-d", program)
    assert "[libstint-webpush.so.0]" in needed
    for hidden in ("libcrypto", "libfmt", "libstint.so"):
        assert hidden not in needed
    assert "libcrypto" not in run("readelf", "-d", prefix / "lib" / "libstint.so.0")


def test_a_stranger_builds_on_the_work_layer_with_pkg_config(prefix, tmp_path):
    source = tmp_path / "main.cpp"
    source.write_text(textwrap.dedent("""\
        #include <stint/work/work_manager.hpp>
        int main() { return stint::work::OneTimeWorkRequest::Builder("Upload").build().ok() ? 0 : 1; }
        """))
    environment = {"PATH": "/usr/bin:/bin", "PKG_CONFIG_PATH": str(prefix / "lib" / "pkgconfig")}
    found = run("pkg-config", "--cflags", "--libs", "stint-work", env=environment).split()
    program = tmp_path / "program"
    run("g++", "-std=c++20", *flags().split(), source, "-o", program, *found)
    run(program, env={"LD_LIBRARY_PATH": str(prefix / "lib")})
    needed = run("readelf", "-d", program)
    assert "[libstint-work.so.0]" in needed
    for hidden in ("libsystemd", "libsqlite3", "libfmt"):
        assert hidden not in needed


def test_the_work_layer_is_a_project_of_its_own(prefix, tmp_path):
    """libs/work/README.md: it needs an installed libstint, and nothing else that a build of Stint makes."""
    made = tmp_path / "work"
    run("cmake", "-G", "Ninja", "-S", ROOT / "libs" / "work", "-B", made, f"-DCMAKE_PREFIX_PATH={prefix}",
        f"-DCMAKE_CXX_FLAGS={flags()}", "-DCMAKE_UNITY_BUILD=ON", "-DSTINT_TESTS=OFF")
    run("cmake", "--build", made)
    run("cmake", "--install", made, "--prefix", tmp_path / "usr")
    needed = run("readelf", "-d", tmp_path / "usr" / "lib" / "libstint-work.so.0")
    assert "[libstint.so.0]" in needed
    assert sorted(path.name for path in (tmp_path / "usr" / "include" / "stint").iterdir()) == ["work"]


def test_the_manuals_example_builds_as_the_manual_says(prefix, tmp_path):
    _, example, _ = (ROOT / "man" / "libstint.3.scd").read_text().split("```\n")
    (tmp_path / "app.cpp").write_text(example)
    environment = {"PATH": "/usr/bin:/bin", "PKG_CONFIG_PATH": str(prefix / "lib" / "pkgconfig")}
    found = run("pkg-config", "--cflags", "--libs", "stint", env=environment).split()
    run("g++", "-std=c++20", "-Wall", "-Werror", *flags().split(), "app.cpp", "-o", "app", *found, cwd=tmp_path)


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not here")
@pytest.mark.parametrize("unit", ["stintd.service", "stint-push.service", "default.target.wants/stint-resume.service"])
def test_each_user_unit_is_one_that_systemd_takes(prefix, tmp_path, unit):
    told = run("systemd-analyze", "--user", "--man=no", "verify", prefix / "share/systemd/user" / unit,
               env={"PATH": "/usr/bin:/bin", "XDG_RUNTIME_DIR": str(tmp_path)})
    assert told == ""
