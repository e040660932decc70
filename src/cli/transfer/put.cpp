// `stint put`: schedules an upload, and follows it as long as a person wants to look on.
#include "cli/transfer/put.hpp"

#include <fmt/core.h>

#include "cli/line/commands.hpp"
#include "cli/screen/exit_code.hpp"
#include "cli/screen/text.hpp"
#include "cli/transfer/reach.hpp"
#include "cli/transfer/transfers.hpp"

namespace stint::cli {

int put(const Arguments& given, const Screen& screen) {
    std::string deed = fmt::format("upload {}", printable(given.words[0]));
    auto here = workingDirectory();
    if (!here.ok()) return screen.fail(fmt::format("cannot {}", deed), here.error());
    auto sent = sentBy(given, *here);
    if (!sent.ok() && sent.error().code == Errc::System)
        return screen.fail(ends::noInput, fmt::format("cannot {}: {}", deed, sent.error().message));
    if (!sent.ok()) return screen.fail(fmt::format("cannot {}", deed), sent.error());
    std::string place = withoutSecrets(sent->url);
    Errand errand{.deed = fmt::format("{} to {}", deed, printable(place)),
                  .going = fmt::format("uploading to {}", printable(place)),
                  .place = place,
                  .label = printable(sent->source.filename().native()),
                  .job = [&](Manner manner) { return jobFor(*sent, manner); }};
    return transferAll(given, screen, {errand});
}

} // namespace stint::cli
