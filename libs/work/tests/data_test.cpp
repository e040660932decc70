#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "stint/work/data.hpp"
#include "stint/work/uuid.hpp"
#include "work/engine/data.hpp"

namespace stint::work {

TEST_CASE("data is read as it was put, by its type alone") { // jobs.md §10, data
    const auto data = *Data::Builder()
                           .putBoolean("b", true)
                           .putByte("y", 7)
                           .putInt("i", -5)
                           .putLong("l", std::int64_t{1} << 60)
                           .putFloat("f", 0.5F)
                           .putDouble("d", 0.1)
                           .putString("s", std::string("a\0\xff", 3))
                           .putStringArray("a", {"x", "", "y"})
                           .putIntArray("n", {1, 2})
                           .build();
    CHECK(data.getBoolean("b"));
    CHECK(data.getByte("y") == 7);
    CHECK(data.getInt("i") == -5);
    CHECK(data.getInt("l", 3) == 3); // another type
    CHECK(data.getLong("l") == std::int64_t{1} << 60);
    CHECK(data.getFloat("f") == 0.5F);
    CHECK(data.getDouble("d") == 0.1);
    CHECK(data.getString("s") == std::string("a\0\xff", 3));
    CHECK(data.getStringArray("a") == std::vector<std::string>{"x", "", "y"});
    CHECK(data.getIntArray("n") == std::vector<std::int32_t>{1, 2});
    CHECK(data.getString("none", "other") == "other");
    CHECK(*dataOf(bytesOf(data.getKeyValueMap())) == data);
}

TEST_CASE("data of 10 240 bytes may be built, one byte more may not") { // jobs.md §10, data
    const std::size_t rest = Data::Builder().putString("k", "").build()->getSerializedSize();
    CHECK(Data::Builder().putString("k", std::string(10'240 - rest, 'x')).build().ok());
    const auto longer = Data::Builder().putString("k", std::string(10'241 - rest, 'x')).build();
    REQUIRE(!longer.ok());
    CHECK(longer.error().code == Errc::ILLEGAL_ARGUMENT);
    CHECK(longer.error().message ==
          "data has 10241 bytes, at most 10240 may be stored: put large things into a file, and its path here");
}

TEST_CASE("bytes that are no data are refused, and never read past their end") {
    const auto whole =
        bytesOf(Data::Builder().putString("key", "value").putIntArray("n", {1, 2}).build()->getKeyValueMap());
    CHECK(rc::check("a damaged byte, or a missing end", [&] {
        auto bytes = whole;
        bytes.resize(*rc::gen::inRange<std::size_t>(1, bytes.size() + 1));
        bytes[*rc::gen::inRange<std::size_t>(0, bytes.size())] = *rc::gen::arbitrary<char>();
        const auto read = dataOf(bytes); // data or an error
        RC_ASSERT((read.ok() || read.error().code == Errc::STORAGE || read.error().code == Errc::ILLEGAL_ARGUMENT));
    }));
}

TEST_CASE("overwriting: of each key the value of who finished last") { // jobs.md §10, chains
    const auto first = *Data::Builder().putInt("a", 1).putInt("b", 1).build();
    const auto last = *Data::Builder().putString("b", "2").build();
    const auto merged = merge(InputMerger::OVERWRITING, {first, last});
    CHECK(merged->getInt("a") == 1);
    CHECK(merged->getString("b") == "2");
}

TEST_CASE("array-creating: all values are collected, and their types must agree") { // jobs.md §10, chains
    const auto one = *Data::Builder().putInt("a", 1).putString("s", "x").build();
    const auto two = *Data::Builder().putIntArray("a", {2, 3}).build();
    const auto merged = merge(InputMerger::ARRAY_CREATING, {one, two});
    CHECK(merged->getIntArray("a") == std::vector<std::int32_t>{1, 2, 3});
    CHECK(merged->getStringArray("s") == std::vector<std::string>{"x"});
    const auto other = merge(InputMerger::ARRAY_CREATING, {one, *Data::Builder().putLong("a", 1).build()});
    REQUIRE(!other.ok());
    CHECK(other.error().code == Errc::ILLEGAL_ARGUMENT);
}

TEST_CASE("an id is read as it is written, and nothing else is one") {
    const UUID id = UUID::randomUUID();
    CHECK(UUID::fromString(id.toString()) == id);
    CHECK(UUID::randomUUID() != id);
    for (const char* wrong : {"", "x", "01234567-89ab-cdef-0123-456789abcdeF", "01234567089ab-cdef-0123-456789abcde",
                              "01234567-89ab-cdef-0123-456789abcdef0"})
        CHECK(!UUID::fromString(wrong));
}

} // namespace stint::work
