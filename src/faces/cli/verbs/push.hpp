// Pushed messages, for `stint why`.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "faces/screen/terminal.hpp"

namespace stint::cli {

/// "com.example.mail" or "7" of "push:com.example.mail", "push:7": messages, and not a job; nullopt: it names none.
std::optional<std::string> messagesNamed(std::string_view word);

/// Prints what holds the messages for that app, or the one of that number, since when and until when (push.md §4.2).
/// Returns the exit code: 75 where one waits.
int whyMessages(const std::string& whose, const Screen& screen);

} // namespace stint::cli
