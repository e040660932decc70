#include "journal.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace testapp {

void note(const std::string& file, const std::string& what) {
    const std::string line = std::to_string(::getpid()) + " " + what + "\n";
    const int descriptor =
        file.empty() ? STDERR_FILENO : ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (descriptor < 0) return;
    // One write to a file opened for appending is not mixed with another's.
    [[maybe_unused]] const auto written = ::write(descriptor, line.data(), line.size());
    if (descriptor != STDERR_FILENO) ::close(descriptor);
}

} // namespace testapp
