"""Limits that hold and let go by themselves, on the live daemon: a policy makes seconds of hours (limits.md §3, §6)."""

from app import PACKAGE
from events import Directory
from line import LIMITS


class TestQuota:
    def test_a_rare_app_is_stopped_and_comes_back_across_a_kill(self, world, app):
        """§3.6, §3.7, example 5: a minute in a minute and a half; it comes back with a second in hand."""
        policy = {"quota.allowed.rare": "1min", "quota.window.rare": "90s", "quota.in_quota_buffer": "1s"}
        daemon = world.start_daemon(policy=policy)
        world.done("device", "set", "plugged=false")
        with world.line() as line:
            line.call(LIMITS, "SetStandbyBucket", "ssa{sv}", PACKAGE, "rare", {})
        assert app.run(*app.job(1, work=-1)).code == 0
        app.until("start")
        app.until("stopped", within=90)
        with world.line() as line:
            line.until(1, lambda state: state["state"] == "pending", package=PACKAGE)
        assert "QUOTA" in world.stint("why", f"{PACKAGE}/1").out
        daemon.kill()
        world.start_daemon(policy=policy)
        assert "QUOTA" in world.stint("why", f"{PACKAGE}/1").out
        app.until("start", times=2, within=90)


class TestDoze:
    def test_it_defers_a_job_and_a_window_runs_it(self, world, app):
        """§6.2, §6.4."""
        daemon = world.start_daemon(policy={
            "doze.inactive": "1s", "doze.idle_after_inactive": "1s", "doze.idle": "6s", "doze.light_enabled": False,
            "doze.background_jobs_delay": "1s", "doze.min_deep_maintenance": "5s"})
        world.done("device", "set", "plugged=false", "screen=off")
        with Directory(world.root) as directory:
            directory.until(lambda: "machine=deep from=locating to=idle" in daemon.log.read_text(), 30)
        assert app.run(*app.job(1)).code == 0
        assert "DEVICE_STATE" in world.stint("why", f"{PACKAGE}/1").out
        assert not app.told("start")
        app.until("finish", within=30)
        assert "to=idle_maintenance" in daemon.log.read_text()
