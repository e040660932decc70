// A campaign as a document, as a file, and a query; the first byte says which. Each is refused, or reads again as it is
// written.
#include "fleet/document/document.hpp"

#include "fuzz/fuzz.hpp"

using namespace stint;
using namespace stint::fleet;

namespace {

void document(const std::string& text) {
    const auto campaign = campaignIn(text);
    fuzz::must(!campaign.ok() || documentOf(*campaign) == text, "a campaign has one document");
}

void file(const std::string& text) {
    const auto campaign = campaignFromFile(text, "n.toml", WallTime(std::chrono::seconds(1'795'428'000)));
    if (!campaign.ok()) return fuzz::must(campaign.error().message.starts_with("n.toml"), "an error names its file");
    const auto again = campaignIn(documentOf(*campaign));
    fuzz::must(again.ok() && *again == *campaign, "a file's campaign is its document's");
}

void query(const std::string& text) {
    const auto query = Query::parse(text);
    if (!query.ok()) return;
    const auto again = Query::parse(query->text());
    fuzz::must(again.ok() && *again == *query, "a query reads again as it is printed");
    const Facts facts{.id = {}, .labels = {{"site", "berlin"}}, .version = versionIn(text), .lastSeen = {}};
    fuzz::must(ask(*query, facts) == ask(*again, facts), "and means the same");
}

constexpr void (*kinds[])(const std::string&) = {document, file, query};

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    fuzz::Input input(bytes, size);
    const auto read = fuzz::choose(kinds, input);
    read(input.rest());
    return 0;
}
