// A message's Location (push.md §3.2).
#include <doctest/doctest.h>

#include "push/endpoint/posting.hpp"
#include "push/envelope/bytes.hpp"
#include "push/envelope/envelope.hpp"
#include "push/keys/server_keys.hpp"

using namespace stint;
using namespace stint::push;

TEST_CASE("a Location is read by the servers that have made it, as it was") {
    ServerKeys keys, others;
    keys.values.fill(1);
    others.values.fill(2);
    const Located located{*registrationOf(newToken()), Urgency::Low, newId()};
    const std::string path = locationOf(located, keys);
    CHECK(locatedAt(path, keys) == located);
    CHECK(path.ends_with("/" + located.id));
    CHECK(path.find(located.registration) == std::string::npos);
    CHECK_FALSE(locatedAt(path, others));
    for (std::size_t at = 0; at < path.size(); ++at) {
        std::string other = path;
        other[at] = other[at] == 'A' ? 'B' : 'A';
        CHECK_FALSE(locatedAt(other, keys));
        CHECK_FALSE(locatedAt(path.substr(0, at), keys));
    }
    CHECK_FALSE(locatedAt(path + "/", keys));
    CHECK_FALSE(locatedAt(path + std::string(1 << 20, 'A'), keys));
    // Values of the bucket are sealed with the same keys.
    CHECK_FALSE(locatedAt("/m/" + in64(sealedText(R"({"device": "x"})", keys)) + "/" + located.id, keys));
}
