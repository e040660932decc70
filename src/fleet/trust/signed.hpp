// A document with its signatures (fleet.md §6.1). What kind of document it is, which one, and until when it counts
// stands in the comment that is signed with it, which `minisign -V` shows: so no signature serves for a document of
// another kind, and a person who verifies one by hand sees what it is.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "fleet/document/campaign.hpp"
#include "fleet/document/value.hpp"
#include "fleet/signing/signature.hpp"
#include "fleet/trust/papers.hpp"
#include "stint/result.hpp"

namespace stint::fleet {

inline constexpr std::size_t mostSignatures = 8;

struct Signed {
    std::string document;
    std::vector<std::string> signatures; ///< minisign's files

    bool operator==(const Signed&) const = default;
};

inline constexpr std::size_t longestSigned = std::size_t{256} << 10; ///< bytes of its text, in which quotes are escaped

/// The document with its signatures as one text, canonical JSON: so they are kept and sent.
std::string textOf(const Signed& given);
/// IllegalArgument: the text is not what textOf() writes. Neither the document nor a signature is looked at.
Result<Signed> signedIn(std::string_view text);
// The same inside of a larger text, whose one form its reader sees to.
Value valueOf(const Signed& given);
Result<Signed> signedFrom(const Value& value);

// "stint campaign 20261123-k3v7qa2m until 2026-12-23T10:00:00Z"
std::string commentOf(const Campaign& campaign);
std::string commentOf(const Campaign& campaign, std::string_view id);
std::string commentOf(const Operators& operators);
std::string commentOf(const Certificate& certificate);
std::string commentOf(const Statement& statement);
std::string commentOf(const Instruction& instruction);
std::string commentOf(const Desired& desired);

/// The campaign begins nowhere from then on.
WallTime endOf(const Campaign& campaign);

/// The document with one signature.
template <class Paper> Result<Signed> signedBy(const SecretKey& key, const Paper& paper) {
    Signed made{documentOf(paper), {}};
    auto signature = sign(made.document, key, commentOf(paper));
    if (!signature.ok()) return std::move(signature).error();
    made.signatures.push_back(std::move(*signature));
    return made;
}

/// True: one of its signatures is that key's, for this document as the comment says what it is.
bool isSignedBy(const Signed& given, const PublicKey& key, std::string_view comment);
/// The key as the text of a paper that was read, whose keys are minisign's; false, too, where it is none.
bool isSignedBy(const Signed& given, std::string_view key, std::string_view comment);

} // namespace stint::fleet
