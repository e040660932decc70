// The log of messages: bounded by count and age, read page by page when somebody asks (push.md §5).
#include "stintd/store/opening.hpp"
#include "store/fixture.hpp"

using namespace stint;
using namespace stint::test;

namespace {

SavePastMessage over(std::int32_t nth, const std::string& app = "com.example.app", std::int64_t keep = 100) {
    SavePastMessage record{.story = storyOf(nth), .keep = keep, .since = wall(0s)};
    record.story.app.name = app;
    return record;
}

/// All pages, of `most` entries each.
std::vector<MessageStory> toldOf(Store& store, const std::string& app = "", WallTime since = wall(0s),
                                 std::size_t most = 100) {
    std::vector<MessageStory> all;
    for (std::optional<LogPlace> place = LogPlace{}; place;) {
        auto page = valueOf(store.pastMessages(app, since, *place, most));
        CHECK(page.messages.size() <= most);
        std::ranges::move(page.messages, std::back_inserter(all));
        place = page.next;
    }
    return all;
}

} // namespace

TEST_CASE("each message that is over is told as it was, newest first, app by app") { // push.md §5
    const Scratch scratch;
    {
        auto store = openStore(scratch.store());
        commit(store, {over(1), over(2, "com.example.b"), over(3), over(4)});
    }
    auto store = openStore(scratch.store(), bootB); // it outlives a boot
    const std::vector all{over(4).story, over(3).story, over(1).story, over(2, "com.example.b").story};
    CHECK(toldOf(store) == all);
    CHECK(toldOf(store, "", wall(0s), 1) == all);
    CHECK(toldOf(store, "com.example.b") == std::vector{all[3]});
    CHECK(toldOf(store, "com.example.app", wall(5min)) == std::vector{all[0], all[1]}); // n ended at minute n + 2
    CHECK(toldOf(store, "com.example.none").empty());
}

TEST_CASE("the log of an app keeps its newest messages, and goes with the app") { // push.md §5
    const Scratch scratch;
    auto store = openStore(scratch.store());
    commit(store, {over(99, "com.example.other")});
    for (std::int32_t n = 1; n <= 12; ++n)
        commit(store, {over(n, "com.example.app", 5)});
    const auto kept = toldOf(store, "com.example.app");
    REQUIRE(kept.size() == 5);
    CHECK(kept.back().number == 8);
    commit(store, {DropApp{AppId{"com.example.app"}}});
    CHECK(toldOf(store) == std::vector{over(99, "com.example.other").story});
}

TEST_CASE("messages that are too old go when others come") { // push.md §5
    const Scratch scratch;
    auto store = openStore(scratch.store());
    for (std::int32_t n = 1; n <= 20; ++n)
        commit(store, {over(n)});
    SavePastMessage next = over(21);
    next.since = wall(8min); // message n ended at minute n + 2
    commit(store, {next});
    CHECK(toldOf(store).back().number == 6);
}

TEST_CASE("a damaged entry of the log of messages is left out, and keeps no other from being told or written") {
    const Scratch scratch;
    {
        auto store = openStore(scratch.store());
        commit(store, {over(1), over(2)});
    }
    {
        std::vector<std::string> notes;
        const auto directory = valueOf(StoreDirectory::claim(scratch.store()));
        auto database = valueOf(openDatabase(directory, Journal::WriteAhead, notes));
        done(database.run("UPDATE past_messages SET message = 'no JSON' WHERE nth = 1"));
    }
    auto store = openStore(scratch.store());
    commit(store, {over(3)});
    CHECK(toldOf(store) == std::vector{over(3).story, over(2).story});
}
