// Heat as the kernel tells it (limits.md §13): messages of its generic netlink family, and the zones of /sys.
#include <doctest/doctest.h>

#include <fstream>

#include "spool/directory.hpp"
#include "stintd/device/thermal.hpp"

namespace stint {
namespace {

using Bytes8 = std::vector<std::byte>;

void put(Bytes8& into, std::uint32_t value, std::size_t size) {
    for (std::size_t n = 0; n < size; ++n)
        into.push_back(static_cast<std::byte>(value >> (8 * n))); // as all machines that Debian runs on, but two
}

Bytes8 attribute(std::uint16_t type, const Bytes8& content) {
    Bytes8 made;
    put(made, static_cast<std::uint32_t>(content.size() + 4), 2);
    put(made, type, 2);
    made.insert(made.end(), content.begin(), content.end());
    made.resize((made.size() + 3) / 4 * 4);
    return made;
}

Bytes8 attribute(std::uint16_t type, std::string_view text) {
    Bytes8 content;
    for (const char c : text)
        content.push_back(static_cast<std::byte>(c));
    content.push_back(std::byte{0});
    return attribute(type, content);
}

Bytes8 attribute(std::uint16_t type, std::uint32_t value, std::size_t size = 4) {
    Bytes8 content;
    put(content, value, size);
    return attribute(type, content);
}

Bytes8 together(std::initializer_list<Bytes8> parts) {
    Bytes8 all;
    for (const Bytes8& part : parts)
        all.insert(all.end(), part.begin(), part.end());
    return all;
}

Bytes8 message(std::uint16_t type, std::uint8_t command, const Bytes8& attributes, bool asks = false) {
    Bytes8 made;
    put(made, static_cast<std::uint32_t>(20 + attributes.size()), 4);
    put(made, type, 2);
    put(made, asks ? 1 : 0, 2);
    put(made, 0, 8); // sequence, port
    put(made, command, 1);
    put(made, asks ? 1 : 0, 3); // version
    made.insert(made.end(), attributes.begin(), attributes.end());
    return made;
}

constexpr std::uint16_t control = 16, thermalId = 25;

Bytes8 family(std::string_view name, std::string_view group) {
    // nlctrl: 1 = id, 2 = name, 7 = groups, of which each has 1 = name, 2 = id.
    const Bytes8 sampling = attribute(1, together({attribute(1, "sampling"), attribute(2, 7)}));
    const Bytes8 wanted = attribute(2, together({attribute(1, group), attribute(2, 8)}));
    return message(
        control, 1,
        together({attribute(2, name), attribute(1, thermalId, 2), attribute(7, together({sampling, wanted}))}));
}

// thermal: 2 = zone, 5 = trip.
Bytes8 trip(std::uint8_t command, std::uint32_t zone, std::uint32_t point) {
    return message(thermalId, command, together({attribute(2, zone), attribute(5, point)}));
}

void write(const std::filesystem::path& file, std::string_view text) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text << '\n';
}

/// 60 °C, with trip points of 80 (passive), 90 (hot) and 105 °C (critical), and a fan's at 50.
void writeZone(const std::filesystem::path& zone, std::string_view temperature = "60000") {
    write(zone / "mode", "enabled");
    write(zone / "temp", temperature);
    const std::pair<std::string_view, std::string_view> points[] = {
        {"active", "50000"}, {"passive", "80000"}, {"hot", "90000"}, {"critical", "105000"}};
    for (std::size_t n = 0; n < std::size(points); ++n) {
        write(zone / ("trip_point_" + std::to_string(n) + "_type"), points[n].first);
        write(zone / ("trip_point_" + std::to_string(n) + "_temp"), points[n].second);
    }
}

} // namespace

TEST_CASE("the kernel is asked for its family of heat, and says where it tells of it") { // limits.md §13
    CHECK(thermalFamilyAsked() == message(control, 3, attribute(2, "thermal"), true));
    CHECK(thermalFamilyIn(family("thermal", "event")) == ThermalFamily{thermalId, 8});
    CHECK_FALSE(thermalFamilyIn(family("nl80211", "event")));
    CHECK_FALSE(thermalFamilyIn(family("thermal", "events")));
    CHECK_FALSE(thermalFamilyIn(message(control, 2, attribute(2, "thermal"))));
}

