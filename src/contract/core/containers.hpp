// The core's containers: a map by app, sets of the few apps that a turn has changed, and a heap of things that wait
// for a time. Their order is that of values, not of addresses, so that the same bytes come out anywhere.
#pragma once
#include <algorithm>
#include <cstddef>
#include <limits>
#include <map>
#include <unordered_map>
#include <utility>
#include <vector>

#include <absl/container/inlined_vector.h>

#include "base/result/errors.hpp"
#include "base/text/app_id.hpp"
#include "contract/model/gate.hpp"

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
    Value* find(const AppId& app) { return const_cast<Value*>(std::as_const(*this).find(app)); }
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

/// A set of few apps.
class AppSet {
public:
    void insert(const AppId& app) {
        if (apps_.empty() || apps_.back() != app) apps_.push_back(app);
    }
    bool contains(const AppId& app) const { return std::ranges::find(apps_, app) != apps_.end(); }
    /// In the order of their names.
    const auto& sorted() {
        std::ranges::sort(apps_);
        apps_.erase(std::ranges::unique(apps_).begin(), apps_.end());
        return apps_;
    }
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
    bool contains(const AppId& app) const { return std::ranges::find(entries_, app, &Entry::first) != entries_.end(); }
    auto begin() const { return entries_.begin(); }
    auto end() const { return entries_.end(); }
    bool empty() const { return entries_.empty(); }

private:
    absl::InlinedVector<Entry, 4> entries_;
};

/// The place of a thing that waits for nothing.
inline constexpr std::size_t nowhere = std::numeric_limits<std::size_t>::max();

/// Things that wait for a time, the earliest first: a binary heap of things that know their place in it, so that each
/// can be moved or taken out. Things of one time come in the order that `Order` gives them, wherever they are in
/// memory. `Order` has `static bool before(const Item&, const Item&)`, and `static std::size_t& place(Item&)`, where a
/// thing keeps its place, which is `nowhere` at first.
template <class Item, class Order> class DueHeap {
public:
    bool empty() const { return items_.empty(); }
    std::size_t size() const { return items_.size(); }
    /// The first thing; there must be one.
    Item& front() const {
        STINT_CHECK(!items_.empty());
        return *items_.front();
    }

    /// Adds a thing, or moves one whose time has changed.
    void put(Item& item) {
        std::size_t& place = Order::place(item);
        if (place == nowhere) {
            place = items_.size();
            items_.push_back(&item);
        }
        checkPlace(item);
        if (const std::size_t from = place; rise(from) == from) sink(from);
    }
    void erase(Item& item) {
        const std::size_t place = Order::place(item);
        if (place == nowhere) return;
        checkPlace(item);
        Order::place(item) = nowhere;
        Item* const last = items_.back();
        items_.pop_back();
        if (last == &item) return;
        set(place, last);
        if (rise(place) == place) sink(place);
    }

private:
    // A thing of another heap, or one that was copied with its place, would move another thing.
    void checkPlace(Item& item) const {
        STINT_CHECK(Order::place(item) < items_.size());
        STINT_CHECK(items_[Order::place(item)] == &item);
    }
    void set(std::size_t place, Item* item) {
        items_[place] = item;
        Order::place(*item) = place;
    }
    std::size_t rise(std::size_t place) {
        Item* const item = items_[place];
        for (; place > 0; place = (place - 1) / 2) {
            Item* const parent = items_[(place - 1) / 2];
            if (!Order::before(*item, *parent)) break;
            set(place, parent);
        }
        set(place, item);
        return place;
    }
    void sink(std::size_t place) {
        Item* const item = items_[place];
        for (std::size_t child = 2 * place + 1; child < items_.size(); child = 2 * place + 1) {
            if (child + 1 < items_.size() && Order::before(*items_[child + 1], *items_[child])) ++child;
            if (!Order::before(*items_[child], *item)) break;
            set(place, items_[child]);
            place = child;
        }
        set(place, item);
    }

    std::vector<Item*> items_;
};

} // namespace stint
