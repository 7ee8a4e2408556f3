// Nothing: this machine runs the kernels for AVX2 as they are.
