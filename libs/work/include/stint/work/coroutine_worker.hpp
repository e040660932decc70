// CoroutineWorker: a worker that is a coroutine (jobs.md §10), and Task, what its coroutines return. It may co_await
// whatever is awaitable; while it waits, no thread does.
#pragma once
#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

#include "stint/work/worker.hpp"

namespace stint::work {

/// A coroutine that ends with a T. It begins when it is awaited, once, and goes on in the thread that resumes it; an
/// exception reaches the one who awaits it. A Task that nobody awaits does nothing.
template <class T> class [[nodiscard]] Task {
public:
    struct promise_type {
        Task get_return_object() { return Task(std::coroutine_handle<promise_type>::from_promise(*this)); }
        std::suspend_always initial_suspend() noexcept { return {}; }
        auto final_suspend() noexcept {
            struct Continue {
                bool await_ready() noexcept { return false; }
                std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> ended) noexcept {
                    return ended.promise().awaiting;
                }
                void await_resume() noexcept {}
            };
            return Continue();
        }
        template <class Value> void return_value(Value&& made) { value.emplace(std::forward<Value>(made)); }
        void unhandled_exception() { thrown = std::current_exception(); }

        std::coroutine_handle<> awaiting = std::noop_coroutine();
        std::optional<T> value;
        std::exception_ptr thrown;
    };

    Task(Task&& other) noexcept : coroutine_(std::exchange(other.coroutine_, nullptr)) {}
    Task& operator=(Task&& other) noexcept {
        std::swap(coroutine_, other.coroutine_);
        return *this;
    }
    ~Task() {
        if (coroutine_) coroutine_.destroy();
    }

    bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiting) noexcept {
        coroutine_.promise().awaiting = awaiting;
        return coroutine_;
    }
    T await_resume() {
        promise_type& ended = coroutine_.promise();
        if (ended.thrown) std::rethrow_exception(ended.thrown);
        return std::move(*ended.value);
    }

private:
    explicit Task(std::coroutine_handle<promise_type> coroutine) : coroutine_(coroutine) {}
    std::coroutine_handle<promise_type> coroutine_;
};

class STINT_API CoroutineWorker : public ListenableWorker {
public:
    using ListenableWorker::ListenableWorker;
    ~CoroutineWorker() override;

    /// Does the work, and `co_return`s its answer. It begins in a thread of the library. A stop does not cut it off:
    /// what it awaits should end when getStopToken() says so.
    virtual Task<Result> doWork() = 0;
    void startWork(Completer completer) final;
};

} // namespace stint::work
