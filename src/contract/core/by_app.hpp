// A map by app.
#pragma once
#include <map>
#include <unordered_map>
#include <utility>

#include "base/result/check.hpp"
#include "base/text/app_id.hpp"

namespace stint {

/// A map by app: iterated in the order of the apps' names, so that the same bytes come out anywhere, and searched
/// without comparing names. Each value stays where it is until it is erased.
template <class Value> class ByApp {
public:
    ByApp() = default;
    ByApp(const ByApp& other) : sorted_(other.sorted_) { findAll(); }
    ByApp& operator=(const ByApp&) = delete;

    using Entry = std::pair<const AppId, Value>;

    /// nullptr: there is none.
    Value* find(const AppId& app) {
        const auto found = found_.find(app);
        return found == found_.end() ? nullptr : &found->second->second;
    }
    const Value* find(const AppId& app) const {
        const auto found = found_.find(app);
        return found == found_.end() ? nullptr : &found->second->second;
    }
    /// The value of an app that is known to have one.
    const Value& at(const AppId& app) const {
        const Value* const value = find(app);
        STINT_CHECK(value);
        return *value;
    }
    Value& at(const AppId& app) { return const_cast<Value&>(std::as_const(*this).at(app)); }
    bool contains(const AppId& app) const { return found_.contains(app); }

    /// Adds an entry where there is none; returns the app's entry, and true if it is new.
    template <class... Of> std::pair<Entry&, bool> add(const AppId& app, Of&&... of) {
        if (const auto found = found_.find(app); found != found_.end()) return {*found->second, false};
        const auto entry = sorted_.try_emplace(app, std::forward<Of>(of)...).first;
        STINT_CHECK(found_.emplace(entry->first, entry).second);
        STINT_CHECK(found_.size() == sorted_.size()); // both maps have the same entries
        return {*entry, true};
    }
    void erase(const AppId& app) {
        const auto found = found_.find(app);
        if (found == found_.end()) return;
        sorted_.erase(found->second); // `app` may be its key
        found_.erase(found);
        STINT_CHECK(found_.size() == sorted_.size());
    }

    auto begin() { return sorted_.begin(); }
    auto end() { return sorted_.end(); }
    auto begin() const { return sorted_.begin(); }
    auto end() const { return sorted_.end(); }
    bool empty() const { return sorted_.empty(); }
    std::size_t size() const { return sorted_.size(); }

private:
    struct Hash {
        std::size_t operator()(const AppId& app) const { return app.name.hash(); }
    };
    using Sorted = std::map<AppId, Value>;
    void findAll() {
        for (auto entry = sorted_.begin(); entry != sorted_.end(); ++entry)
            found_.emplace(entry->first, entry);
    }
    Sorted sorted_;
    std::unordered_map<AppId, typename Sorted::iterator, Hash> found_;
};

} // namespace stint
