// minisign's files of a stranger (fleet.md §6.1): a signature, which nobody can make, and keys.
#include "fleet/signing/signature.hpp"
#include "fuzz/fuzz.hpp"

using namespace stint;
using namespace stint::fleet;

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    static const PublicKey key =
        PublicKey::read("RWRs4P1TLJz+jy/TsOzGppMp5UZ9tILM7s+R3f3WjN/7GcoU0O5xI4zu").value(); // of the corpus
    fuzz::Input input(bytes, size);
    const std::string text = input.rest();
    if (const auto signature = Signature::read(text); signature.ok())
        if (const auto comment = signature->verify("campaign\n", key); comment.ok())
            fuzz::must(*comment == "timestamp:1795867213\tfile:doc\thashed", "only the key's owner signs a comment");
    if (const auto read = PublicKey::readFile(text); read.ok())
        fuzz::must(PublicKey::readFile(read->file()).value() == *read, "a public key is read again as it is written");
    const auto locked = SecretKey::isLocked(text);
    if (!locked.ok() || *locked) return 0; // a password takes its time
    if (const auto read = SecretKey::read(text, std::nullopt); read.ok()) {
        const auto again = SecretKey::read(read->unlockedFile().text(), std::nullopt);
        fuzz::must(again->publicKey() == read->publicKey(), "a secret key is read again as it is written");
    }
    return 0;
}
