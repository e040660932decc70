// Signatures cost most of what is read: to verify one takes 60 us, and a million of them a minute. So where there are
// many, they are shared out.
#pragma once
#include <algorithm>
#include <atomic>
#include <cstddef>
#include <system_error>
#include <thread>
#include <vector>

namespace stint::fleet {

/// Does it with each of them, on all processors.
template <class Each, class Work> void onAllProcessors(std::vector<Each>& all, Work work) {
    constexpr std::size_t fewest = 32;                                         // for a thread
    static const std::size_t processors = std::thread::hardware_concurrency(); // glibc reads files for it
    const std::size_t threads = std::min(processors, all.size() / fewest);
    std::atomic<std::size_t> next = 0;
    const auto goOn = [&] {
        for (std::size_t n = next++; n < all.size(); n = next++)
            work(all[n]);
    };
    std::vector<std::jthread> others;
    try {
        while (others.size() + 1 < threads)
            others.emplace_back(goOn);
    } catch (const std::system_error&) { // there are no more: those that there are do it
    }
    goOn();
}

} // namespace stint::fleet
