// The device's file of campaigns, and of its desired state (fleet.md §4.5): what each was asked to do, and how far it
// has come, so that whatever dies, and whenever, nothing is done twice and no end is untold. A file that is damaged is
// set aside; of a row that is, that campaign alone has failed, and its server is told so. It is bounded, whatever a
// server sends.
#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/sqlite/sqlite.hpp"
#include "fleet/errand/errand.hpp"
#include "fleet/trust/signed.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint::fleet {

// PROPOSAL: a device's campaigns that have not ended, and those that have; and how long the latter are known.
inline constexpr std::size_t mostOpen = 64;
inline constexpr std::size_t mostEnded = 2'000;
inline constexpr Duration knownFor = std::chrono::hours(24 * 90);

/// A campaign on this device.
struct Assignment {
    std::string id;
    std::uint8_t round = 0; ///< of the order that was heard last
    std::uint32_t enrolment = 0;
    WallTime heard{}; ///< the fleet's time when it was
    WallTime until{}; ///< endOf() the campaign; until its document is there, the latest that it can be
    Signed order;     ///< empty: its document is not there yet, or it has ended, and its server knows that
    Kept kept;

    bool isOpen() const { return kept.outcome == Outcome::None; }
    bool operator==(const Assignment&) const = default;
};

/// A device's own word of its desired state (§4.3).
struct DesiredNote {
    Signed paper;        ///< the document that it was made like; empty: none
    std::string state;   ///< what it tells of it: a document, which it signs
    bool isTold = false; ///< its server has that

    bool operator==(const DesiredNote&) const = default;
};

class Keeping {
public:
    /// errands.db in the directory, which is made where it is not there; one process has it open. `notices` say what
    /// was lost. Storage: it is of a newer Stint, taken, or others may read or write it; or the disk is full.
    static Result<Keeping> open(const std::filesystem::path& directory, WallTime now,
                                std::vector<std::string>& notices);

    /// By their ids.
    const std::map<std::string, Assignment, std::less<>>& all() const { return all_; }

    /// One commit, on the disk when it returns: so it comes before anything is done. Of one that has ended, and whose
    /// reports the server has, the document goes; later, its name. IllegalState: so many are open. Storage: nothing
    /// was written, and all() is as it was.
    Result<void> save(Assignment assignment, WallTime now);

    /// nullopt: nothing was desired of this device yet, or what was noted of it is lost.
    const std::optional<DesiredNote>& desired() const { return desired_; }
    /// One commit, likewise.
    Result<void> save(DesiredNote note);

private:
    explicit Keeping(Database database) : database_(std::move(database)) {}
    static Result<Keeping> onto(const std::filesystem::path& file);
    Result<void> prepare();
    Result<void> read(WallTime now, std::vector<std::string>& notices);
    Result<void> readDesired(std::vector<std::string>& notices);
    Result<std::map<std::string, std::vector<std::string>, std::less<>>> reports();
    Result<void> write(const Assignment& assignment);
    Result<void> drop(std::string_view id);
    template <class Write> Result<void> together(const Write& written);
    std::vector<std::string> outlived(WallTime now, const Assignment& next) const;

    Database database_;
    stint::Statement insert_, insertReport_, insertDesired_, drop_, dropReports_;
    std::map<std::string, Assignment, std::less<>> all_;
    std::optional<DesiredNote> desired_;
};

} // namespace stint::fleet
