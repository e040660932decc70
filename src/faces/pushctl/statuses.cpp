#include "faces/pushctl/statuses.hpp"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "base/text/json_member.hpp"
#include "base/text/printable.hpp"
#include "faces/screen/exit_code.hpp"

namespace stint::pushctl {

namespace ends = cli::ends;

namespace {

constexpr std::array statuses{
    Status{400, ends::badData, "it does not understand the message"},
    Status{401, ends::refused, "it wants the message to be signed (--vapid)"},
    Status{403, ends::refused, "the key that signs it is not the one that may send there"},
    Status{404, ends::noInput, "there is no such registration"},
    Status{410, ends::noInput, "the registration is gone: forget this URL"},
    Status{413, ends::badData, "the message is too long for it"},
    Status{429, ends::waits, "there were too many messages"},
    Status{503, ends::waits, "it cannot keep the message now"},
};

/// The row of a status that is not in the table.
Status otherwise(long status) {
    if (status >= 500) return {status, ends::inputOutput, "it has failed"};
    return {status, ends::protocol, "it is not a push service"};
}

} // namespace

Status statusOf(long status) {
    const auto* const row = std::ranges::find(statuses, status, &Status::status);
    return row == statuses.end() ? otherwise(status) : *row;
}

std::string saidBy(const Answer& answer) {
    constexpr std::size_t most = 200;
    const auto said = nlohmann::json::parse(answer.text, nullptr, false);
    const std::string text = textMember(said, "error").value_or(answer.text);
    return printable(text.substr(0, std::min(text.find_first_of("\r\n"), most)));
}

} // namespace stint::pushctl
