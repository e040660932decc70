// Push told to people (push.md §5): a message's story, as `stint log` has it; the line, as `stint push status` has it;
// a registration's URL.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contract/model/push.hpp"
#include "contract/model/view.hpp"
#include "faces/views/job.hpp"

namespace stint::cli {

/// From its arrival to its end, or to the present.
std::vector<LogLine> linesOf(const MessageStory& story);

/// A sentence with a time in it, which whoever shows it puts into words as it goes by.
struct TimedSentence {
    enum class As : std::uint8_t {
        Moment,   ///< "14:05"
        Distance, ///< "in 4min"
    };
    std::string before; ///< all of it, where it has no time
    std::optional<WallTime> time = std::nullopt;
    As as = As::Moment;
    std::string after = {};
};
/// The line's connection, what it fetches, when it asks and why. Empty: no app is registered, so there is no line.
std::vector<TimedSentence> sentencesOf(const LineStatus& line);

/// The reason why a line is closed for a while.
inline constexpr std::string_view floodText = "too many urgent messages came";

/// Why the line brings nothing now, of "the line is …": it is down, or closed.
std::vector<TimedSentence> troublesOf(const LineStatus& line);

/// "very-low": the word that a person types, too (push.md §2.2).
std::string urgencyText(Urgency urgency);
/// "high, very low": the urgencies of "h,v".
std::string urgenciesText(std::string_view letters);
/// The URL without most of its token: who has that may post to it.
std::string cutShort(std::string endpoint);
/// The URL that is posted to, or why there is none.
std::string endpointText(const RegistrationView& registration);

} // namespace stint::cli
