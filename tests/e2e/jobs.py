"""Job dictionaries as dbus/org.stint.JobScheduler1.xml describes them, in jeepney's variants."""

from line import TRANSFER, WireError

AS_TRANSFER = {"as": ("s", TRANSFER)}
SERVICE_NAME = "Transfer"


def job(number=0, **more):
    """A persisted job of the transfer app that wants power. `more`: further entries, None takes one away."""
    entries = {
        "id": ("i", number),
        "service": ("s", SERVICE_NAME),
        "persisted": ("b", True),
        "requiresCharging": ("b", True),
    }
    entries |= more
    return {key: value for key, value in entries.items() if value is not None}


def labelled(text, **more):
    return job(extras=("a{sv}", {"label": ("s", text)}), **more)


def refused(call):
    """The error that the call must end with."""
    try:
        answer = call()
    except WireError as error:
        return error
    raise AssertionError(f"it was accepted: {answer}")
