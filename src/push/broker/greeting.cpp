#include "push/broker/greeting.hpp"

#include <csignal>
#include <mutex>
#include <string_view>

#include <unistd.h>

#include "base/unix/ends.hpp"

namespace stint::push {
namespace {

constexpr unsigned longestGreeting = 5; ///< s: libnats itself means to wait for 2

void fellSilent(int) {
    constexpr std::string_view sentence =
        "the server began to greet and fell silent, and libnats would wait for it without end: begin anew\n";
    (void)!::write(STDERR_FILENO, sentence.data(), sentence.size());
    ::_exit(ends::waits);
}

} // namespace

void beginGreeting() {
    static std::once_flag once;
    std::call_once(once, [] { ::signal(SIGALRM, fellSilent); });
    ::alarm(longestGreeting);
}

void endGreeting() { ::alarm(0); }

} // namespace stint::push
