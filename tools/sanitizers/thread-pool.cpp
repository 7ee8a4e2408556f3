// Thread pools under the thread sanitizer: two threads call kernels on the common pool, as a program and its worker do, two
// more each on pools of their own, as sessions do, which come and go, while the main thread changes the number of threads.
// Whatever happens, results are the bits of a single thread. Made by check-sanitizers.ts.
#include <atomic>
#include <cstdio>
#include <functional>
#include <thread>
#include <vector>

#if defined(__x86_64__)
#define OCTAVO_ISA avx2
#include "vector-avx2.h"
#include "dot-avx2.h"
#include "dots-avx2.h"
#include "depthwise-pairs.h"
#else
#define OCTAVO_ISA neon
#include "vector-neon.h"
#include "dot-neon.h"
#endif

// First, as in kernel-table.h: the others count on it.
#include "unpack.h"

#include "channels.h"
#include "gemm.h"
#include "quantized-conv.h"
#include "requantize.h"
#include "softmax.h"
#include "thread-pool.h"

using namespace octavo;
using namespace octavo::OCTAVO_ISA;

namespace {

template <typename T>
std::vector<T> values(size_t count, T low, T high) {
  static uint32_t state = 1;
  std::vector<T> result(count);
  for (T& value : result) {
    state = state * 1664525 + 1013904223;
    value = T(double(low) + (double(high) - double(low)) * (state >> 8) / double(1 << 24));
  }
  return result;
}

template <typename T> Span<const T> in(const std::vector<T>& array) { return {array.data(), array.size()}; }

template <typename Array, typename Bytes, typename T> Array any(Bytes* data, const std::vector<T>& array, ElementKind kind) {
  Array result;
  result.data = data;
  result.length = array.size();
  result.kind = kind;
  return result;
}

using Bytes = std::vector<uint8_t>;

/** Writes its result into the bytes. */
struct Call {
  const char* name;
  size_t bytes;
  std::function<void(Bytes&)> run;
};

Span<float> floats(Bytes& bytes) { return {reinterpret_cast<float*>(bytes.data()), bytes.size() / sizeof(float)}; }
Output8 bytes8(Bytes& bytes) { return any<Output8>(static_cast<void*>(bytes.data()), bytes, ElementKind::uint8); }

/** One kernel of each way to divide work; all are large enough for several pieces. */
std::vector<Call> calls() {
  static const auto a = values<float>(160 * 96, -1, 1), b = values<float>(96 * 80, -1, 1);
  static const auto rows = values<float>(600 * 64, -2, 2);
  static const auto x = values<uint8_t>(2 * 20 * 20 * 24, 0, 255);
  static const auto weights = values<int8_t>(40 * 9 * 24, -127, 127);
  static const auto multiplier = values<float>(64, 1e-4f, 1e-3f), bias = values<float>(64, -100, 100);
  static const auto sums = values<int32_t>(600 * 64, -200000, 200000);
  static const std::vector<int32_t> zeros(40);
  static const ConvShape shape{2, 24, 40, 1, {1, 20, 20}, {1, 20, 20}, {1, 3, 3}, {1, 1, 1}, {0, 1, 1}, {1, 1, 1}};
  const auto weight = any<Input8>(static_cast<const void*>(weights.data()), weights, ElementKind::int8);
  static Bytes packed(size_t(quantizedConvPackedBytes(weight, in(zeros), shape, 7, 0, 255)));
  quantizedConvPack(weight, in(zeros), {packed.data(), packed.size()}, shape, 7, 0, 255);
  static const auto channels40 = std::vector<float>(multiplier.begin(), multiplier.begin() + 40);
  const auto floatBias = [](const std::vector<float>& array) {
    return any<Bias>(static_cast<const void*>(array.data()), array, ElementKind::float32);
  };
  return {
      {"gemm", 160 * 80 * sizeof(float),
       [](Bytes& y) { gemm(in(a), in(b), {}, floats(y), {1, 160, 80, 96, 0, 0, 0, 0, 0, 0}); }},
      {"softmax", 600 * 64 * sizeof(float), [](Bytes& y) { softmax(in(rows), floats(y), 600, 64); }},
      {"channelMoments", 4 * 64 * sizeof(float),
       [](Bytes& y) {
         float* const to = floats(y).data;
         channelMoments(in(rows), {to, 64}, {to + 64, 64}, {to + 128, 64}, {to + 192, 64}, 600, 64);
       }},
      {"requantize", 600 * 64,
       [=](Bytes& y) { requantize(in(sums), floatBias(bias), in(multiplier), bytes8(y), 600, 64, 3, 0, 255); }},
      {"quantizedConv", 2 * 20 * 20 * 40,
       [=](Bytes& y) {
         quantizedConv(any<Input8>(static_cast<const void*>(x.data()), x, ElementKind::uint8), {packed.data(), packed.size()},
                       floatBias(channels40), in(channels40), bytes8(y), shape, 7, 3, 0, 255);
       }},
  };
}

}  // namespace

int main() {
  const std::vector<Call> all = calls();
  std::vector<Bytes> expected;
  setThreadCount(1);
  for (const Call& call : all) call.run(expected.emplace_back(call.bytes));
  if (const char* failure = takeFailure()) return std::printf("refused: expected %s\n", failure), 1;

  std::atomic<int> wrong{0}, running{5};
  const auto round = [&] {
    for (size_t i = 0; i < all.size(); ++i) {
      Bytes y(all[i].bytes);
      all[i].run(y);
      if (y != expected[i] && wrong.fetch_add(1) == 0) std::printf("%s differs from a single thread\n", all[i].name);
    }
  };
  const auto caller = [&] {
    for (int i = 0; i < 20; ++i) round();
    running.fetch_sub(1);
  };
  const auto session = [&] {
    for (int life = 0; life < 4; ++life) {
      ThreadPool pool(3 * life + 1);
      for (int i = 0; i < 5; ++i) {
        const WorkOn own(pool);
        round();
      }
      pool.end();
      round();
    }
    running.fetch_sub(1);
  };
  // More threads than a job has shares.
  const auto crowd = [&] {
    ThreadPool pool(40);
    for (int i = 0; i < 2; ++i) {
      const WorkOn own(pool);
      round();
    }
    pool.end();
    running.fetch_sub(1);
  };
  std::thread threads[] = {std::thread(crowd), std::thread(caller), std::thread(caller), std::thread(session), std::thread(session)};
  for (int count = 1; running.load() > 0; count = count % 8 + 1) {
    setThreadCount(count);
    std::this_thread::yield();
  }
  for (std::thread& thread : threads) thread.join();
  if (wrong.load() == 0) std::printf("%zu kernels, the same bits with 1 to 40 threads, on one pool and on several\n", all.size());
  return wrong.load() == 0 ? 0 : 1;
}
