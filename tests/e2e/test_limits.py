"""The limits on the live daemon: buckets, quotas and the user's choices over the wire, the network as an app sees it, and
the policy that changes while the daemon runs (limits.md §1.5, §2, §6, §8, §9)."""

import pytest
from app import PACKAGE
from events import Directory
from host import PACKAGE as PYTHON
from host import install
from jobs import refused
from line import APP, LIMITS, plain

TRANSFER = "org.stint.transfer"


class TestBuckets:
    def test_a_new_app_is_never_until_it_is_used_and_then_active(self, world, app):
        """§2.2."""
        world.start_daemon(used=False)
        with world.line() as line:
            assert line.bucket(PACKAGE) == "never"
            line.use(PACKAGE)
            assert line.call(LIMITS, "GetStandbyBucket", "sa{sv}", PACKAGE, {}) == ("active", 10, "usage")

    def test_a_forced_bucket_survives_a_kill(self, world, app, daemon, line):
        """§2.7."""
        line.call(LIMITS, "SetStandbyBucket", "ssa{sv}", PACKAGE, "rare", {})
        daemon.kill()
        daemon.process = world.start_daemon().process
        with world.line() as again:
            assert again.call(LIMITS, "GetStandbyBucket", "sa{sv}", PACKAGE, {}) == ("rare", 40, "forced_by_user")
            again.call(LIMITS, "SetStandbyBucket", "ssa{sv}", PACKAGE, "25", {})
            assert again.bucket(PACKAGE) == "frequent"
        assert app.run("standing").out.startswith("bucket=30 ")

    def test_the_users_choice_is_the_best_bucket(self, app, daemon, line):
        """§2.5."""
        line.call(LIMITS, "SetBatteryUse", "ssa{sv}", PACKAGE, "unrestricted", {})
        assert line.bucket(PACKAGE) == "exempted"

    def test_a_persons_typing_is_use_of_the_app_whose_job_it_is_about(self, world, line, daemon):
        """§2.2."""
        line.set_device(charging="false")
        get = ["--no-wait", "--charging"]  # no run comes, of which the notification would be use, too
        url = "http://127.0.0.1:9/file"
        for command in (["get", *get, url], ["put", *get, "/etc/hostname", url], ["pause", "1"], ["resume", "1"],
                        ["edit", "1", "battery-not-low=yes"]):
            line.call(LIMITS, "SetStandbyBucket", "ssa{sv}", TRANSFER, "working_set", {})
            assert world.in_terminal(*command).ends() == 0, command
            assert line.bucket(TRANSFER) == "active", command
        line.call(LIMITS, "SetStandbyBucket", "ssa{sv}", TRANSFER, "working_set", {})
        world.done("pause", "1")
        assert line.bucket(TRANSFER) == "working_set", "a script's command is no person's"

    def test_an_apps_quota_is_told(self, app, daemon, line):
        """§3, §4."""
        line.call(LIMITS, "SetStandbyBucket", "ssa{sv}", PACKAGE, "working_set", {})
        regular, expedited = (plain(quota) for quota in line.call(LIMITS, "Quota", "sa{sv}", PACKAGE, {}))
        assert (regular["allowed"], regular["window"], regular["used"]) == (600_000, 4 * 3_600_000, 0)
        assert expedited["allowed"] == 900_000
        assert regular["free"], "it is charging"


class TestBadInput:
    @pytest.mark.parametrize(("method", "signature", "body", "says"), [
        ("SetStandbyBucket", "ssa{sv}", (PACKAGE, "60"), "from 10 to 50"),
        ("SetStandbyBucket", "ssa{sv}", (PACKAGE, "9"), "from 10 to 50"),
        ("SetStandbyBucket", "ssa{sv}", (PACKAGE, "exempted"), "from 10 to 50"),
        ("SetStandbyBucket", "ssa{sv}", (PACKAGE, ""), "from 10 to 50"),
        ("SetStandbyBucket", "ssa{sv}", ("com.example.none", "rare"), "com.example.none"),
        ("GetStandbyBucket", "sa{sv}", ("com.example.none",), "com.example.none"),
        ("PredictBucket", "ssa{sv}", (PACKAGE, "often"), "often"),
        ("ReportUsage", "ssa{sv}", (PACKAGE, "looked_at"), "looked_at"),
        ("SetBatteryUse", "ssa{sv}", (PACKAGE, "much"), "much"),
        ("SetDataSaverExempt", "sba{sv}", ("com.example.none", True), "com.example.none"),
        ("TempAllowlist", "sxa{sv}", (PACKAGE, -1), "at least 0"),
        ("Push", "sbsa{sv}", (PACKAGE, True, "x" * (64 * 1024 + 1)), "65536"),
        ("Push", "sbsa{sv}", ("com.example.none", True, "x"), "com.example.none"),
        ("Quota", "sa{sv}", ("com.example.none",), "com.example.none"),
        ("StepDoze", "sa{sv}", ("medium",), "deep or light"),
        ("ForceDoze", "sa{sv}", ("asleep",), "asleep"),
    ])
    def test_what_cannot_be_is_refused_by_name(self, app, daemon, line, method, signature, body, says):
        error = refused(lambda: line.call(LIMITS, method, signature, *body, {}))
        assert error.name == "org.stint.Error.IllegalArgument"
        assert says in error.text

    def test_only_the_operator_changes_anything(self, world):
        install(world)
        world.start_daemon()
        with world.line() as own:
            for method, signature, body in [("SetStandbyBucket", "ssa{sv}", (PYTHON, "active")),
                                            ("Push", "sbsa{sv}", (PYTHON, True, "x")),
                                            ("ForceDoze", "sa{sv}", ("active",))]:
                error = refused(lambda m=method, s=signature, b=body: own.call(LIMITS, m, s, *b, {}))
                assert error.name == "org.stint.Error.Security"
            assert own.bucket(PYTHON), "its own it may see"
            assert refused(lambda: own.bucket("org.stint.transfer")).name == "org.stint.Error.Security"


