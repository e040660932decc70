"""`stint doctor`: what was found, what is enforced, what is only advisory, and how to get more (architecture.md, around the
core). It tells what is, so each test makes it so first."""

import json

from places import needs_mounts, without_cgroups

GRADES = {"enforced", "advisory", "absent", "trouble"}


def findings(world, code=0):
    """By topic."""
    ended = world.stint("doctor", "--json")
    assert code in (ended.code, None), ended
    told = [json.loads(line) for line in ended.out.splitlines()]
    assert {finding["grade"] for finding in told} <= GRADES
    return {finding["topic"]: finding for finding in told}


def test_every_topic_has_a_grade_and_nothing_is_wrong_with_a_fresh_daemon(world, daemon):
    told = findings(world)
    assert set(told) >= {"daemon", "store", "processes", "wake alarms", "policy", "apps", "notifications",
                         "session bus", "page", "background network", "limits: cpu", "limits: memory", "limits: pids"}
    assert f"process {daemon.pid}" in told["daemon"]["found"]
    assert str(world.store / "stint.db") in told["store"]["found"]
    assert str(world.root / "policy.toml") in told["policy"]["found"]
    assert str(world.apps) in told["apps"]["found"]


def test_what_holds_the_processes_is_what_the_daemon_says(world, daemon):
    processes = findings(world)["processes"]
    enclosed = "cgroup v2 at" in daemon.log.read_text()
    assert processes["grade"] == ("enforced" if enclosed else "advisory")
    assert ("Delegate=yes" in processes["more"]) == (not enclosed)


@needs_mounts
def test_without_a_cgroup_stop_is_advisory_and_a_unit_is_advised(world):
    world.start_daemon(before=without_cgroups())
    processes = findings(world)["processes"]
    assert processes["grade"] == "advisory"
    assert "reapers" in processes["found"]
    assert "Delegate=yes" in processes["more"]


def test_a_manifest_that_was_refused_is_named_until_it_is_mended(world, daemon, line):
    """jobs.md §2.2: an exported job service is told of here, too."""
    bad = world.apps / "com.example.bad.toml"
    bad.write_text('package = "com.example.bad"\nlabl = "Bad"\n')
    apps = findings(world, code=1)["apps"]
    assert apps["grade"] == "trouble" and f"{bad}:2" in apps["found"]
    bad.write_text('package = "com.example.bad"\n[[service]]\nname = "Jobs"\ncommand = ["/bin/true"]\n'
                   'permission = "BIND_JOB_SERVICE"\nexported = true\n')
    assert "exported" in findings(world, code=1)["apps"]["found"]
    bad.unlink()
    assert findings(world)["apps"]["grade"] == "enforced"


def test_a_policy_that_was_refused_is_named_until_it_is_mended(world, daemon):
    file = world.root / "policy.toml"
    good = file.read_text()
    file.write_text("job.slots = -1\n")
    assert str(file) in findings(world, code=1)["policy"]["found"]
    shown = world.stint("policy", "--changed")  # which has the values that hold on
    assert shown.code == 0 and f"stint: warning: a policy file is refused, and what held before holds on: {file}" in shown.err
    file.write_text(good)
    assert findings(world)["policy"]["grade"] == "enforced"


def test_a_store_that_was_rebuilt_is_told_of(world):
    world.start_daemon().stop()
    database = world.store / "stint.db"
    database.write_bytes(b"not a database" * 1000)
    for rest in world.store.glob("stint.db-*"):
        rest.unlink()
    world.start_daemon()
    store = findings(world, code=1)["store"]
    assert store["grade"] == "trouble" and "stint.db" in store["found"]


def test_what_is_not_there_is_not_said_to_be_read(world):
    world.start_daemon(environment={"STINT_SENSORS": "upower,kernel-power", "DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/none"})
    power = findings(world)["power"]
    assert power["grade"] == "absent" and "UPower" in power["found"]
    assert "stint device set" in power["more"]


def test_a_daemon_that_is_told_to_read_nothing_says_so(world, daemon):
    assert "STINT_SENSORS" in findings(world)["device"]["found"]


def test_the_journal_is_told_which_line_is_a_warning(world):
    log = world.root / "stintd-0.log"
    log.touch()
    there = log.stat()
    world.start_daemon(environment={"TZ": "No/Where", "JOURNAL_STREAM": f"{there.st_dev}:{there.st_ino}"})
    lines = log.read_text().splitlines()
    assert {line[:3] for line in lines} == {"<4>", "<6>"}
    assert [line for line in lines if line.startswith("<4>")][0].endswith("the time zone No/Where is unknown; UTC it is")


def test_without_a_daemon_it_says_how_to_start_one(world):
    assert "stintd" in findings(world, code=69)["daemon"]["more"]


def test_it_fits_a_terminal(world, daemon):
    terminal = world.in_terminal("doctor", "--plain")
    assert terminal.ends() == 0
    lines = terminal.output.replace("\r", "").splitlines()
    assert lines and max(map(len, lines)) <= 80
