// Turns in stint-netguard: users are served one after another, whatever one of them asks for (SECURITY.md).
#include <string>

#include <doctest/doctest.h>

#include "last_words.hpp"
#include "netguard/turns.hpp"

using namespace stint;

namespace {

constexpr uid_t oneUser = 1000;
constexpr uid_t another = 1001;

struct Queue {
    Turns turns;
    Turns::Time now{5'000'000};
    std::string done; ///< the pieces, in the order in which they were done

    void add(Turns::Whose whose, char name, unsigned pieces = 1) {
        turns.add(whose, [this, name, pieces]() mutable {
            done += name;
            return --pieces > 0 ? Turns::Then::More : Turns::Then::Done;
        });
    }
    void next() { turns.next(now); }
    std::string doneAll() {
        while (turns.nextAt())
            next();
        return std::exchange(done, {});
    }
};

} // namespace

TEST_CASE("users are served in turn, a piece each, however much one of them asks for") {
    Queue queue;
    for (int n = 0; n < 5; ++n)
        queue.add(oneUser, 'a');
    queue.add(another, 'b');
    queue.add(another, 'b');
    CHECK(queue.doneAll() == "ababaaa");
}

TEST_CASE("who comes into the middle of another's flood waits for one piece of it") {
    Queue queue;
    for (int n = 0; n < 1000; ++n)
        queue.add(oneUser, 'a');
    for (int n = 0; n < 10; ++n)
        queue.next();
    queue.add(another, 'b');
    queue.next();
    queue.next();
    CHECK(queue.done == "aaaaaaaaaaab");
}

TEST_CASE("what is long comes again behind the other work of its user, and everybody's turn is between") {
    Queue queue;
    queue.add(oneUser, 'L', 3);
    queue.add(oneUser, 'a');
    queue.add(another, 'b');
    CHECK(queue.doneAll() == "LbaLL");
}

TEST_CASE("one user's work is done in the order in which it came") {
    Queue queue;
    for (const char name : {'1', '2', '3'})
        queue.add(oneUser, name);
    CHECK(queue.doneAll() == "123");
}

TEST_CASE("this process's own work has one turn among the users'") {
    Queue queue;
    queue.add(oneUser, 'a', 3);
    queue.add(std::nullopt, 'o', 3);
    queue.add(another, 'b', 2);
    CHECK(queue.doneAll() == "aobaobao");
}

TEST_CASE("work that is added by a piece waits for its turn, and is not forgotten") {
    Queue queue;
    queue.turns.add(oneUser, [&] {
        queue.done += 'a';
        queue.add(oneUser, 'c');
        queue.add(another, 'b');
        return Turns::Then::Done;
    });
    CHECK(queue.doneAll() == "abc");
}

TEST_CASE("who has had its share at once has a piece each millisecond, and holds up nobody else") {
    Queue queue;
    for (unsigned n = 0; n < Turns::atOnce + 2; ++n)
        queue.add(oneUser, 'a');
    for (unsigned n = 0; n < Turns::atOnce; ++n)
        queue.next();
    CHECK(queue.done.size() == Turns::atOnce);
    queue.next();
    CHECK(queue.done.size() == Turns::atOnce);
    CHECK(queue.turns.nextAt() == queue.now + Turns::pace);
    queue.add(another, 'b');
    CHECK(*queue.turns.nextAt() <= queue.now);
    queue.next();
    CHECK(queue.done.ends_with("ab"));
    queue.now += Turns::pace;
    queue.next();
    queue.next();
    CHECK(queue.done.ends_with("aba"));
    queue.now += Turns::pace;
    queue.next();
    CHECK(queue.done.ends_with("abaa"));
    CHECK_FALSE(queue.turns.nextAt());
}

TEST_CASE("a share is had again piece by piece, and is no larger for whoever was away") {
    Queue queue;
    const auto doneAtOnce = [&] {
        for (unsigned n = 0; n < 2 * Turns::atOnce; ++n)
            queue.add(oneUser, 'a');
        const std::size_t before = queue.done.size();
        for (unsigned n = 0; n < 2 * Turns::atOnce; ++n)
            queue.next();
        return queue.done.size() - before;
    };
    CHECK(doneAtOnce() == Turns::atOnce);
    queue.now += 10 * Turns::pace;
    CHECK(doneAtOnce() == 10);
    queue.now += 100 * Turns::atOnce * Turns::pace;
    CHECK(doneAtOnce() == Turns::atOnce);
}

TEST_CASE("it tells of a user's work only where there was none of it") {
    Queue queue;
    unsigned changed = 0;
    queue.turns.whenChanged([&] { ++changed; });
    queue.add(oneUser, 'a');
    queue.add(oneUser, 'a');
    CHECK(changed == 1);
    queue.add(another, 'b');
    CHECK(changed == 2);
    CHECK(queue.doneAll() == "aba");
    queue.add(another, 'b');
    CHECK(changed == 3);
}

TEST_CASE("a piece of work that takes the next turn itself is noticed") {
    constexpr std::array mistakes{
        Mistake{"order_.size() == shares_.size()",
                [] {
                    Queue queue;
                    queue.turns.add(oneUser, [&queue] {
                        queue.next();
                        return Turns::Then::Done;
                    });
                    queue.add(another, 'b');
                    queue.next();
                }},
    };
    CHECK(unnoticed(mistakes) == "");
}
