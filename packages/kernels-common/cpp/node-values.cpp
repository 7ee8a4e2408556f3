#include "node-values.h"

namespace octavo {

bool readArray(napi_env env, napi_value value, Argument& out) {
  napi_typedarray_type type;
  size_t length;
  if (napi_get_typedarray_info(env, value, &type, &length, &out.data, nullptr, nullptr) != napi_ok) return false;
  if (length > UINT32_MAX) return false;
  out.length = uint32_t(length);
  out.kind = static_cast<ElementKind>(type == napi_uint8_clamped_array ? napi_uint8_array : type);
  return true;
}

static bool isNull(napi_env env, napi_value value) {
  napi_valuetype type;
  return napi_typeof(env, value, &type) == napi_ok && (type == napi_null || type == napi_undefined);
}

const char* readArgument(napi_env env, ParameterKind parameter, napi_value value, Argument& out) {
  out = {0, nullptr, 0, ElementKind::none};
  if (parameter == ParameterKind::number) {
    return napi_get_value_double(env, value, &out.number) == napi_ok ? nullptr : "a number where the kernel takes one";
  }
  if (readArray(env, value, out)) return nullptr;
  if (parameter == ParameterKind::nullableArray && isNull(env, value)) return nullptr;
  return "a typed array where the kernel takes one";
}

double readNumber(napi_env env, napi_value value) {
  double result = 0;
  napi_get_value_double(env, value, &result);
  return result;
}

napi_value text(napi_env env, const char* characters) {
  napi_value result;
  napi_create_string_utf8(env, characters, NAPI_AUTO_LENGTH, &result);
  return result;
}

napi_value number(napi_env env, double value) {
  napi_value result;
  napi_create_double(env, value, &result);
  return result;
}

void set(napi_env env, napi_value object, const char* name, napi_value value) {
  napi_set_named_property(env, object, name, value);
}

void setFunction(napi_env env, napi_value object, const char* name, napi_callback callback, const void* data) {
  napi_value function;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, const_cast<void*>(data), &function);
  set(env, object, name, function);
}

}  // namespace octavo