TEST_CASE("a trip point that is passed is an event, a cooling device is none") { // limits.md §13
    using What = ThermalEvent::What;
    const Bytes8 both = together({trip(5, 1, 2), trip(12, 1, 2), trip(6, 0, 3)});
    CHECK(thermalEventsIn(both, thermalId) ==
          std::vector{ThermalEvent{What::TripUp, 1, 2}, ThermalEvent{What::TripDown, 0, 3}});
    CHECK(thermalEventsIn(both, thermalId + 1).empty());
    CHECK(thermalEventsIn(message(thermalId, 1, attribute(2, 4)), thermalId) == std::vector{ThermalEvent{}});
    CHECK(thermalEventsIn(message(thermalId, 5, attribute(2, 4)), thermalId).empty()); // of no trip point
}

TEST_CASE("a message that is cut short, or lies of its length, says nothing more") {
    const Bytes8 whole = trip(5, 1, 2), named = family("thermal", "event");
    for (std::size_t length = 0; length < whole.size(); ++length)
        CHECK(thermalEventsIn(NetlinkBytes(whole).first(length), thermalId).empty());
    for (std::size_t length = 0; length < named.size(); ++length)
        CHECK_FALSE(thermalFamilyIn(NetlinkBytes(named).first(length)));
    for (std::size_t at = 0; at < named.size(); ++at) {
        for (const int byte : {0, 1, 3, 0xff}) {
            Bytes8 hostile = named;
            hostile[at] = static_cast<std::byte>(byte);
            (void)thermalFamilyIn(hostile); // must end, and read no byte that is not there
            (void)thermalEventsIn(hostile, control);
        }
    }
}

TEST_CASE("a trip point says how hot the device is, until it is left again") { // limits.md §13
    const Directory directory;
    writeZone(directory.path / "thermal_zone3");
    write(directory.path / "cooling_device0" / "type", "Fan");
    ThermalZones zones(directory.path);
    CHECK(zones.anyTells());
    CHECK(zones.hottest() == Thermal::None);
    zones.passed(3, 0, true); // the fan's
    CHECK(zones.hottest() == Thermal::None);
    zones.passed(3, 1, true);
    CHECK(zones.hottest() == Thermal::Moderate);
    zones.passed(3, 2, true);
    CHECK(zones.hottest() == Thermal::Severe);
    zones.passed(3, 3, true);
    CHECK(zones.hottest() == Thermal::Critical);
    zones.passed(3, 3, false);
    zones.passed(3, 1, false);
    CHECK(zones.hottest() == Thermal::Severe);
    zones.passed(3, 2, false);
    zones.passed(3, 9, true); // it has no such trip point
    zones.passed(4, 1, true); // there is no such zone
    CHECK(zones.hottest() == Thermal::None);
}

TEST_CASE("the hottest zone counts, by the temperatures of the start") { // limits.md §13
    struct Row {
        std::string_view temperature;
        Thermal thermal;
    };
    for (const Row& r : {Row{"79999", Thermal::None}, Row{"80000", Thermal::Moderate}, Row{"90000", Thermal::Severe},
                         Row{"200000", Thermal::Critical}, Row{"-5000", Thermal::None}, Row{"hot", Thermal::None}}) {
        CAPTURE(r.temperature);
        const Directory directory;
        writeZone(directory.path / "thermal_zone0");
        writeZone(directory.path / "thermal_zone1", r.temperature);
        CHECK(ThermalZones(directory.path).hottest() == r.thermal);
    }
}

TEST_CASE("zones that are off, and trip points that firmware has left out, say nothing") {
    const Directory directory;
    writeZone(directory.path / "thermal_zone0", "95000");
    write(directory.path / "thermal_zone0" / "mode", "disabled");
    write(directory.path / "thermal_zone1" / "temp", "95000");
    write(directory.path / "thermal_zone1" / "trip_point_0_type", "critical");
    write(directory.path / "thermal_zone1" / "trip_point_0_temp", "0");
    CHECK_FALSE(ThermalZones(directory.path).anyTells());
    CHECK(ThermalZones(directory.path).hottest() == Thermal::None);
    CHECK_FALSE(ThermalZones("/no/such/directory").anyTells());
}

} // namespace stint
