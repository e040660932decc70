// The outbox's file (push.md §1.1).
#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>

#include "base/sqlite/sqlite.hpp"
#include "push/keys/private_file.hpp"
#include "push/mailbox/outbox.hpp"

using namespace stint;
using namespace stint::push;

namespace {

class Files {
public:
    Files() {
        std::string name = "/tmp/stint-outbox-XXXXXX";
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    ~Files() { std::filesystem::remove_all(path_); }
    Files(const Files&) = delete;
    Files& operator=(const Files&) = delete;
    std::filesystem::path file() const { return path_ / "outbox.db"; }

private:
    std::filesystem::path path_;
};

const WallTime start(std::chrono::hours(24 * 365 * 56));
const std::string store = "STINT_P_03@1";

Posted message(const std::string& body) {
    return {.subject = "stint.p.03.D.n.R", .headers = {{"A", "1"}, {"A", "2"}, {"B", "\"\n"}}, .body = body};
}

} // namespace

TEST_CASE("what was committed is there again, and what the store has is not sent again for ever") {
    const Files files;
    {
        auto outbox = Outbox::open(files.file()).value();
        auto one = message(std::string("\0\xff", 2)), two = message("two");
        REQUIRE(outbox.commit({&one, &two}, {}, {{store, 7}}, start).ok());
        CHECK(two.number > one.number);
        CHECK(outbox.size() == Outbox::sizeOf(one) + Outbox::sizeOf(two));
        REQUIRE(outbox.commit({}, {one.number}, {}, start).ok());
    }
    auto outbox = Outbox::open(files.file()).value();
    CHECK(outbox.promised(store).value() == 7);
    const auto all = outbox.since(start).value();
    REQUIRE(all.size() == 2);
    CHECK(all[0].body == std::string("\0\xff", 2));
    CHECK(all[0].headers == message("").headers);
    const auto later = outbox.since(start + std::chrono::minutes(1)).value(); // what it has for a minute it keeps
    REQUIRE(later.size() == 1);
    CHECK(later[0].body == "two");
    REQUIRE(outbox.forget(start + std::chrono::minutes(1)).ok());
    CHECK(outbox.since(start).value().size() == 1);
    CHECK(outbox.size() == Outbox::sizeOf(message("two")));
}

TEST_CASE("epochs are numbered, and the oldest become one that is no later") {
    const Files files;
    auto outbox = Outbox::open(files.file()).value();
    CHECK(outbox.epochs(store).value().empty());
    for (std::uint64_t n = 1; n <= 70; ++n)
        REQUIRE(outbox.beginEpoch(store, n == 2 ? 1 : n * 10).value().number == n);
    const auto epochs = outbox.epochs(store).value();
    CHECK(epochs.size() == 64);
    CHECK(epochs.front() == Epoch{7, 1}); // of 1 to 7 the least start
    CHECK(epochs.back() == Epoch{70, 700});
    CHECK(outbox.promised(store).value() == 700);
    CHECK(outbox.epochs("STINT_P_03@2").value().empty());
}

TEST_CASE("a second process does not open it, nor is a newer or a damaged one taken for ours") {
    const Files files;
    SUBCASE("twice") {
        const auto outbox = Outbox::open(files.file()).value();
        CHECK(Outbox::open(files.file()).error().code == Errc::STORAGE);
    }
    SUBCASE("newer") {
        REQUIRE(Outbox::open(files.file()).ok());
        {
            auto database = Database::open(files.file()).value();
            REQUIRE(database.run("PRAGMA user_version = 3").ok());
        }
        const auto refused = Outbox::open(files.file());
        REQUIRE_FALSE(refused.ok());
        CHECK(refused.error().message == "the outbox is of a newer Stint: version 3");
    }
    SUBCASE("of others, or a link") {
        std::ofstream(files.file()).close();
        std::filesystem::permissions(files.file(), std::filesystem::perms(0644));
        CHECK(Outbox::open(files.file()).error().message.ends_with("others may read it: chmod 600"));
        std::filesystem::remove(files.file());
        std::filesystem::create_symlink("/etc/passwd", files.file());
        CHECK(Outbox::open(files.file()).error().code == Errc::STORAGE);
    }
    SUBCASE("no database") {
        REQUIRE(privateFile(files.file()).ok());
        std::ofstream(files.file()) << std::string(5'000, 'x');
        CHECK(Outbox::open(files.file()).error().code == Errc::STORAGE);
    }
    SUBCASE("headers that are none") {
        auto outbox = std::make_unique<Outbox>(Outbox::open(files.file()).value());
        auto one = message("one");
        REQUIRE(outbox->commit({&one}, {}, {}, start).ok());
        outbox.reset();
        {
            auto database = Database::open(files.file()).value();
            REQUIRE(database.run("UPDATE messages SET headers = '[1]'").ok());
        }
        CHECK(Outbox::open(files.file()).value().since(start).error().code == Errc::STORAGE);
    }
}

TEST_CASE("what is taken back is known until the store is told, and some time longer") { // §3.2
    const Files files;
    const TakenBack one{"S", "1"}, two{"S", "2"};
    {
        auto outbox = Outbox::open(files.file()).value();
        REQUIRE(outbox.takeBack({one, two}, start).ok());
        REQUIRE(outbox.takeBack({one}, start).ok()); // again
        REQUIRE(outbox.tellTaken({one}).ok());
    }
    auto outbox = Outbox::open(files.file()).value();
    CHECK(outbox.takenBack().value() == std::map{std::pair{one, start}, std::pair{two, start}});
    CHECK(outbox.size() == Outbox::sizeOf(one) + Outbox::sizeOf(two));
    REQUIRE(outbox.forget(start + std::chrono::milliseconds(1)).ok());
    CHECK(outbox.takenBack().value() == std::map{std::pair{two, start}}); // the broker was away all the time
    CHECK(outbox.size() == Outbox::sizeOf(two));
}

TEST_CASE("an outbox of version 1 is opened with what it has") {
    const Files files;
    {
        auto outbox = Outbox::open(files.file()).value();
        auto one = message("one");
        REQUIRE(outbox.commit({&one}, {}, {}, start).ok());
    }
    {
        auto database = Database::open(files.file()).value();
        REQUIRE(database.run("DROP TABLE taken; PRAGMA user_version = 1").ok());
    }
    auto outbox = Outbox::open(files.file()).value();
    CHECK(outbox.since(start)->size() == 1);
    CHECK(outbox.takenBack()->empty());
}
