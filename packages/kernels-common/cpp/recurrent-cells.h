#pragma once
#include "each-row.h"
#include "unary.h"

// One step of recurrent layers over (rows, columns) states, and its gradient. The gates of a row lie side by side.
namespace octavo::OCTAVO_ISA {

#define OCTAVO_EXPECT_STATES(...)                                                              \
  for (const size_t length : {__VA_ARGS__})                                                    \
    OCTAVO_EXPECT(length >= rows * columns, "arrays of at least rows × columns elements")
#define OCTAVO_EXPECT_GATES(count, array) \
  OCTAVO_EXPECT(array.length >= rows * columns * count, "arrays of at least rows × gates · columns elements")

/** x = f(x), by the very code of `unary`. */
inline void apply(UnaryOp f, float* x, size_t count) {
  unaryForward.entries[static_cast<int32_t>(f)]({x, count}, {x, count}, 0, 0);
}

/** Of y = σ(x): y (1 − y) dy. */
template <typename V> V throughSigmoid(V y, V dy) { return dy * y * (V::broadcast(1) - y); }
/** Of y = tanh(x): (1 − y²) dy. */
template <typename V> V throughTanh(V y, V dy) { return dy * (V::broadcast(1) - y * y); }

void lstmCell(Span<float> gates, Span<const float> previousCell, Span<float> cell, Span<float> tanhCell,
              Span<float> hidden, size_t rows, size_t columns) {
  OCTAVO_EXPECT_GATES(4, gates);
  OCTAVO_EXPECT_STATES(previousCell.length, cell.length, tanhCell.length, hidden.length);
  eachRow(rows, columns, doubleGrain / 4, [=](size_t start) {
    float *const i = gates.data + 4 * start, *const f = i + columns, *const g = f + columns, *const o = g + columns;
    apply(UnaryOp::sigmoid, i, 2 * columns);
    apply(UnaryOp::tanh, g, columns);
    apply(UnaryOp::sigmoid, o, columns);
    const float* const before = previousCell.data + start;
    float *const after = cell.data + start, *const bent = tanhCell.data + start, *const to = hidden.data + start;
    eachVector(0, columns, [=](auto lanes, size_t c) {
      using V = decltype(lanes);
      const V kept = V::load(f + c) * V::load(before + c) + V::load(i + c) * V::load(g + c);
      kept.store(after + c);
      kept.store(bent + c);
    });
    apply(UnaryOp::tanh, bent, columns);
    eachVector(0, columns, [=](auto lanes, size_t c) {
      using V = decltype(lanes);
      (V::load(o + c) * V::load(bent + c)).store(to + c);
    });
  });
}

void lstmCellGradient(Span<const float> gates, Span<const float> previousCell, Span<const float> tanhCell,
                      Span<const float> dOutput, Span<const float> dHidden, Span<float> dCell, Span<float> dGates,
                      size_t rows, size_t columns) {
  OCTAVO_EXPECT_GATES(4, gates);
  OCTAVO_EXPECT_GATES(4, dGates);
  OCTAVO_EXPECT_STATES(previousCell.length, tanhCell.length, dOutput.length, dHidden.length, dCell.length);
  eachRow(rows, columns, elementGrain / 4, [=](size_t start) {
    const float *const i = gates.data + 4 * start, *const f = i + columns, *const g = f + columns, *const o = g + columns;
    const float *const before = previousCell.data + start, *const bent = tanhCell.data + start;
    const float *const given = dOutput.data + start, *const later = dHidden.data + start;
    float *const ofCell = dCell.data + start, *const to = dGates.data + 4 * start;
    eachVector(0, columns, [=](auto lanes, size_t c) {
      using V = decltype(lanes);
      const V input = V::load(i + c), forget = V::load(f + c), candidate = V::load(g + c), output = V::load(o + c);
      const V own = V::load(given + c) + V::load(later + c), curve = V::load(bent + c);
      const V through = V::load(ofCell + c) + throughTanh(curve, own * output);
      throughSigmoid(input, through * candidate).store(to + c);
      throughSigmoid(forget, through * V::load(before + c)).store(to + columns + c);
      throughTanh(candidate, through * input).store(to + 2 * columns + c);
      throughSigmoid(output, own * curve).store(to + 3 * columns + c);
      (through * forget).store(ofCell + c);
    });
  });
}

void gruCell(Span<float> gates, Span<const float> fromHidden, Span<const float> previous, Span<float> hidden, size_t rows,
             size_t columns) {
  OCTAVO_EXPECT_GATES(3, gates);
  OCTAVO_EXPECT_GATES(3, fromHidden);
  OCTAVO_EXPECT_STATES(previous.length, hidden.length);
  eachRow(rows, columns, doubleGrain / 4, [=](size_t start) {
    float *const r = gates.data + 3 * start, *const z = r + columns, *const n = z + columns;
    const float *const added = fromHidden.data + 3 * start, *const q = added + 2 * columns;
    const float* const before = previous.data + start;
    float* const to = hidden.data + start;
    eachVector(0, 2 * columns, [=](auto lanes, size_t c) {
      using V = decltype(lanes);
      (V::load(r + c) + V::load(added + c)).store(r + c);
    });
    apply(UnaryOp::sigmoid, r, 2 * columns);
    eachVector(0, columns, [=](auto lanes, size_t c) {
      using V = decltype(lanes);
      (V::load(n + c) + V::load(r + c) * V::load(q + c)).store(n + c);
    });
    apply(UnaryOp::tanh, n, columns);
    eachVector(0, columns, [=](auto lanes, size_t c) {
      using V = decltype(lanes);
      const V candidate = V::load(n + c);
      (candidate + V::load(z + c) * (V::load(before + c) - candidate)).store(to + c);
    });
  });
}

void gruCellGradient(Span<const float> gates, Span<const float> fromHidden, Span<const float> previous,
                     Span<const float> dOutput, Span<float> dHidden, Span<float> dGates, Span<float> dFromHidden,
                     size_t rows, size_t columns) {
  OCTAVO_EXPECT_GATES(3, gates);
  OCTAVO_EXPECT_GATES(3, fromHidden);
  OCTAVO_EXPECT_GATES(3, dGates);
  OCTAVO_EXPECT_GATES(3, dFromHidden);
  OCTAVO_EXPECT_STATES(previous.length, dOutput.length, dHidden.length);
  eachRow(rows, columns, elementGrain / 4, [=](size_t start) {
    const float *const r = gates.data + 3 * start, *const z = r + columns, *const n = z + columns;
    const float *const q = fromHidden.data + 3 * start + 2 * columns, *const before = previous.data + start;
    const float* const given = dOutput.data + start;
    float *const state = dHidden.data + start, *const to = dGates.data + 3 * start, *const apart = dFromHidden.data + 3 * start;
    eachVector(0, columns, [=](auto lanes, size_t c) {
      using V = decltype(lanes);
      const V reset = V::load(r + c), update = V::load(z + c), candidate = V::load(n + c);
      const V own = V::load(given + c) + V::load(state + c), kept = own * update;
      const V ofUpdate = throughSigmoid(update, own * (V::load(before + c) - candidate));
      const V ofCandidate = throughTanh(candidate, own - kept);
      const V ofReset = throughSigmoid(reset, ofCandidate * V::load(q + c));
      ofReset.store(to + c);
      ofReset.store(apart + c);
      ofUpdate.store(to + columns + c);
      ofUpdate.store(apart + columns + c);
      ofCandidate.store(to + 2 * columns + c);
      (ofCandidate * reset).store(apart + 2 * columns + c);
      kept.store(state + c);
    });
  });
}

#undef OCTAVO_EXPECT_STATES
#undef OCTAVO_EXPECT_GATES

}  // namespace octavo::OCTAVO_ISA
