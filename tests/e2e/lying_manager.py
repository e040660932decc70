"""A NetworkManager that does what the real one never would: it answers what a test likes, contradicts itself ten
thousand times, or is silent."""

from jeepney import new_error
from jeepney.wrappers import new_method_return
from property_server import PropertyServer

NAME, PATH = "org.freedesktop.NetworkManager", "/org/freedesktop/NetworkManager"
CONNECTION, DEVICE = PATH + "/ActiveConnection/1", PATH + "/Devices/1"
TRUTH = {
    PATH: {"Connectivity": ("u", 4), "ConnectivityCheckEnabled": ("b", True), "ActiveConnections": ("ao", [CONNECTION]),
           "PrimaryConnection": ("o", CONNECTION)},
    CONNECTION: {"Id": ("s", "liar"), "Type": ("s", "802-3-ethernet"), "State": ("u", 2), "Vpn": ("b", False),
                 "Devices": ("ao", [DEVICE]), "SpecificObject": ("o", "/")},
    DEVICE: {"Interface": ("s", "e0"), "IpInterface": ("s", "e0"), "DeviceType": ("u", 14), "Metered": ("u", 2)},
}
INTERFACES = {PATH: NAME, CONNECTION: NAME + ".Connection.Active", DEVICE: NAME + ".Device"}


class LyingManager(PropertyServer):
    def __init__(self, bus, is_silent=False):
        super().__init__(bus, NAME)
        self.says = {path: dict(properties) for path, properties in TRUTH.items()}
        self.is_silent = is_silent

    def answer(self, call):
        if self.is_silent:
            return None
        properties = self.says.get(call.header.fields[1])
        if properties is None:
            return new_error(call, "org.freedesktop.DBus.Error.UnknownObject")
        return new_method_return(call, "a{sv}", (properties,))

    def say(self, path, **changed):
        self.says[path].update(changed)
        self.tell(path, INTERFACES[path], changed)
