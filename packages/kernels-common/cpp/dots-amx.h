#pragma once
#include "ahead.h"
#include "dot.h"

// AMX beside AVX-512 with VNNI: tdpbusd multiplies matrices of bytes, 16 rows of 64 by 64 × 16, and adds to 16 × 16 int32.
// vpdpwssd adds two products of int16. See dots-scalar.h for what each operation means.
#define OCTAVO_BYTE_DOT
// Products of bytes are `MatrixDot`'s, by matrices; there is no `dot` of one step.
#define OCTAVO_MATRIX_DOT

namespace octavo::OCTAVO_ISA {

inline IntVector dot(Dot a, Dot b, IntVector sum) { return {_mm512_dpwssd_epi32(sum.v, a.v, b.v)}; }

/** Panels are as for VNNI: 16 steps of a vector of columns are a matrix, whose rows lie a step of the panel apart. */
struct ByteDot : ByteOperand {
  static constexpr int32_t least = 0, largest = 255;
  static constexpr size_t together = 16;
  /**
   * Not measured: a sixteenth of `vpdpwssd`'s time in registers, and gathering costs what it did. Up to 0.28 no method of Winograd's
   * is taken, of which the fastest has a quarter of the products.
   */
  static constexpr double cost = 0.2;
};

/** Sums of 2 × 2 matrices in the tile registers, which this thread has while it exists. */
class MatrixDot {
 public:
  /** Most rows of a matrix of activations or sums, and most steps of depth of one of activations or weights. */
  static constexpr size_t rows = 16, steps = ByteDot::together;
  static constexpr size_t stepBytes = 4, columns = Vector::width;
  using Sums = int32_t[2 * rows][2 * columns];

  /** Two matrices of 4-byte elements, whose rows lie `stride` bytes apart. */
  struct Pair {
    const void *first, *second;
    size_t stride;
    void move(size_t bytes) {
      first = static_cast<const char*>(first) + bytes;
      second = static_cast<const char*>(second) + bytes;
    }
  };

  /** Matrices of so many rows and steps: each at most as many as there may be. */
  MatrixDot(size_t height, size_t depth) {
    // What ldtilecfg reads: Intel's Software Developer's Manual, volume 2.
    struct alignas(64) {
      uint8_t palette = 1, startRow = 0, reserved[14] = {};
      uint16_t rowBytes[16] = {};
      uint8_t rows[16] = {};
    } shapes;
    const auto shape = [&](size_t at, size_t matrixRows, size_t rowBytes) {
      shapes.rowBytes[at] = uint16_t(rowBytes);
      shapes.rows[at] = uint8_t(matrixRows);
    };
    for (size_t sums = 0; sums < 4; ++sums) shape(sums, height, columns * sizeof(int32_t));
    for (size_t left = 4; left < 6; ++left) shape(left, height, depth * stepBytes);
    for (size_t right = 6; right < 8; ++right) shape(right, depth, columns * stepBytes);
    remember(&shapes);
    _tile_loadconfig(&shapes);
  }
  /** Before the thread sleeps: tiles in use would be saved with each change of threads, and keep a core from its deeper sleeps. */
  ~MatrixDot() { _tile_release(); }
  MatrixDot(const MatrixDot&) = delete;
  MatrixDot& operator=(const MatrixDot&) = delete;

  /** Sums begin with an int32 for each column. */
  void start(const int32_t* first, const int32_t* second) {
    remember(first);
    _tile_loadd(0, first, 0);
    _tile_loadd(1, second, 0);
    _tile_loadd(2, first, 0);
    _tile_loadd(3, second, 0);
  }

  /**
   * Adds products of `count` neighbouring matrices of rows with as many of columns. Of the four multiplications one begins every 16
   * cycles and ends after 52, so that none waits for its sums; the four loads take 32 cycles of the 64 (Intel's Optimization Reference
   * Manual, chapter on AMX). One matrix of rows by four of columns would need five loads.
   */
  void add(size_t count, Pair left, size_t leftMove, Pair right, size_t rightMove, Ahead& ahead) {
    for (; count > 0; --count, left.move(leftMove), right.move(rightMove)) {
      OCTAVO_UNROLL
      for (size_t i = 0; i < steps; ++i) ahead.step();
      _tile_loadd(6, right.first, right.stride);
      _tile_loadd(4, left.first, left.stride);
      _tile_dpbusd(0, 4, 6);
      _tile_loadd(7, right.second, right.stride);
      _tile_dpbusd(1, 4, 7);
      _tile_loadd(5, left.second, left.stride);
      _tile_dpbusd(2, 5, 6);
      _tile_dpbusd(3, 5, 7);
    }
  }

  void store(Sums& sums) {
    constexpr size_t stride = sizeof(sums[0]);
    _tile_stored(0, sums[0], stride);
    _tile_stored(1, sums[0] + columns, stride);
    _tile_stored(2, sums[rows], stride);
    _tile_stored(3, sums[rows] + columns, stride);
  }

 private:
  /** Compilers do not know that tiles are loaded from memory: all that was written before shall be there. */
  static void remember(const void* p) { __asm__ volatile("" : : "r"(p) : "memory"); }
};

}  // namespace octavo::OCTAVO_ISA
