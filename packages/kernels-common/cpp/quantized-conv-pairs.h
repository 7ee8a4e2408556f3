#pragma once
#include <cstddef>
#include <cstdint>

#include "blocking.h"
#include "workspace.h"

// Products of bytes in pairs. The steps of a panel come in an order of their own: first pairs of them whose products, sums of
// two in int16, fit int16 together, whatever the activations are; then those that found no partner.
namespace octavo::OCTAVO_ISA {

/** Runs of activations that a filter meets: `length` of them each, the beginnings of two runs `stride` apart. */
struct Runs {
  size_t length, stride;
  /** A single one. */
  static Runs one(size_t length) { return {length, 0}; }
  /** Where what a filter's value k meets lies, counted from the first. */
  size_t offset(size_t k) const { return k / length * stride + k % length; }
};

/** What such a panel begins with. */
class StepOrder {
  const uint32_t* words;

 public:
  /** Whole lines of the cache. */
  static constexpr size_t bytes(size_t steps) { return roundUp((1 + steps) * sizeof(uint32_t), 64); }
  static void write(size_t steps, size_t depth, Runs runs, size_t paired, const size_t* order, void* panel) {
    auto* const to = static_cast<uint32_t*>(panel);
    to[0] = uint32_t(paired);
    for (size_t i = 0; i < steps; ++i) to[1 + i] = uint32_t(runs.offset(order[i] * depth));
  }

  explicit StepOrder(const void* panel) : words(static_cast<const uint32_t*>(panel)) {}
  /** How many steps are in pairs. */
  size_t paired() const { return words[0]; }
  /** Where the activations of each step begin in a row. */
  const uint32_t* offsets() const { return words + 1; }
};

/** Finds pairs among the steps of one panel of four weights for each column. */
class StepPairs {
  /** What four weights of one sign may add up to, met by activations of at most 127: 127 · 258 < 2¹⁵. */
  static constexpr int16_t largestSum = INT16_MAX / 127;
  /** Steps that wait for a partner: so few that each is tried, so many that among usual weights one fits. */
  static constexpr size_t waiting = 32;
  size_t steps, lanes;
  /** Of each step, for each pair of weights the sums of the positive ones, then those of the negative ones. */
  Workspace<int16_t> sums;

 public:
  StepPairs(size_t count, size_t columns, const uint8_t* panel) : steps(count), lanes(2 * columns), sums(count * 2 * lanes) {
    const auto* weights = reinterpret_cast<const int8_t*>(panel);
    int16_t* to = sums.data();
    for (size_t step = 0; step < steps; ++step, weights += 2 * lanes, to += 2 * lanes) {
      for (size_t i = 0; i < lanes; ++i) {
        const int16_t first = weights[2 * i], second = weights[2 * i + 1];
        const int16_t positive = int16_t((first > 0 ? first : 0) + (second > 0 ? second : 0));
        to[i] = positive;
        to[lanes + i] = int16_t(positive - first - second);
      }
    }
  }

  /** Writes all steps, pairs first; returns how many are in pairs. */
  size_t order(size_t* to) const {
    const Workspace<size_t> alone(steps);
    size_t open[waiting], opened = 0, paired = 0, left = 0;
    for (size_t step = 0; step < steps; ++step) {
      size_t i = 0;
      while (i < opened && !fit(open[i], step)) ++i;
      if (i < opened) {
        to[paired++] = open[i];
        to[paired++] = step;
        open[i] = open[--opened];
      } else if (opened < waiting) {
        open[opened++] = step;
      } else {
        alone.data()[left++] = step;
      }
    }
    for (size_t i = 0; i < opened; ++i) to[paired + i] = open[i];
    for (size_t i = 0; i < left; ++i) to[paired + opened + i] = alone.data()[i];
    return paired;
  }

 private:
  bool fit(size_t step, size_t other) const {
    const int16_t *const a = sums.data() + step * 2 * lanes, *const b = sums.data() + other * 2 * lanes;
    int16_t worst = 0;
    for (size_t i = 0; i < 2 * lanes; ++i) {
      const int16_t sum = int16_t(a[i] + b[i]);
      worst = sum > worst ? sum : worst;
    }
    return worst <= largestSum;
  }
};

}  // namespace octavo::OCTAVO_ISA
