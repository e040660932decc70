#include "sim/foretelling/births.hpp"

#include <algorithm>
#include <atomic>
#include <thread>

#include "base/result/errors.hpp"

namespace stint::foretelling {

Births::Births(const FleetFile& fleet, const Chance& chance, std::uint32_t lives)
    : fleet_(fleet), chance_(chance), lives_(lives) {
    for (const Kind& kind : fleet.kinds) {
        weights_ += kind.weight;
        if (std::holds_alternative<Habit>(kind.days)) habits_ += kind.weight;
    }
}

Birth Births::of(fleet::Device device) const {
    Birth birth;
    std::uint64_t place = chance_.below(weights_, Draw::Kind, device);
    while (place >= fleet_.kinds[birth.kind].weight)
        place -= fleet_.kinds[birth.kind++].weight;
    const Kind& kind = fleet_.kinds[birth.kind];
    if (std::holds_alternative<Habit>(kind.days)) {
        const auto share = std::max<std::uint64_t>(1, std::uint64_t{lives_} * kind.weight / habits_);
        birth.life = fleet_.devices <= lives_ ? device : chance_.below(share, Draw::Life, device);
    }
    if (const auto* const recorded = std::get_if<Recorded>(&kind.days))
        birth.life = device % std::min<std::uint64_t>(lives_, recorded->lives.size());
    birth.shift = chance_.between(Duration(0), fleet_.clocks, Draw::Clock, device);
    return birth;
}

/// Each life is nobody else's business, so any thread may play it.
Result<std::vector<Life>> playAll(const FleetFile& fleet, const Mission& mission, const Chance& chance,
                                  const std::vector<Name>& names, unsigned threads) {
    std::vector<std::optional<Result<Life>>> played(names.size());
    std::atomic<std::size_t> next = 0;
    const auto play = [&] {
        for (std::size_t nth = next++; nth < names.size(); nth = next++)
            played[nth] = live(daysOf(fleet, names[nth].first, names[nth].second, chance), mission);
    };
    {
        std::vector<std::jthread> others;
        for (unsigned each = 1; each < threads; ++each)
            others.emplace_back(play);
        play();
    }
    std::vector<Life> lives;
    for (auto& each : played) {
        auto life = STINT_TRY(std::move(*each));
        lives.push_back(std::move(life));
    }
    return lives;
}

} // namespace stint::foretelling
