// minisign's signatures (fleet.md §6.1): Ed25519 over the BLAKE2b-512 of a content, with a comment that is signed, too.
// The older form, over the content itself, is refused: with it, somebody could pass a hash that was signed for a
// content.
#pragma once
#include <array>
#include <string>
#include <string_view>

#include "fleet/signing/public_key.hpp"
#include "fleet/signing/secret_key.hpp"
#include "stint/result.hpp"

namespace stint::fleet {

/// A signature's file, whose first line, the untrusted comment, is the one thing in it that may be changed: nobody is
/// told it.
class Signature {
public:
    /// IllegalArgument: it is none, or has the older form.
    static Result<Signature> read(std::string_view file);

    /// The key that it says it is of, so that verify() can be given that one.
    const KeyId& key() const { return key_; }
    /// The trusted comment. Security: it is another key's, of another content, or its comment was changed.
    Result<std::string> verify(std::string_view content, const PublicKey& key) const;
    /// The half of verify() that is the content's: the comment may be anybody's, so it is to be one that says nothing
    /// which the content does not.
    bool isOfContent(std::string_view content, const PublicKey& key) const;
    const std::string& unverifiedComment() const { return comment_; }

private:
    KeyId key_;
    std::array<unsigned char, 64> ofContent_{}, ofAll_{}; ///< the latter over the former and the comment
    std::string comment_;
};

/// A signature's file of four lines. IllegalArgument: the comment has control characters, or is too long.
Result<std::string> sign(std::string_view content, const SecretKey& key, std::string_view trustedComment);

} // namespace stint::fleet
