// destination[i] = source[i] * factor + ADDEND for i < count; one thread an element, THREADS a block.
#include "test_types.cuh"

#ifndef ADDEND
#define ADDEND 0.0f
#endif

extern "C" __global__ void __launch_bounds__(THREADS) scale_add(const f32* source, f32* destination, f32 factor, u32 count) {
  u32 i = blockIdx.x * THREADS + threadIdx.x;
  if (i < count) destination[i] = __fmaf_rn(source[i], factor, ADDEND);
}

// Adds one to a single number; launched many times it counts launches.
extern "C" __global__ void increment(u32* counter) {
  if (threadIdx.x == 0) *counter += 1;
}

// Writes past the end of what it is given.
extern "C" __global__ void overrun(f32* destination, u64 element) {
  if (threadIdx.x == 0) destination[element] = 1.0f;
}
