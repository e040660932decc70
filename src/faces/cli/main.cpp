#include <span>
#include <string>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "faces/cli/program.hpp"

namespace {

/// Opens /dev/null for reading in place of a closed stdin, stdout or stderr: none of their numbers may become a
/// socket's.
void fillClosedStreams() {
    while (true) {
        const int descriptor = ::open("/dev/null", O_RDONLY);
        if (descriptor <= STDERR_FILENO && descriptor >= 0) continue;
        ::close(descriptor);
        return;
    }
}

} // namespace

int main(int count, char** words) {
    fillClosedStreams();
    const std::vector<std::string> line(words + 1, words + count);
    stint::cli::hideSecrets(std::span(words + 1, words + count));
    return stint::cli::runProgram(line);
}
