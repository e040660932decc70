// Settings of apps (fleet.md §4.4), as a campaign's step and a desired state have them: what `stint app` sets.
//
//     [[app]]
//     package = "com.example.mail"
//     bucket = "rare"
//     battery = "restricted"
//     data-saver-exempt = "yes"
//     revoke = ["SCHEDULE_EXACT_ALARM"]
//     grant = ["RUN_USER_INITIATED_JOBS"]
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "stint/result.hpp"

namespace stint::fleet {

struct AppSettings {
    std::string package;
    std::string bucket, battery; ///< empty: they stay
    std::string dataSaverExempt; ///< "yes", "no"; empty: it stays
    std::vector<std::string> revoke, grant;

    bool operator==(const AppSettings&) const = default;
};

/// IllegalArgument: "FILE:LINE:COLUMN: ", what is wrong, and what would be right.
Result<std::vector<AppSettings>> settingsIn(std::string_view text, std::string_view file);
} // namespace stint::fleet
