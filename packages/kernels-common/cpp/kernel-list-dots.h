// Kernels that are bound by the integer dot product; they share a layout of weights. A part of kernel-list-products.h.
KERNEL(quantizedConvPackedBytes)
KERNEL(quantizedConvPack)
KERNEL(quantizedConv)
KERNEL(dynamicConv)
