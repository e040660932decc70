#include "fleet/enrolment/fleet_keys.hpp"

#include <algorithm>
#include <system_error>

#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "base/unix/paths.hpp"
#include "fleet/document/value.hpp"
#include "push/keys/private_file.hpp"

namespace stint::fleet {
namespace {

constexpr std::string_view listPrefix = "operators-", listSuffix = ".json", ofSignature = ".minisig";
constexpr Bytes longestSignature = 4'096;

Result<Operators> listOfRoot(const Signed& given, const PublicKey& root) {
    auto list = STINT_TRY(operatorsIn(given.document));
    if (!isSignedBy(given, root, commentOf(list)))
        return fail(Errc::SECURITY, "the list of operators is not signed by the fleet's root {}", root.id.text());
    return list;
}

/// The list in it, if it is for a server of these keys.
Result<Operators> checkedList(const Signed& given, const PublicKey& root, const SecretKey& enrolment,
                              const SecretKey& statement) {
    auto list = STINT_TRY(listOfRoot(given, root));
    if (list.enrolment != enrolment.publicKey().text() || list.statement != statement.publicKey().text())
        return fail(Errc::SECURITY, "the list of operators is for other keys than this server's");
    return list;
}

} // namespace

std::string operatorsFile(std::uint32_t version) { return fmt::format("{}{}{}", listPrefix, version, listSuffix); }

std::filesystem::path FleetKeys::directory() { return stateDirectory() / "fleet-server"; }

Result<std::uint32_t> FleetKeys::newestVersionIn(const std::filesystem::path& directory) {
    std::error_code failed;
    std::uint32_t newest = 0;
    for (auto each = std::filesystem::directory_iterator(directory, failed); !failed && each != end(each);
         each.increment(failed)) {
        const std::string name = each->path().filename();
        if (!name.starts_with(listPrefix) || !name.ends_with(listSuffix)) continue;
        const auto version = numberIn<std::uint32_t>(
            std::string_view(name).substr(listPrefix.size(), name.size() - listPrefix.size() - listSuffix.size()));
        if (version && operatorsFile(*version) == name) newest = std::max(newest, *version);
    }
    if (failed) return fail(Errc::SYSTEM, "cannot list {}: {}", directory.string(), failed.message());
    return newest;
}

Result<FleetKeys> FleetKeys::open(const std::filesystem::path& directory) {
    const auto noFleet = [&] {
        return fail(Errc::STORAGE, "there is no fleet in {}: `stint fleet init` makes one", directory.string());
    };
    const auto folder = STINT_TRY(privateFolder(directory));
    if (!folder) return noFleet();
    auto fleet = STINT_TRY(Fleet::read(*folder));
    if (!fleet) return noFleet();
    SecretKey enrolment = STINT_TRY(readKey(*folder, enrolmentFile));
    SecretKey statement = STINT_TRY(readKey(*folder, statementFile));
    const std::uint32_t version = STINT_TRY(newestVersionIn(directory));
    const std::string name = operatorsFile(version);
    auto document = STINT_TRY(readOwn(*folder, name, Bytes{longestDocument}, Secrecy::Open));
    auto signature = STINT_TRY(readOwn(*folder, name + std::string(ofSignature), longestSignature, Secrecy::Open));
    if (!document || !signature)
        return fail(Errc::STORAGE, "{} has no list of operators with its signature", directory.string());
    Signed operators{*std::move(document), {*std::move(signature)}};
    auto list = checkedList(operators, fleet->root, enrolment, statement);
    if (!list.ok()) return within(folder->at(name).string(), std::move(list).error());
    if (list->version != version)
        return fail(Errc::STORAGE, "{} has version {}", folder->at(name).string(), list->version);
    std::map<std::uint32_t, Operators> lists{{version, *list}};
    return FleetKeys{*std::move(fleet),    std::move(enrolment), std::move(statement),
                     std::move(operators), *std::move(list),     std::move(lists)};
}

const Operators& FleetKeys::listAt(WallTime time) const {
    const auto stood =
        std::find_if(lists.rbegin(), lists.rend(), [&](const auto& one) { return one.second.made <= time; });
    return stood == lists.rend() ? lists.begin()->second : stood->second;
}

Result<std::uint32_t> FleetKeys::remember(const Signed& given) {
    auto its = STINT_TRY(listOfRoot(given, fleet.root));
    const std::uint32_t version = its.version;
    lists.emplace(version, std::move(its));
    return version;
}

Result<Operators> FleetKeys::checkNewer(const Signed& given) const {
    auto newer = STINT_TRY(checkedList(given, fleet.root, enrolment, statement));
    if (newer.version <= list.version)
        return fail(Errc::ILLEGAL_STATE,
                    "version {} of the list of operators is not newer than {}, which the server has", newer.version,
                    list.version);
    return newer;
}

Result<void> FleetKeys::takeOperators(const std::filesystem::path& directory, const Signed& given) {
    auto newer = STINT_TRY(checkNewer(given));
    const auto folder = STINT_TRY(privateFolder(directory));
    if (!folder) return fail(Errc::STORAGE, "there is no {}", directory.string());
    STINT_TRY(writeOperators(*folder, newer.version, given));
    operators = given;
    list = std::move(newer);
    lists.insert_or_assign(list.version, list);
    return {};
}

Result<void> writeOperators(const Folder& folder, std::uint32_t version, const Signed& given) {
    STINT_CHECK(!given.signatures.empty());
    const std::string name = operatorsFile(version);
    STINT_TRY(push::writePrivateFile(folder, name + std::string(ofSignature), given.signatures.front()));
    return push::writePrivateFile(folder, name, given.document);
}

} // namespace stint::fleet
