// The line on the wire (dbus/org.stint.Push1.xml): what one end writes, the other reads.
#include <doctest/doctest.h>

#include "link/wire/line.hpp"
#include "wire/loose_message.hpp"

using namespace stint;
using namespace stint::wire;

namespace {

constexpr std::string_view anyBytes{"\0\xff\x80 and more", 12};

LineRead batchOf() {
    return {.stream = "STINT_P_03 2026",
            .epochs = {{.number = 3, .from = 70}},
            .messages = {{.of = {"one", Urgency::High},
                          .sequence = 71,
                          .id = "first",
                          .sent = WallTime{5s},
                          .ttl = Duration{0},
                          .topic = "inbox",
                          .data = std::string(anyBytes)},
                         {.of = {"one", Urgency::VeryLow}, .sequence = 72, .id = "second", .sent = WallTime{6s}}},
            .cursors = {{{"two", Urgency::Low}, 80}},
            .missed = {{"one", Urgency::Normal}},
            .misused = {"two"}};
}

} // namespace

TEST_CASE("a batch of what was read arrives") { // push.md §4.1
    const LineRead batch = batchOf(), back = throughTheWire(batch, writeBatch, readBatch);
    CHECK(back.stream == batch.stream);
    CHECK(back.epochs == batch.epochs);
    CHECK(back.messages == batch.messages);
    CHECK(back.cursors == batch.cursors);
    CHECK(back.missed == batch.missed);
    CHECK(back.misused == batch.misused);
}

TEST_CASE("what was passed over arrives, and a count that cannot be is refused") { // push.md §4.2
    const std::vector<LeftOut> what{{"a wrong Stint-Mac", 3}, {"an unknown version", 1}};
    CHECK(throughTheWire(what, writeLeftOut, readLeftOut) == what);
    LooseMessage message;
    Writer writer = message.writer();
    writeLeftOut(writer, {{"x", -1}});
    REQUIRE(writer.done().ok());
    Reader reader = message.reader();
    CHECK(readLeftOut(reader).error().code == Errc::ILLEGAL_ARGUMENT);
}

TEST_CASE("all that the line is to know arrives") { // push.md §4.2
    LineView line{.place = {.stream = "STINT_P_03 2026", .epoch = 3},
                  .network = "Wired",
                  .stored = 100,
                  .entries = {{.name = "one",
                               .app = "com.example.mail",
                               .connector = "com.example.mail",
                               .details = R"({"token":"t"})",
                               .fetched = {},
                               .cursors = {1, 2, 3, 4}}}};
    line.watch = true;
    line.entries.push_back(line.entries.front());
    line.entries.front().fetched.set(placeOf(Urgency::High)).set(placeOf(Urgency::VeryLow));
    line.entries.back().ended = true;
    for (const auto state :
         {&LineEntry::rotates, &LineEntry::replaced, &LineEntry::closed, &LineEntry::revoked, &LineEntry::doubted}) {
        line.entries.push_back(line.entries.front());
        line.entries.back().*state = true;
    }
    line.entries.push_back(
        {.name = "wish-1", .app = "com.example.mail", .own = "news", .vapid = "key", .encrypted = false});
    CHECK(throughTheWire(line, writeLine, readLine) == line);
}

TEST_CASE("a registration and a message for its connector arrive") { // push.md §4.3, §4.4
    const Registered registered{.name = "one",
                                .app = AppId{"com.example.mail"},
                                .connector = "com.example.mail",
                                .details = R"({"token":"t"})",
                                .endpoint = "https://push.example/push/v1/t",
                                .replaces = "before",
                                .caller = "7.12"};
    const Registered made = throughTheWire(registered, writeRegistration, readRegistration);
    CHECK(made.name == registered.name);
    CHECK(made.app == registered.app);
    CHECK(made.connector == registered.connector);
    CHECK(made.details == registered.details);
    CHECK(made.endpoint == registered.endpoint);
    CHECK(made.replaces == registered.replaces);
    CHECK(made.caller == registered.caller);
    const ConnectorCall call{.delivery = 7, .registration = "one", .id = "12", .data = std::string(anyBytes)};
    const ConnectorCall back = throughTheWire(call, writeConnectorCall, readConnectorCall);
    CHECK(back.delivery == 7);
    CHECK(back.registration == "one");
    CHECK(back.id == "12");
    CHECK(back.data == anyBytes);
    CHECK_FALSE(back.deletedNote);
}

TEST_CASE("a batch with a word or a number that cannot be is refused, with what it is") {
    const auto complaint = [](auto write) {
        LooseMessage message;
        Writer writer = message.writer();
        {
            DictionaryWriter dictionary(writer);
            write(dictionary);
        }
        REQUIRE(writer.done().ok());
        Reader reader = message.reader();
        return readBatch(reader).error().message;
    };
    CHECK(complaint([](DictionaryWriter& dictionary) {
              dictionary.put("missed", "a(ss)", [](Writer& list) {
                  list.openArray("(ss)").openStruct("ss").string("one").string("urgent\n").close().close();
              });
          }) == "batch: missed: the urgency \"urgent\uFFFD\" is none; it is high, normal, low or very_low");
    CHECK(complaint([](DictionaryWriter& dictionary) {
              dictionary.put("messages", "a(sstsxxsay)", [](Writer& list) {
                  list.openArray("(sstsxxsay)").openStruct("sstsxxsay").string("one").string("high").uint64(1);
                  list.string("id").int64(0).int64(-2).string("").blob({}).close().close();
              });
          }) == "batch: messages: a message's TTL is -2; it is at least 0 ms, or -1: none");
    CHECK(complaint([](DictionaryWriter& dictionary) {
              dictionary.put("strem", std::string_view("x"));
          }).find("strem") != std::string::npos);
}
