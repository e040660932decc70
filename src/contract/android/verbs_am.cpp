// `am`: standby buckets by hand (limits.md §2.7), and force-stop (jobs.md §7.4).

#include <fmt/format.h>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "contract/android/verb_call.hpp"
#include "contract/rules/standby.hpp"

namespace stint {
namespace {

VerbAnswer error(std::string text) { return {verbFailed, "", fmt::format("Error: {}\n", text)}; }

/// Android's option for a user; Stint has only one user, so it changes nothing. Any other word with a dash is an error.
Result<std::vector<std::string>> packageAnd(const VerbCall& call, std::size_t least, std::size_t most,
                                            std::string_view expected) {
    std::vector<std::string> words;
    for (std::size_t n = 1; n < call.words.size(); ++n) {
        if (call.words[n] == "--user" && n + 1 < call.words.size()) {
            ++n;
        } else if (call.words[n].starts_with("--")) {
            return fail(Errc::ILLEGAL_ARGUMENT, "unknown option {}", call.words[n]);
        } else {
            words.push_back(call.words[n]);
        }
    }
    if (words.size() >= least && words.size() <= most) return words;
    return fail(Errc::ILLEGAL_ARGUMENT, "expected {}", expected);
}

std::string notInstalled(const std::string& package) { return fmt::format("no app {} is installed", package); }

/// A name that a person may give, or a value from 10 to 50.
Result<Bucket> bucketFrom(const std::string& word) {
    const auto value = numberIn<std::int32_t>(word);
    const auto bucket = value ? bucketOfValue(*value) : bucketNamed(word);
    if (bucket && bucket != Bucket::Exempted) return *bucket;
    const std::string right = fmt::format("use {}, or a value from {} to {}", bucketChoices(", "),
                                          valueOf(Bucket::Active), valueOf(Bucket::Never));
    if (value) return fail(Errc::ILLEGAL_ARGUMENT, "Cannot set the standby bucket to {}; {}", *value, right);
    return fail(Errc::ILLEGAL_ARGUMENT, "Unknown bucket: {}; {}", word, right);
}

VerbAnswer setBucket(VerbCall& call) {
    const auto words = packageAnd(call, 2, 2, "PACKAGE BUCKET");
    if (!words) return error(words.error().message);
    const auto bucket = bucketFrom((*words)[1]);
    if (!bucket) return error(bucket.error().message);
    const Reply reply = call.ask(BucketForced{.app = AppId{(*words)[0]}, .bucket = *bucket});
    return reply.error ? error(reply.error->message) : VerbAnswer{};
}

VerbAnswer getBucket(VerbCall& call) {
    const auto words = packageAnd(call, 0, 1, "at most one PACKAGE");
    if (!words) return error(words.error().message);
    if (!words->empty()) {
        const auto app = call.app((*words)[0]);
        return app ? VerbAnswer{0, fmt::format("{}\n", valueOf(app->bucket)), ""} : error(notInstalled((*words)[0]));
    }
    std::string out;
    for (const AppView& app : call.core.apps(call.now))
        out += fmt::format("{}: {}\n", app.manifest.package.name, valueOf(app.bucket));
    return {0, out, ""};
}

// limits.md §2.7: true forces rare; false is a use by the user.
VerbAnswer setInactive(VerbCall& call) {
    const auto words = packageAnd(call, 2, 2, "PACKAGE true|false");
    if (!words) return error(words.error().message);
    const AppId app{(*words)[0]};
    const std::string& value = (*words)[1];
    if (value != "true" && value != "false") return error(fmt::format("\"{}\" is neither true nor false", value));
    const Reply reply = value == "true" ? call.ask(BucketForced{.app = app, .bucket = Bucket::Rare})
                                        : call.ask(UsageReported{.app = app, .kind = UsageKind::Interaction});
    return reply.error ? error(reply.error->message) : VerbAnswer{};
}

VerbAnswer getInactive(VerbCall& call) {
    const auto words = packageAnd(call, 1, 1, "PACKAGE");
    if (!words) return error(words.error().message);
    const auto app = call.app((*words)[0]);
    if (!app) return error(notInstalled((*words)[0]));
    return {0, fmt::format("Idle={}\n", isIdle(app->bucket, call.core.deviceState().charging)), ""};
}

// jobs.md §7.4.
VerbAnswer forceStop(VerbCall& call) {
    const auto words = packageAnd(call, 1, 1, "PACKAGE");
    if (!words) return error(words.error().message);
    if (!call.app((*words)[0])) return error(notInstalled((*words)[0]));
    const Reply reply = call.ask(ForceStop{.app = AppId{(*words)[0]}});
    return reply.error ? error(reply.error->message) : VerbAnswer{};
}

} // namespace

VerbAnswer runActivityVerb(VerbCall& call) {
    static const std::string setUsage = fmt::format("set-standby-bucket PACKAGE {}|VALUE", bucketChoices("|"));
    static const Verb<VerbCall> verbs[] = {
        {"set-standby-bucket", setBucket, setUsage},
        {"get-standby-bucket", getBucket, "get-standby-bucket [PACKAGE]"},
        {"set-inactive", setInactive, "set-inactive PACKAGE true|false"},
        {"get-inactive", getInactive, "get-inactive PACKAGE"},
        {"force-stop", forceStop, "force-stop PACKAGE"},
    };
    return runOneOf<VerbCall>(verbs, "Activity manager (am) commands", call);
}

} // namespace stint
