#include "stint/work/worker.hpp"

#include "work/manager/run_state.hpp"

namespace stint::work {

const UUID& WorkerParameters::getId() const { return parts_->id; }
const Data& WorkerParameters::getInputData() const { return parts_->input; }
const std::set<std::string>& WorkerParameters::getTags() const { return parts_->tags; }
std::int32_t WorkerParameters::getRunAttemptCount() const { return parts_->attempts; }
std::int32_t WorkerParameters::getGeneration() const { return parts_->generation; }
const std::vector<std::string>& WorkerParameters::getTriggeredContentUris() const { return parts_->uris; }
const std::vector<std::string>& WorkerParameters::getTriggeredContentAuthorities() const { return parts_->authorities; }
const std::optional<Network>& WorkerParameters::getNetwork() const { return parts_->network; }

Worker::Result Worker::Result::success(Data output) { return {Kind::Success, std::move(output)}; }
Worker::Result Worker::Result::failure(Data output) { return {Kind::Failure, std::move(output)}; }
Worker::Result Worker::Result::retry() { return {Kind::Retry, {}}; }

Worker::Worker(WorkerParameters params) : params_(std::move(params)) {}
Worker::~Worker() = default;
void Worker::onStopped() {}

bool Worker::isStopped() const { return params_.parts_->stop.stop_requested(); }
std::stop_token Worker::getStopToken() const { return params_.parts_->stop.get_token(); }
std::int32_t Worker::getStopReason() const { return params_.parts_->stopReason; }

stint::Result<void> Worker::setProgress(Data progress) { return params_.parts_->setProgress(std::move(progress)); }
stint::Result<void> Worker::setForeground(const ForegroundInfo& info) { return params_.parts_->setForeground(info); }

} // namespace stint::work
