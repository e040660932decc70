// A VAPID key is a point on P-256 (push.md §4.4, RFC 8292).
#include "contract/rules/p256.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace stint;

TEST_CASE("a point is one on the curve, uncompressed, in 87 characters") {
    // The base point (SEC 2, secp256r1), RFC 8291's receiver and sender, RFC 8292's example.
    for (const char* const point :
         {"BGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU",
          "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
          "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8",
          "BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_RCPCfA5aq9ojSwk5Y2EmClBPs"})
        CHECK_MESSAGE(isP256Point(point), point);
}

TEST_CASE("all else is none") {
    const std::string base = "BGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU";
    for (std::size_t at = 1; at + 1 < base.size(); at += 5) { // beside the curve
        std::string other = base;
        other.at(at) = other.at(at) == 'A' ? 'B' : 'A';
        CHECK_FALSE_MESSAGE(isP256Point(other), other);
    }
    for (const std::string& other :
         {std::string(), base + "A", base.substr(1), base.substr(0, 86) + "=", base.substr(0, 86) + "V", // loose bits
          std::string(87, 'A'), "B" + std::string(86, 'A'), "B" + std::string(86, '_'), "A" + base.substr(1),
          std::string(87, '\0')})
        CHECK_FALSE_MESSAGE(isP256Point(other), other);
}
