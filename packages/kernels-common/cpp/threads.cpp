#include "threads.h"

#include "cores.h"
#include "thread-pool.h"

namespace octavo {
namespace {

/** For callers without a pool of their own. Never destroyed: its threads may outlive static destructors. */
ThreadPool& commonPool() {
  static ThreadPool* const instance = new ThreadPool(1);
  return *instance;
}

thread_local ThreadPool* ownPool = nullptr;
thread_local bool insidePiece = false;

/** The pool that shares this thread's work. */
ThreadPool& pool() { return ownPool ? *ownPool : commonPool(); }

/** Threads that compute now, in all pools of the process. */
std::atomic<int> computing{0};
/** Whether this thread is one of them. */
thread_local bool isComputing = false;

/** @returns whether this thread did not compute before. */
bool startComputing() {
  const bool first = !isComputing;
  if (first) computing.fetch_add(1);
  isComputing = true;
  return first;
}

void stopComputing(bool first) {
  if (!first) return;
  isComputing = false;
  computing.fetch_sub(1);
}

/** Counts helpers in, fewer than wanted where other pools keep the cores busy: they would only wait for each other. */
int claimHelpers(int wanted, int limit) {
  int now = computing.load(), granted;
  do {
    const int free = limit > now ? limit - now : 0;
    granted = wanted < free ? wanted : free;
  } while (!computing.compare_exchange_weak(now, now + granted));
  return granted;
}

/** What a job calls, on whichever thread: a piece that divides its own work does all of it itself. */
struct Pieces {
  void (*task)(void*, size_t, size_t);
  void* context;

  static void run(void* pieces, size_t begin, size_t end) {
    insidePiece = true;
    const auto& [task, context] = *static_cast<Pieces*>(pieces);
    task(context, begin, end);
    insidePiece = false;
  }
};

}  // namespace

WorkOn::WorkOn(ThreadPool& pool) : before(ownPool), first(startComputing()) { ownPool = &pool; }

WorkOn::~WorkOn() {
  stopComputing(first);
  ownPool = before;
}

int threadCount() { return commonPool().threads(); }

void setThreadCount(int count) { commonPool().setThreads(count); }

size_t sharers() { return insidePiece ? 1 : size_t(pool().threads()); }

void runParallel(size_t count, size_t grain, void (*task)(void*, size_t, size_t), void* context) {
  ThreadPool& helping = pool();
  const size_t pieces = divideUp(count, grain), threads = sharers();
  if (pieces < 2 || threads < 2 || !helping.busy.try_lock()) return Job(task, context, count, grain, 1).work(0);
  const std::lock_guard lock(helping.busy, std::adopt_lock);
  const bool first = startComputing();
  const int wanted = int(smallest(pieces, threads)) - 1;
  const int helpers = claimHelpers(wanted, int(largest(threads, size_t(coreCount()))));
  Pieces inside{task, context};
  Job job(Pieces::run, &inside, count, grain, size_t(helpers) + 1);
  helping.run(job, helpers);
  computing.fetch_sub(helpers);
  stopComputing(first);
}

}  // namespace octavo
