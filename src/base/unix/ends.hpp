// The ends of our programs: their exit codes, which are sysexits and a shell's (linux.md §A.10); the error message of
// a program without a terminal of its own; and the answer of a helper to a person. Our helpers take no words, because
// stintd starts them: a person who tries one with a word is told what it is.
#pragma once
#include <string_view>

namespace stint::ends {

inline constexpr int ok = 0;
inline constexpr int failure = 1;
inline constexpr int noScenario = 2; ///< `stint sim`'s alone
inline constexpr int usage = 64;
inline constexpr int badData = 65;     ///< a checksum that is not the file's
inline constexpr int noInput = 66;     ///< no such job, app or file
inline constexpr int unavailable = 69; ///< no daemon, or no longer
inline constexpr int internal = 70;
inline constexpr int system = 71;       ///< the operating system refused
inline constexpr int cannotCreate = 73; ///< the target exists, or its directory does not
inline constexpr int inputOutput = 74;  ///< a disk is full, or broken
inline constexpr int waits = 75;        ///< not now; the job goes on
inline constexpr int protocol = 76;     ///< a server's answer does not fit the request
inline constexpr int refused = 77;
inline constexpr int configuration = 78; ///< nothing starts until a person has mended it
inline constexpr int notExecutable = 126;
inline constexpr int noProgram = 127;
inline constexpr int interrupted = 130; ///< Ctrl-C where no job of this command goes on
inline constexpr int terminated = 143;

} // namespace stint::ends

namespace stint {

/// Prints "PROGRAM: sentence" on stderr: one line that steers no terminal, whatever names stand in the sentence.
void complain(std::string_view program, std::string_view sentence);

/// Prints `what` the program `name` is, and returns its exit code: on stdout and 0 for --help and -h, on stderr and 64
/// for any other word.
int startedByHand(const char* name, const char* what, const char* word);

} // namespace stint
