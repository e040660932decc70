// Sets of apps to which something has happened in a turn.
#pragma once
#include <algorithm>
#include <utility>

#include <absl/container/inlined_vector.h>

#include "base/text/app_id.hpp"
#include "contract/model/reads.hpp"

namespace stint {

/// A set of few apps: they lie one after another, in the order of their names.
class AppSet {
public:
    void insert(const AppId& app) {
        const auto at = std::ranges::lower_bound(apps_, app);
        if (at == apps_.end() || *at != app) apps_.insert(at, app);
    }
    bool contains(const AppId& app) const { return std::ranges::binary_search(apps_, app); }
    auto begin() const { return apps_.begin(); }
    auto end() const { return apps_.end(); }
    bool empty() const { return apps_.empty(); }

private:
    absl::InlinedVector<AppId, 4> apps_;
};

/// All that gates read of an app.
inline constexpr ReadSet allOfApp = Reads::App | Reads::Ledger;

/// The few apps that have changed in a turn, each with what of it has changed; in the order of their names.
class ChangedApps {
public:
    using Entry = std::pair<AppId, ReadSet>;

    void insert(const AppId& app, ReadSet what = allOfApp) {
        const auto at = std::ranges::lower_bound(entries_, app, {}, &Entry::first);
        if (at == entries_.end() || at->first != app)
            entries_.insert(at, {app, what});
        else
            at->second |= what;
    }
    void merge(const ChangedApps& more) {
        for (const auto& [app, what] : more.entries_)
            insert(app, what);
    }
    bool contains(const AppId& app) const { return std::ranges::binary_search(entries_, app, {}, &Entry::first); }
    auto begin() const { return entries_.begin(); }
    auto end() const { return entries_.end(); }
    bool empty() const { return entries_.empty(); }

private:
    absl::InlinedVector<Entry, 4> entries_;
};

} // namespace stint
