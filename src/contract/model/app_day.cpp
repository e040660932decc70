#include "contract/model/app_day.hpp"

#include <chrono>

#include <fmt/core.h>

namespace stint {

std::string dateText(std::int32_t day) {
    const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{day}}};
    return fmt::format("{:04}-{:02}-{:02}", int{date.year()}, unsigned{date.month()}, unsigned{date.day()});
}

} // namespace stint
