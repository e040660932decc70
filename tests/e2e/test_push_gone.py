"""Apps that are not there any more (push.md §4.3): the session bus does not know their names, and their registrations end."""

import json

import pytest
from connector import DISTRIBUTOR, end_owner
from jeepney import DBusAddress, HeaderFields, new_signal
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import Proxy
from push_line import CHAT, MAIL, MISSING, push, until  # noqa: F401

pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"there is no {', '.join(MISSING)}")

SHORT = {"push.unknown_after": "1s"}


def uninstalled(push, app):
    """Its service file is gone, as its package's are, and so is its process."""
    (push.bus.services / f"{app.name}.service").unlink()
    with push.bus.connect() as line:
        Proxy(message_bus, line).ReloadConfig()
    end_owner(push.bus, app.name)


def registered(push):
    return sorted(json.loads(row)["package"] for row in push.world.done("push", "apps", "--json").splitlines())


@pytest.mark.parametrize("version", [1, 2])
def test_the_registrations_of_an_app_that_is_gone_end(push, version):
    push.start_daemon(SHORT)
    gone, other = push.connector(MAIL, version), push.connector(CHAT, version)
    urls = [gone.endpoint("a"), gone.endpoint("b")]
    kept = other.endpoint("a")
    other.kill()  # it does not run, but the bus can start it
    uninstalled(push, gone)
    assert push.post(gone, "a", "for nobody") in (201, 410)
    until(lambda: not any(map(push.is_known, urls)))
    assert push.post(gone, "a", "too late") == 410
    assert registered(push) == [CHAT]
    assert f"registration app={MAIL} result=gone" in push.daemon.log.read_text()
    assert push.is_known(kept)
    push.sends(other, "a", "still here")
    other.until_texts(["still here"])


def test_an_app_that_comes_back_in_time_keeps_its_url(push):
    push.start_daemon({"push.unknown_after": "1h"})
    app = push.connector(MAIL, installed=False)
    url = app.endpoint("t")
    app.kill()
    push.sends(app, "t", "early")
    until(lambda: len(push.waiting()) == 1)
    app.start()
    assert app.endpoint("t") == url
    app.until_texts(["early"])


@pytest.mark.parametrize("role", ["stintd", "stint-push"])
def test_who_is_killed_meanwhile_counts_on(push, role):
    push.start_daemon({"push.unknown_after": "3s"})
    app = push.connector(MAIL)
    url = app.endpoint("t")
    uninstalled(push, app)
    if role == "stintd":
        push.daemon.kill()
        push.start_daemon({"push.unknown_after": "3s"})
    else:
        push.kill_distributor()
    until(lambda: not push.is_known(url))
    until(lambda: registered(push) == [])


def says_nobody_owns(line, name, to=None):
    """The bus would tell it so; to all, or to one."""
    signal = new_signal(DBusAddress("/org/freedesktop/DBus", interface="org.freedesktop.DBus"), "NameOwnerChanged", "sss",
                        (name, ":1.1", ""))
    if to:
        signal.header.fields[HeaderFields.destination] = to
    line.send(signal)


def test_nobody_makes_the_name_of_another_look_unknown(push):
    """An attacker's hour: all that an app on the same bus can say of another's name."""
    push.start_daemon(SHORT)
    app, attacker = push.connector(MAIL), push.connector(CHAT)
    url = app.endpoint("t")
    attacker.endpoint("t")
    with push.bus.connect() as line:
        for _ in range(20):
            says_nobody_owns(line, MAIL)
            says_nobody_owns(line, MAIL, to=DISTRIBUTOR)
        # A name that comes and goes is its owner's own matter.
        for _ in range(50):
            Proxy(message_bus, line).RequestName("com.example.flapping")
            Proxy(message_bus, line).ReleaseName("com.example.flapping")
    uninstalled(push, attacker)
    until(lambda: registered(push) == [MAIL])
    assert push.is_known(url)
    push.sends(app, "t", "mine")
    app.until_texts(["mine"])
