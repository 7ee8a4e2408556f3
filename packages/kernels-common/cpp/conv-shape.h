#pragma once
#include "shapes.h"

// Facts about a convolution's shape.
namespace octavo {

/** One filter per channel: the direct kernels run. */
inline bool isDepthwise(const ConvShape& s) {
  return s.groups > 1 && s.groups == s.inChannels && s.groups == s.outChannels;
}

inline size_t inElements(const ConvShape& s) {
  return size_t(s.batch) * s.inSize.volume() * size_t(s.inChannels);
}
inline size_t outElements(const ConvShape& s) {
  return size_t(s.batch) * s.outSize.volume() * size_t(s.outChannels);
}
/** Inputs of one output channel: taps × channels of its group. */
inline size_t filterElements(const ConvShape& s) {
  return s.kernel.volume() * size_t(s.inChannels / s.groups);
}
inline size_t weightElements(const ConvShape& s) { return size_t(s.outChannels) * filterElements(s); }

inline bool isPositive(const Spatial& s) { return s.depth > 0 && s.height > 0 && s.width > 0; }

/** Whether the numbers make sense together; sizes of arrays are checked beside it. */
inline bool isValid(const ConvShape& s) {
  return s.batch >= 0 && s.inChannels > 0 && s.outChannels > 0 && s.groups > 0 &&
         s.inChannels % s.groups == 0 && s.outChannels % s.groups == 0 && isPositive(s.inSize) &&
         isPositive(s.outSize) && isPositive(s.kernel) && isPositive(s.stride) && isPositive(s.dilation);
}

}  // namespace octavo
