// A heap of things that wait for a time.
#pragma once
#include <cstddef>
#include <limits>
#include <vector>

#include "base/result/check.hpp"

namespace stint {

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
        sink(rise(place));
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
        sink(rise(place));
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
