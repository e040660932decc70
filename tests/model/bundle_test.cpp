// The extras of a job (jobs.md §12.9).
#include "stint/bundle.hpp"

#include <doctest/doctest.h>

using namespace stint;

TEST_CASE("a bundle answers what was put, of its own type") { // jobs.md §12.9
    PersistableBundle bundle;
    bundle.putBoolean("b", true).putInt("i", 7).putLong("l", 1LL << 40).putDouble("d", 0.5).putString("s", "seven");
    bundle.putStringArray("list", {"a", "b"});
    bundle.putPersistableBundle("map", PersistableBundle{}.putInt("inner", 1));

    CHECK(bundle.getBoolean("b"));
    CHECK(bundle.getInt("i") == 7);
    CHECK(bundle.getLong("l") == 1LL << 40);
    CHECK(bundle.getDouble("d") == 0.5);
    CHECK(bundle.getString("s") == "seven");
    CHECK(bundle.getStringArray("list") == std::vector<std::string>{"a", "b"});
    CHECK(bundle.containsKey("map"));
    CHECK(bundle.entries().size() == 7);
}

TEST_CASE("what is absent, or of another type, is what the caller says otherwise") {
    PersistableBundle bundle;
    bundle.putInt("i", 7);
    CHECK(bundle.getInt("absent", 3) == 3);
    CHECK(bundle.getLong("i", 3) == 3); // an int is no long
    CHECK(bundle.getString("i", "none") == "none");
    CHECK(bundle.getStringArray("i").empty());
    CHECK_FALSE(bundle.containsKey("absent"));
}

TEST_CASE("the last value put under a key stands, whatever its type was") {
    PersistableBundle bundle;
    bundle.putInt("k", 1).putString("k", "one");
    CHECK(bundle.getString("k") == "one");
    CHECK(bundle.getInt("k") == 0);
    CHECK(bundle.entries().size() == 1);
}

TEST_CASE("bundles are equal when all they hold is, nested maps included") {
    auto make = [](int inner) {
        return PersistableBundle{}.putPersistableBundle("map", PersistableBundle{}.putInt("i", inner));
    };
    CHECK(make(1) == make(1));
    CHECK_FALSE(make(1) == make(2));
    CHECK_FALSE(PersistableBundle{}.putInt("i", 1) == PersistableBundle{}.putLong("i", 1));
    CHECK(PersistableBundle{}.isEmpty());
}

TEST_CASE("a copy of a bundle lives its own life") {
    PersistableBundle first;
    first.putInt("i", 1);
    PersistableBundle second = first;
    second.putInt("i", 2);
    CHECK(first.getInt("i") == 1);
    first = std::move(second);
    CHECK(first.getInt("i") == 2);
}
