#pragma once
#include <type_traits>
#include <utility>

#include "argument.h"
#include "failure.h"
#include "shapes.h"
#include "span.h"

// Turns a C++ function with typed parameters into a `KernelEntry`. Compiled once per instruction set, hence the namespace.
namespace octavo::OCTAVO_ISA {

template <typename T> constexpr ElementKind kindOf = ElementKind::none;
template <> constexpr ElementKind kindOf<int8_t> = ElementKind::int8;
template <> constexpr ElementKind kindOf<uint8_t> = ElementKind::uint8;
template <> constexpr ElementKind kindOf<int32_t> = ElementKind::int32;
template <> constexpr ElementKind kindOf<float> = ElementKind::float32;

constexpr bool is8(ElementKind kind) { return kind == ElementKind::int8 || kind == ElementKind::uint8; }

/** One parameter type: what it is to a binding, whether an argument fits it, and its value. */
template <typename T> struct Unpack;

template <typename T> requires std::is_arithmetic_v<T>
struct Unpack<T> {
  static constexpr ParameterKind parameter = ParameterKind::number;
  static bool accepts(const Argument& a) { return a.kind == ElementKind::none && a.data == nullptr; }
  static T value(const Argument& a) { return static_cast<T>(a.number); }
};

template <typename T> requires std::is_enum_v<T>
struct Unpack<T> : Unpack<int32_t> {
  static T value(const Argument& a) { return static_cast<T>(static_cast<int32_t>(a.number)); }
};

template <typename T> struct Unpack<Span<T>> {
  static constexpr ParameterKind parameter = ParameterKind::array;
  static bool accepts(const Argument& a) { return a.kind == kindOf<std::remove_const_t<T>>; }
  static Span<T> value(const Argument& a) { return {static_cast<T*>(a.data), a.length}; }
};

template <typename T> struct Unpack<OptionalSpan<T>> {
  static constexpr ParameterKind parameter = ParameterKind::nullableArray;
  static bool accepts(const Argument& a) {
    return Unpack<Span<T>>::accepts(a) || (a.kind == ElementKind::none && a.data == nullptr);
  }
  static OptionalSpan<T> value(const Argument& a) {
    if (a.kind == ElementKind::none) return {{nullptr, 0}};
    return {{static_cast<T*>(a.data), a.length}};
  }
};

/** Arrays whose element type is known at run time only. */
template <typename T, bool (*fits)(ElementKind)> struct UnpackAny {
  static constexpr ParameterKind parameter = ParameterKind::array;
  static bool accepts(const Argument& a) { return fits(a.kind); }
  static T value(const Argument& a) {
    T array;
    array.data = a.data;
    array.length = a.length;
    array.kind = a.kind;
    return array;
  }
};
constexpr bool isArray(ElementKind kind) { return kind != ElementKind::none; }
constexpr bool isInt(ElementKind kind) { return is8(kind) || kind == ElementKind::int32; }
constexpr bool isBias(ElementKind kind) { return kind == ElementKind::float32 || kind == ElementKind::int32; }
template <typename B> struct Unpack<AnyArray<B>> : UnpackAny<AnyArray<B>, isArray> {};
template <typename B> struct Unpack<Array8<B>> : UnpackAny<Array8<B>, is8> {};
template <typename B> struct Unpack<ArrayInt<B>> : UnpackAny<ArrayInt<B>, isInt> {};
template <> struct Unpack<Bias> : UnpackAny<Bias, isBias> {};

/** Shapes of fixed size: the packed array is the struct. */
template <typename T> requires std::is_same_v<T, ConvShape> || std::is_same_v<T, PoolShape> ||
    std::is_same_v<T, GemmShape> || std::is_same_v<T, ResampleShape> || std::is_same_v<T, ChannelBlocks>
struct Unpack<const T&> {
  static constexpr ParameterKind parameter = ParameterKind::array;
  static bool accepts(const Argument& a) {
    return a.kind == ElementKind::int32 && a.length * sizeof(int32_t) == sizeof(T);
  }
  static const T& value(const Argument& a) { return *static_cast<const T*>(a.data); }
};

template <> struct Unpack<Region> {
  static constexpr ParameterKind parameter = ParameterKind::array;
  static bool accepts(const Argument& a) {
    if (a.kind != ElementKind::int32 || a.length < 3) return false;
    const int32_t rank = *static_cast<const int32_t*>(a.data);
    return rank >= 0 && rank <= maxRank && a.length == 3 + 3 * uint32_t(rank);
  }
  static Region value(const Argument& a) {
    const auto* p = static_cast<const int32_t*>(a.data);
    return {p[0], p[1], p[2], p + 3, p + 3 + p[0], p + 3 + 2 * p[0]};
  }
};

template <> struct Unpack<Broadcast> {
  static constexpr ParameterKind parameter = ParameterKind::array;
  static bool accepts(const Argument& a) {
    if (a.kind != ElementKind::int32 || a.length < 1) return false;
    const int32_t rank = *static_cast<const int32_t*>(a.data);
    return rank >= 0 && rank <= maxRank && a.length == 1 + 3 * uint32_t(rank);
  }
  static Broadcast value(const Argument& a) {
    const auto* p = static_cast<const int32_t*>(a.data);
    return {p[0], p + 1, p + 1 + p[0], p + 1 + 2 * p[0]};
  }
};

/** The entry of one kernel. */
template <auto kernel> struct Entry;

template <typename Result, typename... Parameters, Result (*kernel)(Parameters...)>
struct Entry<kernel> {
  static constexpr uint32_t arity = sizeof...(Parameters);
  static_assert(arity <= maxArity);
  static constexpr ParameterKind parameters[arity] = {Unpack<Parameters>::parameter...};

  static double call(const Argument* arguments) { return call(arguments, std::make_index_sequence<arity>()); }

 private:
  template <size_t... I>
  static double call(const Argument* arguments, std::index_sequence<I...>) {
    if (!(Unpack<Parameters>::accepts(arguments[I]) && ...)) {
      fail("arrays of the element types that the kernel declares");
      return 0;
    }
    if constexpr (std::is_void_v<Result>) {
      kernel(Unpack<Parameters>::value(arguments[I])...);
      return 0;
    } else {
      return static_cast<double>(kernel(Unpack<Parameters>::value(arguments[I])...));
    }
  }
};

}  // namespace octavo::OCTAVO_ISA
