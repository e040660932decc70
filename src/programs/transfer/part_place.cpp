#include "programs/transfer/part_place.hpp"

#include <array>

#include <fmt/format.h>
#include <sys/random.h>

#include "base/result/check.hpp"
#include "base/result/fail.hpp"
#include "base/text/cut.hpp"
#include "programs/transfer/digest.hpp"

namespace stint::transfer {
namespace {

// A name has 255 bytes at most; ".", ".stint-state-8", "-new-" and sixteen digits are added to it.
constexpr std::size_t longestWhole = 200;
constexpr std::size_t kept = 150; ///< the part of a longer name that is kept

std::string stem(const std::string& file) {
    if (file.size() <= longestWhole) return file;
    return fmt::format("{}~{}", headOf(file, kept), fingerprint(file).substr(0, 32));
}

bool canHave(const Folder& folder, const std::string& name) {
    switch (folder.standing(name)) {
    case Folder::Standing::Absent:
    case Folder::Standing::Ours:
        return true;
    case Folder::Standing::Doubtful:
        return folder.remove(name).ok();
    case Folder::Standing::Foreign:
        return false;
    }
    return false;
}

} // namespace

PartNames partNames(const std::string& file, int slot) {
    const std::string number = slot == 0 ? "" : fmt::format("-{}", slot + 1);
    const std::string beginning = "." + stem(file);
    return {beginning + ".stint-part" + number, beginning + ".stint-state" + number};
}

std::string freshName(const Folder& folder, const std::string& name) {
    std::string fresh = name + "-new";
    if (folder.standing(fresh) != Folder::Standing::Foreign && folder.remove(fresh)) return fresh;
    std::array<char, 8> chance{};
    STINT_CHECK(::getrandom(chance.data(), chance.size(), 0) == static_cast<ssize_t>(chance.size()));
    return fmt::format("{}-{}", fresh, toHex({chance.data(), chance.size()}));
}

Result<PartPlace> partPlaceFor(std::shared_ptr<const Folder> folder, const std::filesystem::path& output) {
    const std::string file = output.filename().native();
    for (int slot = 0; slot < partSlots; ++slot) {
        PartNames names = partNames(file, slot);
        if (canHave(*folder, names.part) && canHave(*folder, names.state))
            return PartPlace{std::move(folder), std::move(names)};
    }
    return fail(Errc::SYSTEM, "another user's files are in the way: {} and the like",
                folder->at(partNames(file).part).native());
}

} // namespace stint::transfer
