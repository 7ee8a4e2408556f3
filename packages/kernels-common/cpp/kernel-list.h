// Every kernel: the name in `Kernels` of @octavo/spec, which is also the C++ function's. The order is the index.
// A kernel is a function with typed parameters in the header included by kernel-table.h, plus one line here.
KERNEL(unary)
KERNEL(unaryGradient)
KERNEL(accumulate)
KERNEL(gemm)
KERNEL(conv)
KERNEL(convInputGradient)
KERNEL(convWeightGradient)
KERNEL(quantizedConvPackedBytes)
KERNEL(quantizedConvPack)
KERNEL(quantizedConv)
KERNEL(quantizedConvTranspose)
