#pragma once
#include "argument.h"

namespace octavo {

/** A typed array: pointer and number of elements. */
template <typename T>
struct Span {
  T* data;
  size_t length;
  T& operator[](size_t i) const { return data[i]; }
};

/** As `Span`, where JavaScript may pass null: then `data` is null and `length` 0. */
template <typename T>
struct OptionalSpan : Span<T> {
  explicit operator bool() const { return this->data != nullptr; }
};

constexpr size_t elementBytes(ElementKind kind) {
  switch (kind) {
    case ElementKind::int8:
    case ElementKind::uint8: return 1;
    case ElementKind::int16:
    case ElementKind::uint16: return 2;
    case ElementKind::float64:
    case ElementKind::bigint64: return 8;
    default: return 4;
  }
}

/** A typed array of any element type. `Bytes` is void or const void. */
template <typename Bytes>
struct AnyArray {
  Bytes* data;
  size_t length;
  ElementKind kind;
  size_t bytesPerElement() const { return elementBytes(kind); }
};
using AnyInput = AnyArray<const void>;
using AnyOutput = AnyArray<void>;

/** Uint8Array or Int8Array: a quint8 or qint8 tensor. */
template <typename Bytes>
struct Array8 : AnyArray<Bytes> {};
using Input8 = Array8<const void>;
using Output8 = Array8<void>;

/** Uint8Array, Int8Array or Int32Array: any quantized tensor. */
template <typename Bytes>
struct ArrayInt : AnyArray<Bytes> {};
using InputInt = ArrayInt<const void>;
using OutputInt = ArrayInt<void>;

/** Float32Array or Int32Array: the two kinds of bias of a requantization. */
struct Bias : AnyArray<const void> {
  const float* floats() const { return kind == ElementKind::float32 ? static_cast<const float*>(data) : nullptr; }
  const int32_t* integers() const { return kind == ElementKind::int32 ? static_cast<const int32_t*>(data) : nullptr; }
};

}  // namespace octavo
