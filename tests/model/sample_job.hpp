// A job with one of its fields set, whatever it is: for tests that walk contract/model/job_fields.hpp.
#pragma once
#include "base/result/containers.hpp"
#include "contract/model/job_fields.hpp"

namespace stint::test {

/// Sets the field by the builder; the rules for jobs are not checked.
inline void setSample(const JobField& field, JobInfo::Builder& job) {
    std::visit(Overloaded{[](const NoValue&) {}, [&](const JobValue<bool>& value) { value.set(job, true); },
                          [&](const JobValue<std::int32_t>& value) { value.set(job, JobInfo::PRIORITY_HIGH); },
                          [&](const JobValue<Bytes>& value) { value.set(job, 10); },
                          [&](const JobValue<NetworkBytes>& value) {
                              value.set(job, {1000, NETWORK_BYTES_UNKNOWN});
                          },
                          [&](const JobValue<std::optional<NetworkRequest>>& value) {
                              value.set(job, NetworkRequest::Builder().build());
                          },
                          [&](const JobValue<std::optional<Backoff>>& value) {
                              value.set(job, Backoff{1min, JobInfo::BACKOFF_POLICY_LINEAR});
                          },
                          [&](const ClipValue&) {
                              job.setClipData(ClipData{{{"/a", nullptr}}}, ClipData::FLAG_GRANT_READ_URI_PERMISSION);
                          },
                          [&](const JobValue<std::optional<Duration>>& value) { value.set(job, Duration{1h}); },
                          [&](const JobValue<std::optional<JobInfo::Period>>& value) {
                              value.set(job, JobInfo::Period{2h, 1h});
                          },
                          [&](const JobValue<std::vector<JobInfo::TriggerContentUri>>& value) {
                              value.set(job, {{"/photos", 1}});
                          },
                          [&](const JobValue<PersistableBundle>& value) {
                              value.set(job, PersistableBundle().putInt("n", 1));
                          },
                          [&](const JobValue<std::set<std::string>>& value) { value.set(job, {"tag"}); },
                          [&](const JobValue<std::optional<std::string>>& value) { value.set(job, "text"); }},
               field.value);
}

} // namespace stint::test
