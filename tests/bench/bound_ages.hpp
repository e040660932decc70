// How apps age (limits.md §2.3) as the bound reckons it: by the time since their last use, and by how long the screen
// was on in it. Nobody opens an app of the phone, so each only sinks, row by row.
#pragma once
#include <algorithm>
#include <array>

#include "bench/bound_phone.hpp"

namespace stint::bench {

class Ages {
public:
    explicit Ages(const DensePhone& phone)
        : timeouts_(phone.timeouts), apps_(static_cast<int>(phone.apps.size())), screenOn_(phone.device.screenOn) {
        buckets_.fill(Bucket::Active);
        for (int app = 0; app < apps_; ++app)
            setNext(app);
        findFirst(0);
    }

    Bucket of(int app) const { return buckets_[static_cast<std::size_t>(app)]; }
    Apps rare() const { return rare_; } ///< or worse
    Apps restricted() const { return restricted_; }

    /// When one sinks, at the earliest.
    Ms due() const { return due_; }

    void turnScreen(bool on, Ms now) {
        lit_ = litAt(now);
        litSince_ = now;
        screenOn_ = on;
        setDue(now);
    }

    /// Calls `sank(app, was, is)` for each that has sunk by now.
    template <class Sank> void age(Ms now, Sank sank) {
        for (int app = 0; app < apps_; ++app) {
            if (sinksAt(app, now) > now) continue;
            const Bucket was = of(app);
            while (sinksAt(app, now) <= now)
                sink(app);
            sank(app, was, of(app));
        }
        findFirst(now);
    }

private:
    Ms litAt(Ms now) const { return screenOn_ ? lit_ + (now - litSince_) : lit_; }

    void setNext(int app) {
        const auto n = static_cast<std::size_t>(app);
        const bool any = rows_[n] < timeouts_.size();
        elapsed_[n] = any ? timeouts_[rows_[n]].elapsed : never;
        screen_[n] = any ? timeouts_[rows_[n]].screenOn : 0;
    }
    void sink(int app) {
        const auto n = static_cast<std::size_t>(app);
        buckets_[n] = timeouts_[rows_[n]++].bucket;
        if (buckets_[n] >= Bucket::Rare) rare_ |= bitOf(app);
        if (buckets_[n] == Bucket::Restricted) restricted_ |= bitOf(app);
        setNext(app);
    }
    // Both must have come that far; the second stands still while the screen is off.
    Ms sinksAt(int app, Ms now) const {
        const auto n = static_cast<std::size_t>(app);
        const Ms lack = screen_[n] - litAt(now);
        if (lack <= 0) return elapsed_[n];
        return screenOn_ ? std::max(elapsed_[n], now + lack) : never;
    }
    void findFirst(Ms now) {
        first_ = *std::min_element(elapsed_.begin(), elapsed_.begin() + apps_);
        setDue(now);
    }
    // Before the first has come far enough by the one nobody need look at the other.
    void setDue(Ms now) {
        due_ = first_;
        if (first_ > now) return;
        due_ = never;
        for (int app = 0; app < apps_; ++app)
            due_ = std::min(due_, std::max(sinksAt(app, now), now + 1));
    }

    const std::vector<DenseTimeout>& timeouts_;
    int apps_;
    bool screenOn_;
    Ms lit_ = 0, litSince_ = 0; ///< how long the screen was on until then
    Ms first_ = 0, due_ = 0;
    Apps rare_ = 0, restricted_ = 0;
    std::array<Bucket, mostApps> buckets_;
    std::array<std::uint8_t, mostApps> rows_{}; ///< which comes next
    std::array<Ms, mostApps> elapsed_, screen_; ///< and what it asks
};

} // namespace stint::bench
