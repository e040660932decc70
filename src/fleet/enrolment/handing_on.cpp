#include "fleet/enrolment/handing_on.hpp"

#include <array>

#include "base/result/errors.hpp"
#include "fleet/document/paper.hpp"
#include "fleet/enrolment/field_rules.hpp"
#include "fleet/enrolment/founding.hpp"
#include "fleet/trust/papers.hpp"
#include "push/keys/private_file.hpp"

namespace stint::fleet {
namespace {

constexpr std::int64_t longestKeyText = 4'096;

struct Handed {
    std::string name, root, enrolment, statement, operators;
};

// clang-format off
constexpr auto handedFields = std::to_array<Field<Handed>>({
    {.key = "name", .member = &Handed::name, .limits = aName, .must = true, .meaning = "the fleet's name",
     .rule = nameRule},
    {.key = "root", .member = &Handed::root, .limits = {1, longestKeyText}, .must = true, .meaning = "root's key",
     .rule = publicKeyRule},
    {.key = "enrolment", .member = &Handed::enrolment, .limits = {1, longestKeyText}, .must = true,
     .meaning = "the key that signs certificates, minisign's file"},
    {.key = "statement", .member = &Handed::statement, .limits = {1, longestKeyText}, .must = true,
     .meaning = "the key that signs statements, minisign's file"},
    {.key = "operators", .member = &Handed::operators, .limits = {1, std::int64_t{longestSigned}}, .must = true,
     .meaning = "the newest list of operators, signed"},
});
// clang-format on

std::string textOfHanded(const Handed& handed) { return jsonOf({tableOf(handedFields, handed)}); }

} // namespace

std::string handedOn(const FleetKeys& keys) {
    return textOfHanded({keys.fleet.name, keys.fleet.root.text(), std::string(keys.enrolment.unlockedFile().text()),
                         std::string(keys.statement.unlockedFile().text()), textOf(keys.operators)});
}

Result<void> takeOver(const std::filesystem::path& directory, std::string_view text) {
    if (text.empty()) return fail(Errc::ILLEGAL_ARGUMENT, "that server is none of a fleet");
    const Handed handed =
        STINT_TRY(paperIn<Handed>(text, "the fleet", handedFields, textOfHanded, {}, 2 * longestSigned));
    const PublicKey root = STINT_TRY(PublicKey::read(handed.root));
    const Fleet fleet{handed.name, root};
    const Signed operators = STINT_TRY(signedIn(handed.operators));
    const Operators list = STINT_TRY(operatorsIn(operators.document));
    if (const auto folder = STINT_TRY(privateFolder(directory))) {
        const auto there = STINT_TRY(Fleet::read(*folder));
        if (there == fleet) return {};
        return fail(Errc::ILLEGAL_STATE, "{} is there already, and of another fleet", directory.string());
    }
    return foundedBy(directory, [&](const Folder& folder) -> Result<void> {
        STINT_TRY(push::writePrivateFile(folder, FleetKeys::enrolmentFile, handed.enrolment));
        STINT_TRY(push::writePrivateFile(folder, FleetKeys::statementFile, handed.statement));
        STINT_TRY(writeOperators(folder, list.version, operators));
        return fleet.write(folder);
    });
}

} // namespace stint::fleet
