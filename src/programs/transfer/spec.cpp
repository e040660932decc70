#include "programs/transfer/spec.hpp"

#include "base/result/errors.hpp"
#include "base/unix/paths.hpp"
#include "programs/spool/transfers.hpp"
#include "programs/transfer/access.hpp"
#include "programs/transfer/part_file.hpp"
#include "programs/transfer/sidecar.hpp"
#include "programs/transfer/tus.hpp"

namespace stint::transfer {
namespace {

Result<void> checkOutput(const std::filesystem::path& output) {
    const std::string name = output.filename().native();
    if (output.is_absolute() && !name.empty() && name != "." && name != ".." &&
        output.native().find('\0') == std::string::npos)
        return {};
    return fail(Errc::ILLEGAL_ARGUMENT, "\"{}\" names no file: an absolute path is needed", output.native());
}

Access accessOf(const PersistableBundle& extras) {
    Access access;
    access.headers = extras.getStringArray("headers");
    access.cookie = extras.getString("cookie");
    access.cookieFile = extras.getString("cookieFile");
    access.user = extras.getString("user");
    access.netrc = extras.getString("netrc");
    access.trustsRedirects = extras.getBoolean("trustsRedirects");
    access.proxy = extras.getString("proxy");
    access.noProxy = extras.getString("noProxy");
    access.authorities = extras.getString("authorities");
    access.insecure = extras.getBoolean("insecure");
    access.certificate = extras.getString("certificate");
    access.key = extras.getString("certificateKey");
    access.passphrase = extras.getString("passphrase");
    access.userAgent = extras.getString("userAgent");
    access.referer = extras.getString("referer");
    if (extras.getBoolean("ipv4")) access.family = Access::Family::IPv4;
    if (extras.getBoolean("ipv6")) access.family = Access::Family::IPv6;
    access.resolve = extras.getStringArray("resolve");
    access.interface = extras.getString("interface");
    access.connectTimeout = std::chrono::seconds(extras.getLong("connectTimeout", access.connectTimeout.count()));
    access.mostTime = std::chrono::seconds(extras.getLong("mostTime"));
    access.rate = extras.getLong("rate", access.rate);
    access.leastRate = extras.getLong("leastRate", access.leastRate);
    access.leastRateFor = std::chrono::seconds(extras.getLong("leastRateFor", access.leastRateFor.count()));
    return access;
}

std::filesystem::path uploadRecords() { return stateDirectory() / "uploads"; }

std::string nameFor(const PersistableBundle& extras) {
    std::string label = extras.getString("label");
    if (!label.empty()) return label;
    const char* file = extras.containsKey("source") ? "source" : "output";
    return std::filesystem::path(extras.getString(file)).filename().native();
}

Result<void> checkMirrors(const Download& spec) {
    if (spec.mirrors.size() > mostMirrors)
        return fail(Errc::ILLEGAL_ARGUMENT, "{} mirrors: there may be {} of them", spec.mirrors.size(), mostMirrors);
    for (const std::string& mirror : spec.mirrors) {
        const auto good = checkUrl(mirror);
        if (!good.ok()) return within("a mirror", good.error());
    }
    if (!spec.mirrors.empty() && spec.checksum == checksumAuto)
        return fail(Errc::ILLEGAL_ARGUMENT,
                    "the checksum \"auto\" is of no use with mirrors: each would vouch for itself");
    return {};
}

} // namespace

Result<Download> checked(Download spec) {
    STINT_TRY(checkUrl(spec.url));
    STINT_TRY(checkMirrors(spec));
    STINT_TRY(checkOutput(spec.output));
    STINT_TRY(checkAccess(spec.access));
    if (!spec.checksum.empty() && spec.checksum != checksumAuto)
        spec.checksum = STINT_TRY(parseChecksum(spec.checksum));
    return spec;
}

Result<Upload> checked(Upload spec) {
    STINT_TRY(checkUrl(spec.url));
    STINT_TRY(checkAccess(spec.access));
    if (!spec.source.is_absolute() || spec.source.native().find('\0') != std::string::npos)
        return fail(Errc::ILLEGAL_ARGUMENT, "\"{}\" names no file: an absolute path is needed", spec.source.native());
    if (spec.protocol == Upload::Protocol::Put) {
        spec.url = withName(spec.url, spec.source.filename().native());
    } else if (originOf(spec.url).starts_with("ftp:")) {
        return fail(Errc::ILLEGAL_ARGUMENT, "tus works over http and https only");
    }
    return spec;
}

TransferSpec specOf(const PersistableBundle& extras) {
    TransferSpec spec;
    spec.label = nameFor(extras);
    if (extras.containsKey("retries")) spec.retries = extras.getLong("retries");
    if (extras.containsKey("source")) {
        const bool tus = extras.getString("protocol") == "tus";
        spec.upload = Upload{.url = extras.getString("url"),
                             .source = extras.getString("source"),
                             .protocol = tus ? Upload::Protocol::Tus : Upload::Protocol::Put,
                             .records = uploadRecords(),
                             .discardOnCancel = extras.getBoolean("discardOnCancel"),
                             .access = accessOf(extras)};
        return spec;
    }
    spec.download = {.url = extras.getString("url"),
                     .output = extras.getString("output"),
                     .checksum = extras.getString("checksum"),
                     .overwrite = extras.getBoolean("force"),
                     .serverNames = extras.getBoolean("serverNames"),
                     .largest = extras.getLong("largest", NETWORK_BYTES_UNKNOWN),
                     .mirrors = extras.getStringArray("mirrors"),
                     .access = accessOf(extras)};
    return spec;
}

LedgerEntry entryOf(const TransferSpec& spec) {
    if (spec.upload)
        return {.target = fmt::format("{} {}", spec.upload->source.native(), sourceOf(spec.upload->url)),
                .part = spec.upload->protocol == Upload::Protocol::Tus ? UploadRecord::pathOf(*spec.upload).native()
                                                                       : std::string{},
                .state = {}};
    const PartNames names = partNames(spec.download.output.filename().native());
    return {.target = spec.download.output.native(), .part = names.part, .state = names.state};
}

bool sameGoal(const TransferSpec& a, const TransferSpec& b) {
    if (a.upload && b.upload) return a.upload->url == b.upload->url && a.upload->source == b.upload->source;
    return !a.upload && !b.upload && a.download.output == b.download.output;
}

} // namespace stint::transfer
