// The table of the standby buckets (limits.md §2.1).
#include <fstream>
#include <map>
#include <regex>
#include <string>

#include <doctest/doctest.h>

#include "contract/model/bucket.hpp"

using namespace stint;

TEST_CASE("a value falls into the bucket that it reaches, and into never by 50 alone") { // §2.1
    struct Row {
        std::int32_t value;
        std::optional<Bucket> bucket;
    };
    const Row rows[] = {{9, std::nullopt},        {10, Bucket::Active},     {11, Bucket::WorkingSet},
                        {20, Bucket::WorkingSet}, {21, Bucket::Frequent},   {30, Bucket::Frequent},
                        {31, Bucket::Rare},       {40, Bucket::Rare},       {41, Bucket::Restricted},
                        {45, Bucket::Restricted}, {46, Bucket::Restricted}, {49, Bucket::Restricted},
                        {50, Bucket::Never},      {51, std::nullopt},       {5, std::nullopt}};
    for (const auto& [value, bucket] : rows) {
        CAPTURE(value);
        CHECK(bucketOfValue(value) == bucket);
    }
}

TEST_CASE("the specification lists the buckets by their names and values") { // §2.1
    std::ifstream file(STINT_DOCS "/spec/limits.md");
    std::map<std::string, std::int32_t> listed, ours;
    bool inside = false;
    static const std::regex row(R"(\| (\w+) \| (\d+) \|.*)");
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("#")) inside = line.starts_with("### 2.1 ");
        if (std::smatch cells; inside && std::regex_match(line, cells, row)) listed[cells[1]] = std::stoi(cells[2]);
    }
    for (const BucketRow& bucket : bucketTable)
        ours[std::string(bucket.name)] = bucket.value;
    CHECK(ours == listed);
}

TEST_CASE("each bucket has a name and a value of its own") {
    for (const BucketRow& row : bucketTable) {
        CHECK(bucketNamed(row.name) == row.bucket);
        CHECK(valueOf(row.bucket) == row.value);
    }
    CHECK_FALSE(bucketNamed("dormant").has_value());
    CHECK(bucketChoices("|") == "active|working_set|frequent|rare|restricted|never");
}
