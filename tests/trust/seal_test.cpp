// Seals as papers (fleet.md §5.1, §6.1).
#include <doctest/doctest.h>

#include "fleet/signing/format.hpp"
#include "fleet/signing/secret_key.hpp"
#include "fleet/trust/seal.hpp"

namespace stint::fleet {
namespace {

std::string paper(std::string_view stamps) { return "{\"format\":1,\"stamps\":\"" + std::string(stamps) + "\"}"; }

} // namespace

TEST_CASE("§6.1: a seal has one text, with a stamp of each report in its order") {
    const PublicKey key = SecretKey::make().publicKey();
    for (const std::size_t count : {std::size_t{1}, std::size_t{2}, std::size_t{3}, mostSealed}) {
        Seal seal;
        for (std::size_t n = 0; n < count; ++n)
            seal.stamps.insert(stampOf(key, std::to_string(n)));
        const auto read = sealIn(documentOf(seal));
        REQUIRE(read.ok());
        CHECK(*read == seal);
        CHECK(commentOf(*read) == "stint seal");
    }
}

TEST_CASE("§6.1: a stamp is of one key and one text") {
    PublicKey key = SecretKey::make().publicKey();
    const Stamp stamp = stampOf(key, "a report");
    CHECK(stampOf(key, "a report") == stamp);
    CHECK(stampOf(key, "a report ") != stamp);
    CHECK(stampOf(SecretKey::make().publicKey(), "a report") != stamp);
    ++key.id.bytes[0]; // by which a signature says whose it is
    CHECK(stampOf(key, "a report") != stamp);
}

TEST_CASE("§6.1: what is no seal is refused") {
    const std::string one(16, 'a'), next = one.substr(1) + "b";
    const auto in = [](const std::string& bytes) { return in64(bytesOf(bytes)); };
    REQUIRE(sealIn(paper(in(one + next))).ok());
    for (const std::string& stamps : {std::string(), std::string("?"), in(one.substr(1)), in(one + "a"), in(one + one),
                                      in(next + one), in(one) + "\n", in(std::string(16 * (mostSealed + 1), 'a'))})
        CHECK_FALSE_MESSAGE(sealIn(paper(stamps)).ok(), stamps);
    for (const char* const text :
         {"", "{}", "{\"format\":1}", "[]", "{\"format\":2,\"stamps\":\"YWFhYWFhYWFhYWFhYWFhYQ==\"}"})
        CHECK_FALSE_MESSAGE(sealIn(text).ok(), text);
}

} // namespace stint::fleet
