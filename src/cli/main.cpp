#include <span>
#include <string>
#include <vector>

#include "cli/program.hpp"

int main(int count, char** words) {
    const std::vector<std::string> line(words + 1, words + count);
    stint::cli::hideSecrets(std::span(words + 1, words + count));
    return stint::cli::runProgram(line);
}
