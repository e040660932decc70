// Which lists are stale after an event, and after what comes of it (TaskManager1.Changed).
#include "stintd/daemon/daemon.hpp"

#include <doctest/doctest.h>

namespace stint {

TEST_CASE("a topic has one name") {
    for (const std::string_view name : topicNames)
        CHECK(nameOf(*topicNamed(name)) == name);
    CHECK(!topicNamed("weather"));
    CHECK(Topics{}.none());
    for (const std::string_view name : topicNames)
        CHECK(Topics::all().has(*topicNamed(name)));
}

TEST_CASE("each list is stale by what it shows, and by nothing else") {
    CHECK(topicsOf(Step{}).none());
    CHECK(topicsOf(Event{Tick{}}).none());
    CHECK(topicsOf(Event{BytesUpdated{}}).none()); // JobChanged tells of it
    CHECK(topicsOf(Event{DeviceChanged{}}) == (Topic::Device | Topic::Alarms | Topic::Messages));
    CHECK(topicsOf(Event{BatteryUseSet{}}) == (Topic::Apps | Topic::Alarms));
    CHECK(topicsOf(Event{PolicyChanged{}}) == Topics::all());
    CHECK(topicsOf(Step{.records = {SaveCompleted{}}, .effects = {}, .setAside = {}}) ==
          (Topic::Finished | Topic::Tasks));
    CHECK(topicsOf(Step{.records = {SaveAlarm{}}, .effects = {}, .setAside = {}}) == Topic::Alarms);
    CHECK(topicsOf(Step{.records = {SaveJob{}}, .effects = {}, .setAside = {}}).none());
    CHECK(topicsOf(Step{.records = {}, .effects = {ShowNotification{}}, .setAside = {}}) == Topic::Tasks);
    CHECK(topicsOf(Step{.records = {}, .effects = {Trace{.what = Trace::What::Doze}}, .setAside = {}}) ==
          (Topic::Device | Topic::Alarms | Topic::Messages));
    Step waits;
    waits.waitsOtherwise = true;
    CHECK(topicsOf(waits) == Topic::Jobs);
}

TEST_CASE(
    "messages are stale with all that is shown beside them: registrations, and what the line does") { // push.md §5
    CHECK(topicsOf(Event{LineReported{}}) == Topic::Messages);
    CHECK(topicsOf(Event{LineRead{}}) == Topic::Messages);
    CHECK(topicsOf(Step{.records = {}, .effects = {LineWanted{}}, .setAside = {}}) == Topic::Messages);
    for (const auto what : {Trace::What::Arrived, Trace::What::Message, Trace::What::Line})
        CHECK(topicsOf(Step{.records = {}, .effects = {Trace{.what = what}}, .setAside = {}}) == Topic::Messages);
}

} // namespace stint
