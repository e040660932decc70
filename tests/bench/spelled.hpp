// Every value of model spelled out, field by field, so that two programs can be compared by what they say. A struct
// needs no word here: its fields are counted and taken in their order, whatever they are called.
#pragma once
#include <bitset>
#include <cstddef>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "contract/model/job_info.hpp"
#include "contract/model/record.hpp"

namespace stint::bench {
namespace fields {

struct Anything {
    template <class T> operator T&() const& noexcept;
    template <class T> operator T&&() const&& noexcept;
};

template <class T, std::size_t... I> constexpr bool hasSoMany(std::index_sequence<I...>) {
    return requires { T{(void(I), Anything{})...}; };
}

constexpr std::size_t most = 37;

/// How many fields a struct has.
template <class T, std::size_t N = most + 1> constexpr std::size_t count() {
    if constexpr (N == 0 || hasSoMany<T>(std::make_index_sequence<N>{}))
        return N;
    else
        return count<T, N - 1>();
}

// clang-format off
/// Calls `look` with all fields of `s`. No tuple of them: nothing refers to a field of bits for longer than a call.
template <class T, class Look> void in(const T& s, Look look) {
    constexpr std::size_t n = count<T>();
    static_assert(n <= most, "give it more rows");
    if constexpr (n == 1) { const auto& [a] = s; look(a); }
    else if constexpr (n == 2) { const auto& [a, b] = s; look(a, b); }
    else if constexpr (n == 3) { const auto& [a, b, c] = s; look(a, b, c); }
    else if constexpr (n == 4) { const auto& [a, b, c, d] = s; look(a, b, c, d); }
    else if constexpr (n == 5) { const auto& [a, b, c, d, e] = s; look(a, b, c, d, e); }
    else if constexpr (n == 6) { const auto& [a, b, c, d, e, f] = s; look(a, b, c, d, e, f); }
    else if constexpr (n == 7) { const auto& [a, b, c, d, e, f, g] = s; look(a, b, c, d, e, f, g); }
    else if constexpr (n == 8) { const auto& [a, b, c, d, e, f, g, h] = s; look(a, b, c, d, e, f, g, h); }
    else if constexpr (n == 9) { const auto& [a, b, c, d, e, f, g, h, i] = s; look(a, b, c, d, e, f, g, h, i); }
    else if constexpr (n == 10) { const auto& [a, b, c, d, e, f, g, h, i, j] = s; look(a, b, c, d, e, f, g, h, i, j); }
    else if constexpr (n == 11) { const auto& [a, b, c, d, e, f, g, h, i, j, k] = s; look(a, b, c, d, e, f, g, h, i, j, k); }
    else if constexpr (n == 12) { const auto& [a, b, c, d, e, f, g, h, i, j, k, l] = s; look(a, b, c, d, e, f, g, h, i, j, k, l); }
    else if constexpr (n == 13) { const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m] = s; look(a, b, c, d, e, f, g, h, i, j, k, l, m); }
    else if constexpr (n == 14) { const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, o] = s; look(a, b, c, d, e, f, g, h, i, j, k, l, m, o); }
    else if constexpr (n == 15) { const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, o, p] = s; look(a, b, c, d, e, f, g, h, i, j, k, l, m, o, p); }
    else if constexpr (n == 16) { const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q] = s; look(a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q); }
    else if constexpr (n == 17) { const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, r] = s; look(a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, r); }
    else if constexpr (n == 18) { const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, r, t] = s; look(a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, r, t); }
    else if constexpr (n == 19) { const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, r, t, u] = s; look(a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, r, t, u); }
    else if constexpr (n == 20) { const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, r, t, u, v] = s; look(a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, r, t, u, v); }
    else if constexpr (n == 21) { const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, r, t, u, v, w] = s; look(a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, r, t, u, v, w); }
    else if constexpr (n == 22) { const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, r, t, u, v, w, x] = s; look(a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, r, t, u, v, w, x); }
    else if constexpr (n == 23) { const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, r, t, u, v, w, x, y] = s; look(a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, r, t, u, v, w, x, y); }
    else if constexpr (n == 24) { const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, r, t, u, v, w, x, y, z] = s; look(a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, r, t, u, v, w, x, y, z); }
    else if constexpr (n == 25) { const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, r, t, u, v, w, x, y, z, aa] = s; look(a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, r, t, u, v, w, x, y, z, aa); }
    else if constexpr (n == 26) { const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, r, t, u, v, w, x, y, z, aa, bb] = s; look(a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, r, t, u, v, w, x, y, z, aa, bb); }
    else if constexpr (n == 27) { const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, r, t, u, v, w, x, y, z, aa, bb, cc] = s; look(a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, r, t, u, v, w, x, y, z, aa, bb, cc); }
    else if constexpr (n == 28) { const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, r, t, u, v, w, x, y, z, aa, bb, cc, dd] = s; look(a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, r, t, u, v, w, x, y, z, aa, bb, cc, dd); }
    else if constexpr (n == 29) { const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, r, t, u, v, w, x, y, z, aa, bb, cc, dd, ee] = s; look(a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, r, t, u, v, w, x, y, z, aa, bb, cc, dd, ee); }
    else if constexpr (n == 30) { const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, r, t, u, v, w, x, y, z, aa, bb, cc, dd, ee, ff] = s; look(a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, r, t, u, v, w, x, y, z, aa, bb, cc, dd, ee, ff); }
    else if constexpr (n == 31) { const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, r, t, u, v, w, x, y, z, aa, bb, cc, dd, ee, ff, gg] = s; look(a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, r, t, u, v, w, x, y, z, aa, bb, cc, dd, ee, ff, gg); }
    else if constexpr (n == 32) { const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, r, t, u, v, w, x, y, z, aa, bb, cc, dd, ee, ff, gg, hh] = s; look(a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, r, t, u, v, w, x, y, z, aa, bb, cc, dd, ee, ff, gg, hh); }
    else if constexpr (n == 33) { const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, r, t, u, v, w, x, y, z, aa, bb, cc, dd, ee, ff, gg, hh, ii] = s; look(a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, r, t, u, v, w, x, y, z, aa, bb, cc, dd, ee, ff, gg, hh, ii); }
    else if constexpr (n == 34) { const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, r, t, u, v, w, x, y, z, aa, bb, cc, dd, ee, ff, gg, hh, ii, jj] = s; look(a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, r, t, u, v, w, x, y, z, aa, bb, cc, dd, ee, ff, gg, hh, ii, jj); }
    else if constexpr (n == 35) { const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, r, t, u, v, w, x, y, z, aa, bb, cc, dd, ee, ff, gg, hh, ii, jj, kk] = s; look(a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, r, t, u, v, w, x, y, z, aa, bb, cc, dd, ee, ff, gg, hh, ii, jj, kk); }
    else if constexpr (n == 36) { const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, r, t, u, v, w, x, y, z, aa, bb, cc, dd, ee, ff, gg, hh, ii, jj, kk, ll] = s; look(a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, r, t, u, v, w, x, y, z, aa, bb, cc, dd, ee, ff, gg, hh, ii, jj, kk, ll); }
    else if constexpr (n == 37) { const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, r, t, u, v, w, x, y, z, aa, bb, cc, dd, ee, ff, gg, hh, ii, jj, kk, ll, mm] = s; look(a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, r, t, u, v, w, x, y, z, aa, bb, cc, dd, ee, ff, gg, hh, ii, jj, kk, ll, mm); }
}
// clang-format on

} // namespace fields

