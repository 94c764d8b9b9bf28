// residual[t] = wte[token[t]] + wpe[position[t]] for a batch of any mixture of sequences.
// Grid: T blocks of 256 threads. residual f32 [T][WIDTH]; wpe f32 [context][WIDTH]; wte as any matrix, its rows padded to 16 bytes.
#include "device.cuh"
#include "model.cuh"

extern "C" __global__ void __launch_bounds__(256) KERNEL(embed)(
    const int* __restrict__ tokens, const int* __restrict__ positions, const weight* __restrict__ wte,
    const f32* __restrict__ wte_scales, const f32* __restrict__ wpe, f32* __restrict__ residual) {
  const int t = blockIdx.x, token = tokens[t];
  const i64 position = positions[t];
  for (int i = threadIdx.x; i < WIDTH; i += 256)
    residual[(i64)t * WIDTH + i] = embedding(wte, wte_scales, token, i) + wpe[position * WIDTH + i];
}
