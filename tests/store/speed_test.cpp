// How many commits a second this machine makes durable; not a test of anything. Run it with:
//   store_tests --no-skip --test-case="*commits a second*"   (STINT_BENCH_DIR: the disk that is asked)
#include <chrono>
#include <iostream>

#include "store/fixture.hpp"

using namespace stint;
using namespace stint::test;

TEST_CASE("commits a second" * doctest::skip()) {
    const char* given = std::getenv("STINT_BENCH_DIR");
    std::string name = std::string{given != nullptr ? given : "/var/tmp"} + "/stint-bench-XXXXXX";
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    for (const std::size_t size : {1, 64}) {
        auto store = openStore(fs::path{name} / std::to_string(size));
        const auto start = std::chrono::steady_clock::now();
        std::chrono::duration<double> taken{0};
        int commits = 0;
        for (; taken < 2s; ++commits) {
            std::vector<Record> records;
            for (std::size_t i = 0; i < size; ++i)
                records.emplace_back(SaveJob{jobOf(static_cast<std::int32_t>(commits * size + i))});
            done(store.commit(records, stamp(1s)));
            taken = std::chrono::steady_clock::now() - start;
        }
        const auto rate = commits / taken.count();
        std::cout << size << " records a commit: " << static_cast<int>(rate) << " commits/s, "
                  << static_cast<int>(rate * static_cast<double>(size)) << " records/s\n";
    }
    fs::remove_all(name);
}