/// Appends words to a text.
class Spelling {
public:
    template <class T> Spelling& operator<<(const T& value) {
        spell(value);
        text_ += ' ';
        return *this;
    }
    const std::string& text() const { return text_; }

private:
    void spell(const std::string& words) { fmt::format_to(out(), "\"{}\"", words); }
    void spell(std::string_view words) { fmt::format_to(out(), "\"{}\"", words); }
    void spell(const SharedText& words) { spell(words.str()); }
    void spell(const AppId& app) { spell(app.name); }
    void spell(JobId id) { spell(id.value); }
    void spell(const ComponentName& service) { *this << service.package << service.name; }
    void spell(double number) { fmt::format_to(out(), "{}", number); }
    void spell(Duration time) { spell(time.count()); }
    void spell(Instant time) { spell(time.time_since_epoch().count()); }
    void spell(WallTime time) { spell(time.time_since_epoch().count()); }
    void spell(const Notification& n) {
        *this << n.getChannelId() << n.getSmallIcon() << n.getTitle() << n.getText() << n.getProgress()
              << n.getActions();
    }
    void spell(const NetworkRequest& r) {
        *this << r.getCapabilities() << r.getTransportTypes() << r.getNetworkSpecifier();
    }
    void spell(const Completed& ended) {
        *this << static_cast<const PastRun&>(ended) << ended.key << ended.label << ended.url << ended.path;
    }
    template <std::size_t N> void spell(const std::bitset<N>& bits) { *this << bits.to_string(); }
    void spell(const PersistableBundle& bundle) { spell(bundle.entries()); }
    void spell(const JobInfo& info) {
        *this << info.getId() << info.getService() << info.isUserInitiated() << info.isExpedited() << info.getPriority()
              << info.getRequiredNetwork() << info.getEstimatedNetworkDownloadBytes()
              << info.getEstimatedNetworkUploadBytes() << info.getMinimumNetworkChunkBytes() << info.getInitialBackoff()
              << info.getPeriod() << info.getTriggerContentUpdateDelay() << info.getTriggerContentMaxDelay()
              << info.getBackoffPolicy() << info.isPersisted() << info.isRequireBatteryNotLow()
              << info.isRequireCharging() << info.isRequireStorageNotLow() << info.isRequireDeviceIdle()
              << info.getMinimumLatency() << info.getOverrideDeadline() << info.isPrefetch()
              << info.getTriggerContentUris() << info.getExtras();
    }

    template <class T>
    requires std::is_integral_v<T>
    void spell(T number) { fmt::format_to(out(), "{}", number); }
    template <class T>
    requires std::is_enum_v<T>
    void spell(T value) { spell(static_cast<std::int64_t>(value)); }
    // Optionals, pointers, and what resembles them: OptionalTime, a part that most have nothing in.
    template <class T>
    requires requires(const T& t) { *t; }
    void spell(const T& value) {
        if constexpr (requires { static_cast<bool>(value); })
            if (!value) return void(text_ += '-');
        spell(*value);
    }
    template <class A, class B> void spell(const std::pair<A, B>& pair) { *this << pair.first << pair.second; }
    template <class... T> void spell(const std::variant<T...>& one) {
        *this << one.index();
        std::visit([this](const auto& held) { spell(held); }, one);
    }
    template <class T>
    requires requires(const T& t) { t.begin(); }
    void spell(const T& many) {
        text_ += '[';
        for (const auto& one : many)
            *this << one;
        text_ += ']';
    }
    template <class T>
    requires(std::is_aggregate_v<T> && !requires(const T& t) { t.begin(); }) void spell(const T& value) {
        text_ += '{';
        fields::in(value, [this](const auto&... field) { (void)(*this << ... << field); });
        text_ += '}';
    }
    std::back_insert_iterator<std::string> out() { return std::back_inserter(text_); }

    std::string text_;
};

} // namespace stint::bench
