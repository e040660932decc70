// Pushed messages, for `stint why`; and what verbs of servers of push share.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "faces/cli/line/verbs.hpp"
#include "faces/screen/terminal.hpp"

namespace stint::cli {

inline constexpr Option pushDataOption{"--data", "DIR",
                                       "the server's directory (default: ~/.local/state/stint/push-server)"};

/// How a server of push is to be on this machine, behind other options of such a verb (faces/pushctl/server).
std::vector<Option> servingOptions(std::vector<Option> before);

/// "com.example.mail" or "7" of "push:com.example.mail", "push:7": messages, and not a job; nullopt: it names none.
std::optional<std::string> messagesNamed(std::string_view word);

/// Prints what holds the messages for that app, or the one of that number, since when and until when (push.md §4.2).
/// Returns the exit code: 75 where one waits.
int whyMessages(const std::string& whose, const Screen& screen);

} // namespace stint::cli
