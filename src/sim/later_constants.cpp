#include "sim/later_constants.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "base/fail.hpp"
#include "base/nearest.hpp"

namespace stint::sim {
namespace {

using enum ConstantKind;

// clang-format off
constexpr std::array table{
    // limits.md §11, in its order.
    LaterConstant{"quota.allowed.exempted"}, LaterConstant{"quota.allowed.active"}, LaterConstant{"quota.allowed.working"},
    LaterConstant{"quota.allowed.frequent"}, LaterConstant{"quota.allowed.rare"}, LaterConstant{"quota.allowed.restricted"},
    LaterConstant{"quota.window.exempted"}, LaterConstant{"quota.window.active"}, LaterConstant{"quota.window.working"},
    LaterConstant{"quota.window.frequent"}, LaterConstant{"quota.window.rare"}, LaterConstant{"quota.window.restricted"},
    LaterConstant{"quota.max_jobs.exempted", Number}, LaterConstant{"quota.max_jobs.active", Number},
    LaterConstant{"quota.max_jobs.working", Number}, LaterConstant{"quota.max_jobs.frequent", Number},
    LaterConstant{"quota.max_jobs.rare", Number}, LaterConstant{"quota.max_jobs.restricted", Number},
    LaterConstant{"quota.max_sessions.exempted", Number}, LaterConstant{"quota.max_sessions.active", Number},
    LaterConstant{"quota.max_sessions.working", Number}, LaterConstant{"quota.max_sessions.frequent", Number},
    LaterConstant{"quota.max_sessions.rare", Number}, LaterConstant{"quota.max_sessions.restricted", Number},
    LaterConstant{"quota.max_execution_24h"}, LaterConstant{"quota.in_quota_buffer"}, LaterConstant{"quota.rate_window"},
    LaterConstant{"quota.rate_max_jobs", Number}, LaterConstant{"quota.rate_max_sessions", Number},
    LaterConstant{"quota.coalesce"}, LaterConstant{"quota.stop_tolerance"}, LaterConstant{"quota.check_min_delay"},
    LaterConstant{"quota.history"}, LaterConstant{"quota.installer_extra"},
    LaterConstant{"ej.limit.exempted"}, LaterConstant{"ej.limit.active"}, LaterConstant{"ej.limit.working"},
    LaterConstant{"ej.limit.frequent"}, LaterConstant{"ej.limit.rare"}, LaterConstant{"ej.limit.restricted"},
    LaterConstant{"ej.window"}, LaterConstant{"ej.top_chunk"}, LaterConstant{"ej.reward_top"},
    LaterConstant{"ej.reward_interaction"}, LaterConstant{"ej.reward_notification_seen"}, LaterConstant{"ej.grace_top"},
    LaterConstant{"ej.grace_temp_allowlist"}, LaterConstant{"ej.installer_extra"},
    LaterConstant{"run.max_free"}, LaterConstant{"run.max_ej"}, LaterConstant{"run.min_guarantee"},
    LaterConstant{"run.min_ej_guarantee"},
    LaterConstant{"batch.enabled", Flag}, LaterConstant{"batch.min_ready", Number}, LaterConstant{"batch.max_delay"},
    LaterConstant{"charging.adaptive_level", Number},
    LaterConstant{"bucket.elapsed.working"}, LaterConstant{"bucket.elapsed.frequent"}, LaterConstant{"bucket.elapsed.rare"},
    LaterConstant{"bucket.elapsed.restricted"}, LaterConstant{"bucket.screen.working"}, LaterConstant{"bucket.screen.frequent"},
    LaterConstant{"bucket.screen.rare"}, LaterConstant{"bucket.screen.restricted"}, LaterConstant{"bucket.check_interval"},
    LaterConstant{"bucket.hold.strong_usage"}, LaterConstant{"bucket.hold.system_interaction"},
    LaterConstant{"bucket.hold.notification_seen"}, LaterConstant{"bucket.hold.slice_pinned"},
    LaterConstant{"bucket.hold.sync_adapter"}, LaterConstant{"bucket.hold.exempted_sync"},
    LaterConstant{"bucket.hold.unexempted_sync"}, LaterConstant{"bucket.hold.initial_fgs"},
    LaterConstant{"bucket.hold.system_update"}, LaterConstant{"bucket.prediction_timeout"},
    LaterConstant{"bucket.auto_restrict_delay"}, LaterConstant{"bucket.cross_profile", Flag},
    LaterConstant{"doze.inactive"}, LaterConstant{"doze.after_motion"}, LaterConstant{"doze.idle_after_inactive"},
    LaterConstant{"doze.sensing"}, LaterConstant{"doze.locating"}, LaterConstant{"doze.accuracy", Number},
    LaterConstant{"doze.idle"}, LaterConstant{"doze.idle_max"}, LaterConstant{"doze.idle_factor", Factor},
    LaterConstant{"doze.maintenance"}, LaterConstant{"doze.maintenance_max"},
    LaterConstant{"doze.maintenance_factor", Factor}, LaterConstant{"doze.min_deep_maintenance"},
    LaterConstant{"doze.min_light_maintenance"}, LaterConstant{"doze.quick_delay"}, LaterConstant{"doze.min_time_to_alarm"},
    LaterConstant{"doze.light_after_inactive"}, LaterConstant{"doze.light_idle"}, LaterConstant{"doze.light_idle_max"},
    LaterConstant{"doze.light_idle_factor", Factor}, LaterConstant{"doze.light_budget_min"},
    LaterConstant{"doze.light_budget_max"}, LaterConstant{"doze.flex"}, LaterConstant{"doze.wait_for_unlock", Flag},
    LaterConstant{"doze.light_enabled", Flag}, LaterConstant{"bucket.frequency.days", Number},
    LaterConstant{"bucket.frequency.working", Number}, LaterConstant{"bucket.frequency.frequent", Number},
    LaterConstant{"doze.background_jobs_delay"},
    LaterConstant{"allowlist.max"}, LaterConstant{"allowlist.mms"}, LaterConstant{"allowlist.sms"},
    LaterConstant{"allowlist.notification"},
    LaterConstant{"alarm.while_idle_allowlist"}, LaterConstant{"alarm.bucket_quota.active", Number},
    LaterConstant{"alarm.bucket_quota.working", Number}, LaterConstant{"alarm.bucket_quota.frequent", Number},
    LaterConstant{"alarm.bucket_quota.rare", Number}, LaterConstant{"alarm.bucket_quota.never", Number},
    LaterConstant{"alarm.restricted_quota", Number}, LaterConstant{"alarm.restricted_window"},
    LaterConstant{"alarm.while_idle_quota", Number}, LaterConstant{"alarm.while_idle_window"},
    LaterConstant{"alarm.priority_delay"}, LaterConstant{"alarm.min_futurity"}, LaterConstant{"alarm.min_interval"},
    LaterConstant{"alarm.max_interval"}, LaterConstant{"alarm.min_window"}, LaterConstant{"alarm.max_window"},
    LaterConstant{"alarm.heuristic_factor", Factor}, LaterConstant{"alarm.heuristic_cap"},
    LaterConstant{"alarm.min_fuzzable"}, LaterConstant{"alarm.max_per_app", Number}, LaterConstant{"alarm.listener_timeout"},
    LaterConstant{"alarm.idle_fuzz_min"}, LaterConstant{"alarm.idle_fuzz_max"},
    LaterConstant{"idle.threshold"}, LaterConstant{"idle.slop"},
    LaterConstant{"charging.enforce_level", Number}, LaterConstant{"charging.delay"},
    LaterConstant{"uid.background_settle"},
    LaterConstant{"push.window"}, LaterConstant{"push.min_messages", Number}, LaterConstant{"push.min_ratio", Factor},
    LaterConstant{"push.match"}, LaterConstant{"push.high_allowlist"},
    LaterConstant{"persist_quota", Flag}, LaterConstant{"active_uid_uses_active_bucket", Flag},
    LaterConstant{"while_idle_exact_quota", Number}, LaterConstant{"android15_daily_cap"},
    LaterConstant{"android15_active_ej_limit"}, LaterConstant{"legacy_quota_constants", Flag},
    LaterConstant{"legacy_fgs_jobs_free", Flag}, LaterConstant{"legacy_top_started_jobs_free", Flag},
    LaterConstant{"background_network_cutoff_ms", Number},
};
// clang-format on

bool isDecimal(std::string_view text) {
    const auto point = std::min(text.find('.'), text.size());
    const auto digits = [](std::string_view part) {
        return !part.empty() && std::ranges::all_of(part, [](char c) { return c >= '0' && c <= '9'; });
    };
    return digits(text.substr(0, point)) && (point == text.size() || digits(text.substr(point + 1)));
}

Result<void> checkKind(ConstantKind kind, std::string_view text) {
    switch (kind) {
    case ConstantKind::Time:
        STINT_TRY(parseDuration(text));
        return {};
    case ConstantKind::Size:
        STINT_TRY(parseSize(text));
        return {};
    case ConstantKind::Number:
        if (isDecimal(text) && text.find('.') == std::string_view::npos) return {};
        return fail(Errc::IllegalArgument, "\"{}\" is not a whole number; write one such as 3", text);
    case ConstantKind::Factor:
        if (isDecimal(text)) return {};
        return fail(Errc::IllegalArgument, "\"{}\" is not a factor; write a number such as 1.35", text);
    case ConstantKind::Flag:
        if (text == "true" || text == "false") return {};
        return fail(Errc::IllegalArgument, "\"{}\" is not a yes or no; write true or false", text);
    case ConstantKind::BackoffPolicy:
        return {}; // none of these
    }
    return {};
}

} // namespace

std::span<const LaterConstant> laterConstants() { return table; }

const LaterConstant* laterConstant(std::string_view key) {
    const auto* found = std::ranges::find(table, key, &LaterConstant::key);
    return found == table.end() ? nullptr : found;
}

Result<void> checkConstant(std::string_view key, std::string_view text) {
    if (constantRow(key)) {
        Constants scratch;
        return setConstant(scratch, key, text);
    }
    if (const LaterConstant* later = laterConstant(key)) {
        if (auto kind = checkKind(later->kind, text); !kind) return within(key, kind.error());
        return {};
    }
    std::vector<std::string_view> keys;
    for (const LaterConstant& later : table)
        keys.push_back(later.key);
    const auto meant = nearest(key, keys);
    // The core's own message knows the names that were replaced.
    if (!meant || constantRow(key).error().message.find("did you mean") != std::string::npos)
        return constantRow(key).error();
    return fail(Errc::IllegalArgument, "unknown constant \"{}\" (did you mean \"{}\"?)", key, *meant);
}

} // namespace stint::sim
