// push.md §4.2, dbus/org.stint.Line1.xml: the agent's question at the line's door, on a real bus.
#include <doctest/doctest.h>

#include <functional>
#include <optional>
#include <string>

#include "base/result/owned.hpp"
#include "fleet/agent/buses.hpp"
#include "link/wire/connect.hpp"
#include "link/wire/errors.hpp"
#include "link/wire/reader.hpp"
#include "link/wire/writer.hpp"
#include "notify/private_bus.hpp"

namespace stint::fleet {
namespace {

using LoopForTest = Owned<sd_event, sd_event_unref>;

LoopForTest newLoop() {
    sd_event* made = nullptr;
    REQUIRE(sd_event_new(&made) >= 0);
    return LoopForTest(made);
}

/// The door, in the same loop; it answers with the word and the question, or with an error.
struct DoorForTest {
    wire::Bus bus;
    std::optional<Error> refuses;

    explicit DoorForTest(sd_event* loop) : bus(wire::openSessionBus(loop).value()) {
        static const sd_bus_vtable methods[] = {
            SD_BUS_VTABLE_START(0),
            SD_BUS_METHOD("Ask", "say", "ay", asked, SD_BUS_VTABLE_UNPRIVILEGED),
            SD_BUS_VTABLE_END,
        };
        REQUIRE(sd_bus_add_object_vtable(bus.get(), nullptr, "/org/stint/Line", "org.stint.Line1", methods, this) >= 0);
        REQUIRE(sd_bus_request_name(bus.get(), "org.unifiedpush.Distributor.stint", 0) >= 0);
    }
    static int asked(sd_bus_message* call, void* it, sd_bus_error*) {
        const auto message = wire::Message::sharing(call);
        const auto& self = *static_cast<DoorForTest*>(it);
        if (self.refuses) return wire::replyError(message, *self.refuses).ok() ? 1 : -EIO;
        wire::Reader reader(message);
        const std::string word = reader.string().value();
        const auto question = reader.blob().value();
        const std::string text = word + ":" + std::string(question.begin(), question.end());
        const auto reply = wire::newReply(message).value();
        wire::Writer(reply).blob({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
        return sd_bus_send(nullptr, reply.get(), nullptr) < 0 ? -EIO : 1;
    }
};

Result<std::string> answerTo(sd_event* loop, Buses& buses, const std::string& question) {
    std::optional<Result<std::string>> answer;
    buses.ask("doc", question, [&](const Result<std::string>& came) { answer = came; });
    CHECK_FALSE(answer.has_value()); // from the loop alone
    while (!answer)
        if (sd_event_run(loop, 30'000'000) <= 0) return Error{Errc::SYSTEM, "no answer came"};
    return *answer;
}

} // namespace

TEST_CASE("push.md §4.2: a question and its answer are bytes, whatever they are") {
    const PrivateBus bus;
    const auto loop = newLoop();
    const DoorForTest door(loop.get());
    Buses buses(loop.get());
    const std::string bytes("\0\xff {\"a\"}\n", 9);
    CHECK(answerTo(loop.get(), buses, bytes).value() == "doc:" + bytes);
    CHECK(answerTo(loop.get(), buses, "").value() == "doc:");
}

TEST_CASE("push.md §4.2: the door's refusal is its own, and a door that nobody keeps is not reached") {
    PrivateBus bus;
    const auto loop = newLoop();
    Buses buses(loop.get());
    CHECK(answerTo(loop.get(), buses, "a").error().code == Errc::UNAVAILABLE);
    {
        DoorForTest door(loop.get());
        door.refuses = Error{Errc::BUSY, "8 questions are not answered yet"};
        CHECK(answerTo(loop.get(), buses, "a").error() == *door.refuses);
        door.refuses = Error{Errc::SECURITY, "another app"};
        CHECK(answerTo(loop.get(), buses, "a").error() == *door.refuses);
    }
    CHECK(answerTo(loop.get(), buses, "a").error().code == Errc::UNAVAILABLE);
    bus.kill();
    CHECK(answerTo(loop.get(), buses, "a").error().code == Errc::UNAVAILABLE);
    bus.start(); // a bus that has gone is found again
    const DoorForTest door(loop.get());
    CHECK(answerTo(loop.get(), buses, "a").value() == "doc:a");
}

TEST_CASE("push.md §4.2: who goes meanwhile hears no answer") {
    const PrivateBus bus;
    const auto loop = newLoop();
    const DoorForTest door(loop.get());
    bool isHeard = false;
    {
        Buses buses(loop.get());
        buses.ask("doc", "a", [&](const Result<std::string>&) { isHeard = true; });
    }
    Buses others(loop.get());
    CHECK(answerTo(loop.get(), others, "b").value() == "doc:b");
    CHECK_FALSE(isHeard);
}

} // namespace stint::fleet
