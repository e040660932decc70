#include "cli/program.hpp"

int main(int count, char** words) { return stint::cli::runProgram({words + 1, words + count}); }
