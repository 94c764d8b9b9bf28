// Reverses `count` numbers through dynamic shared memory of 4 * count bytes, one block of THREADS; static shared: 64 bytes.
#include "test_types.cuh"

extern "C" __global__ void __launch_bounds__(THREADS) reverse(u32* numbers, u32 count, u32* first) {
  extern __shared__ u32 held[];
  __shared__ u32 marks[16];
  for (u32 i = threadIdx.x; i < count; i += THREADS) held[i] = numbers[i];
  if (threadIdx.x < 16) marks[threadIdx.x] = threadIdx.x;
  __syncthreads();
  for (u32 i = threadIdx.x; i < count; i += THREADS) numbers[i] = held[count - 1 - i];
  if (threadIdx.x == 0) *first = marks[15];
}
