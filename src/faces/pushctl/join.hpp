// This user's device joins a server, and leaves it (push.md §3.1).
#pragma once
#include <string>

#include "faces/pushctl/post.hpp"
#include "push/joining/settings.hpp"

namespace stint::pushctl {

/// Joins: asks at `address` by the code, and writes line.toml; `origin` is what senders are told. The answer, where its
/// status is not 201, says why not.
Result<Answer> joinAt(const std::string& address, const std::string& origin, const std::string& code);

/// Asks at the door for devices of that server; of its answer that many bytes are read.
Result<Answer> ask(const std::string& origin, std::string question, std::size_t longest = usualAnswer);

/// The server's origin, of the word that was typed. IllegalArgument: it is none, or anybody on the way could read.
Result<std::string> serverOf(const std::string& url);

/// "it answers 403: the code has run out"
std::string sentenceOf(const Answer& answer);

} // namespace stint::pushctl
