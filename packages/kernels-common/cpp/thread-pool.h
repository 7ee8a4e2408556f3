#pragma once
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <thread>
#include <vector>

#include "job.h"

namespace octavo {

/** Threads that help a caller with one job at a time. They start with the first job that wants them. */
class ThreadPool {
 public:
  /** @param threads 1 … 256, the caller's included */
  explicit ThreadPool(int threads) { setThreads(threads); }
  ~ThreadPool() { end(); }
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int threads() const { return size.load(std::memory_order_relaxed); }
  /** Ends the threads when the job that runs is done; from then on callers work alone. */
  void end();
  void setThreads(int threads) { size.store(threads < 1 ? 1 : threads > 256 ? 256 : threads); }

  /** Held while a job runs. A second caller that finds it taken works alone. */
  std::mutex busy;
  /** Does the job on the caller's thread and at most `helpers` others; returns when all of it is done. Needs `busy`. */
  void run(Job& job, int helpers);

 private:
  /** Helpers that the job may still take, in the upper half; helpers at work on it, in the lower. */
  std::atomic<uint32_t> state{0};
  Job* current = nullptr;
  std::atomic<int> size{1};
  std::atomic<bool> ending{false};
  std::atomic<int> sleepers{0};
  std::mutex mutex;
  std::condition_variable wake;
  std::vector<std::thread> helpers;

  /** @param number 1 … */
  void help(size_t number);
  bool hasPlace() const;
  void sleep();
};

/** While it lives, what this thread divides goes to a pool of its own, and this thread counts as one that computes. */
class WorkOn {
 public:
  explicit WorkOn(ThreadPool& pool);
  ~WorkOn();
  WorkOn(const WorkOn&) = delete;
  WorkOn& operator=(const WorkOn&) = delete;

 private:
  ThreadPool* const before;
  const bool first;
};

}  // namespace octavo
