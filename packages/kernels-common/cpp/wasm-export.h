#pragma once

/** Before a function that JavaScript calls by this name. */
#define OCTAVO_EXPORT(name) extern "C" __attribute__((export_name(#name)))
