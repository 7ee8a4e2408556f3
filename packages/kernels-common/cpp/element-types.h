#pragma once
#include <type_traits>

#include "span.h"

namespace octavo::OCTAVO_ISA {

template <typename T> inline T* pointerTo(void* data) { return static_cast<T*>(data); }
template <typename T> inline const T* pointerTo(const void* data) { return static_cast<const T*>(data); }

/** `body(pointer)` with the array's elements as their own type: quantized integers of 8 or 32 bits. */
template <typename Bytes, typename Body>
inline void withElements(const ArrayInt<Bytes>& array, const Body& body) {
  if (array.kind == ElementKind::uint8) return body(pointerTo<uint8_t>(array.data));
  if (array.kind == ElementKind::int8) return body(pointerTo<int8_t>(array.data));
  body(pointerTo<int32_t>(array.data));
}

template <typename Bytes, typename Body>
inline void withElements(const Array8<Bytes>& array, const Body& body) {
  if (array.kind == ElementKind::uint8) return body(pointerTo<uint8_t>(array.data));
  body(pointerTo<int8_t>(array.data));
}

}  // namespace octavo::OCTAVO_ISA
