#pragma once
#define NAPI_VERSION 8
#include <node_api.h>

#include "argument.h"

// Values of JavaScript and of C++, for the addon's functions.
namespace octavo {

/** Null, or what was expected in place of the value. */
const char* readArgument(napi_env env, ParameterKind parameter, napi_value value, Argument& out);
/** False if the value is no typed array. */
bool readArray(napi_env env, napi_value value, Argument& out);
/** 0 if the value is no number. */
double readNumber(napi_env env, napi_value value);

napi_value text(napi_env env, const char* characters);
napi_value number(napi_env env, double value);

void set(napi_env env, napi_value object, const char* name, napi_value value);
void setFunction(napi_env env, napi_value object, const char* name, napi_callback callback, const void* data);

/** What a function was called with: missing arguments are undefined. */
template <size_t Count>
struct Arguments {
  napi_value values[Count];
  void* data;
  size_t count = Count;

  Arguments(napi_env env, napi_callback_info info) { napi_get_cb_info(env, info, &count, values, nullptr, &data); }
  napi_value operator[](size_t i) const { return values[i]; }
};

/** An object of C++ behind a value that JavaScript cannot look into; it goes when JavaScript lets go of it. */
template <typename T>
napi_value external(napi_env env, T* object) {
  napi_value result;
  napi_create_external(env, object, [](napi_env, void* data, void*) { delete static_cast<T*>(data); }, nullptr, &result);
  return result;
}

template <typename T>
T& externalOf(napi_env env, napi_value value) {
  void* data = nullptr;
  napi_get_value_external(env, value, &data);
  return *static_cast<T*>(data);
}

}  // namespace octavo