class TestDoze:
    def test_it_is_stepped_and_held(self, daemon, line):
        """§6.7."""
        line.set_device(power_source="battery", screen="off")
        (doze,) = line.call(LIMITS, "GetDoze", "a{sv}", {})
        assert plain(doze)["deep"] == "inactive"
        (doze,) = line.call(LIMITS, "StepDoze", "sa{sv}", "deep", {})
        assert plain(doze)["deep"] == "idle_pending"
        (doze,) = line.call(LIMITS, "ForceDoze", "sa{sv}", "idle", {})
        assert (plain(doze)["deep"], plain(doze)["force"]) == ("idle", "idle")
        line.set_device(screen="on")
        (doze,) = line.call(LIMITS, "ForceDoze", "sa{sv}", "auto", {})
        assert (plain(doze)["deep"], plain(doze)["force"]) == ("active", "")

    def test_what_a_verb_holds_stays_held(self, world, daemon, line):
        """A turn later the device is asked again, and must not let go of it."""
        code, _, err = line.call("org.stint.TaskManager1", "Shell", "asa{sv}", ["force-idle"],
                                 {"before": ("as", ["cmd", "deviceidle"])})
        assert (code, err) == (0, "")
        for _ in range(2):
            (doze,) = line.call(LIMITS, "GetDoze", "a{sv}", {})
            assert plain(doze)["force"] == "idle"
        daemon.kill()
        daemon.process = world.start_daemon().process
        with world.line() as again:
            (doze,) = again.call(LIMITS, "GetDoze", "a{sv}", {})
        assert plain(doze)["force"] == "idle"


class TestNetwork:
    def test_an_app_is_told_when_its_network_is_shut_and_opened(self, world):
        """§8.1: a rare app in the background, on battery."""
        install(world)
        world.start_daemon()
        with world.line() as own:
            assert own.call(APP, "WatchNetwork", "a{sv}", {}) == (True, "")
            world.done("device", "set", "power_source=battery")
            world.done("device", "set", "doze=idle", "screen=off")
            assert own.signal("NetworkAccess") == (False, "doze")
            world.done("device", "set", "doze=auto", "screen=on")
            assert own.signal("NetworkAccess") == (True, "")


class TestPolicy:
    def test_each_constant_tells_its_value_and_where_it_comes_from(self, world, daemon, line):
        policy = line.policy()
        assert policy["job.boot_settle"]["value"] == "0s"
        assert policy["job.boot_settle"]["default"] == "5s"
        assert policy["job.boot_settle"]["source"].endswith("policy.toml:1")
        assert policy["ej.limit.rare"]["source"] == "default"
        assert policy["ej.limit.rare"]["meaning"]

    def test_a_changed_file_holds_from_then_on_and_a_wrong_one_is_refused_whole(self, world, daemon, line):
        """§1.5; an invalid one changes nothing."""
        file = world.root / "config" / "stint" / "policy.toml"
        file.parent.mkdir()
        file.write_text('policy_version = "android15"\n')
        daemon.until_logged("policy changed")
        assert line.policy()["policy_version"] | {"meaning": ""} == {
            "key": "policy_version", "value": "android15", "default": "android16", "source": f"{file}:1", "meaning": ""}

        file.write_text('policy_version = "android16"\njob.op_timeout = "-3s"\n')
        daemon.until_logged(f"policy refused: {file}:2:")
        assert line.policy()["policy_version"]["value"] == "android15", "nothing of it holds"

        file.unlink()
        daemon.until_logged("policy changed\n", within=30)
        with Directory(world.root) as directory:
            directory.until(lambda: daemon.log.read_text().count("policy changed") == 2)
        assert line.policy()["policy_version"]["value"] == "android16"
