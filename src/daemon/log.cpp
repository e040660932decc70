#include "daemon/log.hpp"

#include <iterator>

#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace stint {

void startLog() {
    auto log = spdlog::stderr_logger_st("stintd");
    log->set_pattern("%Y-%m-%dT%H:%M:%S.%e %l %v");
    log->flush_on(spdlog::level::info);
    spdlog::set_default_logger(std::move(log));
}

void logInfo(const std::string& line) { spdlog::info(line); }
void logWarning(const std::string& line) { spdlog::warn(line); }

std::string lineOf(const Trace& trace, Now now) {
    std::string line(nameOf(trace.what));
    const auto add = [&](std::string_view key, const auto& value) {
        fmt::format_to(std::back_inserter(line), " {}={}", key, value);
    };
    if (trace.job) {
        add("job", textOf(*trace.job));
    } else {
        add("app", trace.app.name);
    }
    if (!trace.result.empty()) add("result", trace.result);
    if (trace.kind) add("kind", nameOf(*trace.kind));
    if (trace.reason) add("reason", nameOf(*trace.reason));
    if (trace.asked) add("asked", *trace.asked ? "yes" : "no");
    if (!trace.during.empty()) add(trace.what == Trace::What::Killed ? "because" : "during", trace.during);
    if (trace.rescheduled) add("rescheduled", *trace.rescheduled ? "yes" : "no");
    if (trace.earliest) add("in", roughDuration(*trace.earliest - now.elapsed));
    if (trace.failures) add("failures", *trace.failures);
    if (trace.notification) add("id", *trace.notification);
    if (trace.ran) add("ran", roughDuration(*trace.ran));
    return line;
}

} // namespace stint
