"""A power service that does what the real one never would: it takes each word back at once, ten thousand times."""

from jeepney.wrappers import new_method_return
from property_server import PropertyServer

NAME, PATH = "org.freedesktop.UPower", "/org/freedesktop/UPower"
BATTERY = {"IsPresent": ("b", True), "Type": ("u", 2), "State": ("u", 2), "Percentage": ("d", 95.0),
           "WarningLevel": ("u", 1)}


class FlappingUpower(PropertyServer):
    def __init__(self, bus):
        super().__init__(bus, NAME)
        self.root = {"OnBattery": ("b", True), "LidIsPresent": ("b", False)}

    def answer(self, call):
        member = call.header.fields[3]
        if member == "GetAll":
            return new_method_return(call, "a{sv}", (self.root if call.body[0] == NAME else BATTERY,))
        return new_method_return(call, "ao", ([],)) if member == "EnumerateDevices" else None

    def say(self, on_battery):
        self.root["OnBattery"] = ("b", on_battery)
        self.tell(PATH, NAME, {"OnBattery": ("b", on_battery)})

    def flap(self, times):
        for time in range(times):
            self.say(time % 2 == 0)
