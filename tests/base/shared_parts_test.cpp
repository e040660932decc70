// The parts of a million pending jobs: texts that are shared, parts that are seldom there, times that may be missing.
#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <vector>

#include "base/result/containers.hpp"
#include "base/text/shared_text.hpp"
#include "base/time/time.hpp"
#include "stint/units.hpp"

using namespace stint;
using namespace std::chrono_literals;

TEST_CASE("a shared text is compared by what it says, and a copy is the same text") {
    const SharedText mail = "com.example.mail";
    SharedText copy;
    copy = mail;
    CHECK(&copy.str() == &mail.str());
    CHECK(SharedText(std::string("com.example.mail")) == mail);
    CHECK(mail < SharedText("com.example.news"));
    CHECK(SharedText() == SharedText(""));
    CHECK(SharedText().empty());
    CHECK(SharedText() < mail);
    CHECK(fmt::format("{:<4}|{}", SharedText("a"), SharedText()) == "a   |");
}

TEST_CASE("a part that is seldom there reads as it was made, and takes room only when it is another") {
    struct Part {
        std::vector<int> numbers;
        int count = 7;
        bool operator==(const Part&) const = default;
    };
    Boxed<Part> part;
    CHECK(part->count == 7);
    const Part* const untouched = &*part;
    part.set(Part{});
    CHECK(&*part == untouched);
    part.edit().numbers.push_back(1);
    CHECK(&*part != untouched);
    Boxed<Part> copy = part;
    copy.edit().count = 8;
    CHECK(part->count == 7);
    CHECK(copy->numbers == std::vector{1});
    part.set(Part{});
    CHECK(&*part == untouched);
}

TEST_CASE("a time that may be missing is one, or none, and takes no more room than a time") {
    OptionalTime<Instant> time;
    CHECK(!time);
    CHECK(time.value_or(Instant{2s}) == Instant{2s});
    CHECK(std::optional<Instant>(time) == std::nullopt);
    time = Instant{0s};
    CHECK(time);
    CHECK(*time == Instant{0s});
    CHECK(time == OptionalTime<Instant>(std::optional(Instant{0s})));
    time = std::nullopt;
    CHECK(!time);
    static_assert(sizeof(time) == sizeof(Instant));
}
