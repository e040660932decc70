"""A job that has failed is retried as it was, and cleared (jobs.md §14.3)."""

from commands import schedule, script, spools
from origin import MIB, bytes_of
from scripted import Scripted, break_off, reply


def fails_once(world):
    """A command that fails in its first run; it tells its words, environment and input."""
    return script(world, 'echo "$1 $SECRET $(cat)" >> told; [ "$(wc -l < told)" -gt 1 ] || exit 5')


def test_a_command_that_failed_runs_again_with_all_it_had(world):
    daemon = world.start_daemon()
    world.environment["SECRET"] = "s3cret"
    with open(world.downloads / "given", "w+", encoding="utf-8") as given:
        given.write("its input")
        given.seek(0)
        ran = world.stint("run", "--retries", "0", "--no-wait", "--", fails_once(world), "word", stdin=given)
    assert ran.code == 0, ran
    del world.environment["SECRET"]
    assert world.stint("wait", "1").code == 5
    daemon.kill()
    world.start_daemon()
    assert world.stint("retry", "1").code == 0
    assert world.stint("wait", "1").code == 0
    assert (world.downloads / "told").read_text() == "word s3cret its input\n" * 2
    refused = world.stint("retry", "1")
    assert refused.code != 0 and "has ended well" in refused.err


def test_a_secret_is_shown_nowhere_and_goes_with_clear(world, daemon):
    world.environment["SECRET"] = "s3cret"
    job = schedule(world, "--retries", "0", "--", fails_once(world), "word")
    assert world.stint("wait", str(job)).code == 5
    for verb in (("jobs", "--finished", "--json"), ("log", str(job), "--json"), ("why", str(job))):
        assert "s3cret" not in world.stint(*verb).out
    (spool,) = spools(world)
    assert "s3cret" in (spool / "order").read_text()
    world.done("clear", str(job))
    assert not (spool / "order").exists()
    assert world.stint("jobs", "--finished").out == ""
    assert "exit 5" in world.done("log", str(job))
    refused = world.stint("retry", str(job))
    assert refused.code == 66 and "is off the lists" in refused.err
    assert world.stint("clear").code == 0


def test_a_download_that_failed_goes_on_with_its_headers(world):
    world.start_daemon({"job.min_backoff": "100ms", "job.default_backoff": "100ms"})
    content = bytes_of("again", 3 * MIB)

    def answer(handler, server):
        if len(server.requests) == 1:
            return break_off(handler, content, MIB)
        if len(server.requests) == 2:
            return reply(handler, 403)
        assert handler.headers["X-Key"] == "s3cret"
        begin = int(handler.headers["Range"].removeprefix("bytes=").split("-")[0])
        assert 0 < begin <= MIB
        handler.send_response_only(206)
        handler.send_header("Content-Length", str(len(content) - begin))
        handler.send_header("Content-Range", f"bytes {begin}-{len(content) - 1}/{len(content)}")
        handler.send_header("ETag", '"1"')
        handler.end_headers()
        handler.wfile.write(content[begin:])
        return None

    with Scripted(answer) as server:
        first = world.in_terminal("get", "--header", "X-Key: s3cret", "-o", "f", server.url())
        assert first.ends() == 77, first.output
        assert "s3cret" not in world.stint("jobs", "--finished", "--json").out
        again = world.in_terminal("retry", "1")
        assert again.ends() == 0, again.output
        assert world.stint("wait", "1").code == 0
    assert (world.downloads / "f").read_bytes() == content


def test_what_waits_is_not_cleared(world, daemon):
    job = schedule(world, "--charging", "--at", "tomorrow", "--", "true")
    refused = world.stint("clear", str(job))
    assert refused.code == 66 and "`stint cancel` ends it" in refused.err
    assert str(job) in world.done("jobs")


def test_an_order_that_a_killed_clear_has_left_goes_with_the_next(world, daemon):
    world.environment["SECRET"] = "s3cret"
    job = schedule(world, "--retries", "0", "--", fails_once(world), "word")
    assert world.stint("wait", str(job)).code == 5
    waits = schedule(world, "--charging", "--at", "tomorrow", "--", "true")
    orders = {spool.name: spool / "order" for spool in spools(world)}
    kept = {name: order.read_bytes() for name, order in orders.items()}
    world.done("clear", str(job))
    (cleared,) = (name for name, order in orders.items() if not order.exists())
    orders[cleared].write_bytes(kept[cleared])  # as if it had died after the daemon's answer
    assert world.stint("clear").code == 0
    assert [name for name, order in orders.items() if order.exists()] == [name for name in orders if name != cleared]
    assert str(waits) in world.done("jobs")
