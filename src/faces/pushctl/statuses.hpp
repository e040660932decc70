// A push service's answer in words (push.md §3; RFC 8030 §5, §7.3, §8.4), and the exit code for it.
#pragma once
#include <string>
#include <string_view>

#include "faces/pushctl/post.hpp"
#include "faces/screen/terminal.hpp"

namespace stint::pushctl {

struct Status {
    long status;
    int ends;
    std::string_view meaning; ///< of one that refuses a message
};
Status statusOf(long status);

/// The sentence of a server's {"error": sentence}, else the first line of its text.
std::string saidBy(const Answer& answer);

/// Tells of an answer by which a server takes no message; returns the exit code.
int failOf(const Answer& answer, const cli::Screen& screen);

} // namespace stint::pushctl
