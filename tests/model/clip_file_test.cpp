// The open files of clip data (jobs.md §12.9).
#include <doctest/doctest.h>
#include <fcntl.h>

#include "stint/job_info.hpp"

using namespace stint;

TEST_CASE("an open file of a clip is closed with its last owner, and not before") { // jobs.md §12.9
    int descriptor = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    REQUIRE(descriptor >= 0);
    auto isOpen = [&] { return ::fcntl(descriptor, F_GETFD) != -1; };
    auto first = std::make_shared<const ClipFile>(descriptor);
    auto second = first;
    first.reset();
    CHECK(isOpen());
    second.reset();
    CHECK_FALSE(isOpen());
}
