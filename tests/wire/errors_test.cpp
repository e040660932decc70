#include <doctest/doctest.h>

#include <cerrno>
#include <set>

#include "link/wire/errors.hpp"

using namespace stint;
using namespace stint::wire;

TEST_CASE("every Errc has one name on the wire and one kind, and comes back as itself") { // jobs.md §2.1, §12.11
    std::set<std::string> wireNames;
    std::set<std::string_view> kinds;
    int code = 1;
    for (const ErrorName& row : errorNames()) {
        CHECK(static_cast<int>(row.code) == code++);
        wireNames.insert(row.wire);
        kinds.insert(row.kind);
        CHECK(kindOf(row.code) == row.kind);
        const sd_bus_error said{row.wire, "no job 7", 0};
        CHECK(errorFrom(said) == Error{row.code, "no job 7"});
    }
    CHECK(code == static_cast<int>(Errc::REFUSED) + 1);
    CHECK(wireNames.size() == errorNames().size());
    CHECK(kinds.size() == errorNames().size());
}

TEST_CASE("the names an app can see are never changed") { // architecture.md, wire; jobs.md §2.1
    // clang-format off
    CHECK(std::string_view(wireNameOf(Errc::ILLEGAL_ARGUMENT)) == "org.stint.Error.IllegalArgument");
    CHECK(std::string_view(wireNameOf(Errc::ILLEGAL_STATE))    == "org.stint.Error.IllegalState");
    CHECK(std::string_view(wireNameOf(Errc::SECURITY))        == "org.stint.Error.Security");
    CHECK(std::string_view(wireNameOf(Errc::LIMIT_EXCEEDED))   == "org.stint.Error.LimitExceeded");
    CHECK(std::string_view(wireNameOf(Errc::STORAGE))         == "org.stint.Error.Storage");
    CHECK(std::string_view(wireNameOf(Errc::BUSY))            == "org.stint.Error.Busy");
    CHECK(std::string_view(wireNameOf(Errc::REFUSED))         == "org.stint.Error.Refused");
    CHECK(kindOf(Errc::ILLEGAL_ARGUMENT) == "INVALID_ARGUMENT");
    CHECK(kindOf(Errc::ILLEGAL_STATE)    == "ILLEGAL_STATE");
    CHECK(kindOf(Errc::SECURITY)        == "SECURITY");
    CHECK(kindOf(Errc::LIMIT_EXCEEDED)   == "LIMIT_EXCEEDED");
    // clang-format on
}

TEST_CASE("a stranger's error keeps its name in the message") {
    const sd_bus_error said{"org.freedesktop.DBus.Error.AccessDenied", "go away", 0};
    CHECK(errorFrom(said) == Error{Errc::SECURITY, "go away (org.freedesktop.DBus.Error.AccessDenied)"});
    const sd_bus_error unknown{"com.example.Odd", "what", 0};
    CHECK(errorFrom(unknown) == Error{Errc::SYSTEM, "what (com.example.Odd)"});
}

TEST_CASE("a connection that is lost is Unavailable, by errno and by name") {
    CHECK(errorFromErrno(ECONNRESET).code == Errc::UNAVAILABLE);
    CHECK(errorFromErrno(EPIPE).code == Errc::UNAVAILABLE);
    CHECK(errorFromErrno(EBADMSG).code == Errc::ILLEGAL_ARGUMENT);
    CHECK(errorFromErrno(EACCES).code == Errc::SYSTEM);
    const sd_bus_error said{"System.Error.ECONNRESET", "Connection reset by peer", 0};
    CHECK(errorFrom(said).code == Errc::UNAVAILABLE);
}
