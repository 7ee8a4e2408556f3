#include "blocking.h"
#include "threads.h"

namespace octavo {
namespace {

struct EvenPieces {
  void (*task)(void*, size_t, size_t);
  void* context;
  size_t count, pieces;

  static void run(void* even, size_t begin, size_t end) {
    const auto& [task, context, count, pieces] = *static_cast<EvenPieces*>(even);
    task(context, pieceStart(begin, count, pieces), pieceStart(end, count, pieces));
  }
};

}  // namespace

void runEvenly(size_t count, size_t grain, void (*task)(void*, size_t, size_t), void* context) {
  if (count == 0) return;
  EvenPieces even = {task, context, count, evenPieces(count, grain, sharers())};
  if (even.pieces == 1) return task(context, 0, count);
  runParallel(even.pieces, 1, EvenPieces::run, &even);
}

}  // namespace octavo
