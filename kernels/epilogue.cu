// What follows a cuBLAS product and is not another one. Products are f32 [T][N] without their bias.
//
// store_qkv   product [T][3 WIDTH] plus bias: queries to q [T][WIDTH], keys and values into each token's cache slot
// bias_gelu   product [T][INNER] plus bias, GELU, in the type of the next product
//
// Grid: T blocks of 256 threads.
#include "device.cuh"
#include "model.cuh"

extern "C" __global__ void __launch_bounds__(256) KERNEL(store_qkv)(
    const f32* __restrict__ product, const f32* __restrict__ bias, f32* __restrict__ q, cached* __restrict__ cache,
    const int* __restrict__ slot_of, const int* __restrict__ position_of, int layer, int slots, int context) {
  const int t = blockIdx.x, slot = slot_of[t], position = position_of[t];
  for (int n = threadIdx.x; n < 3 * WIDTH; n += 256) {
    const f32 y = product[(i64)t * 3 * WIDTH + n] + bias[n];
    if (n < WIDTH) { q[(i64)t * WIDTH + n] = y; continue; }
    if (slot < 0) continue;                                // a row of the bucket without a sequence
    const int channel = n % WIDTH;
    narrow(y, cache[cache_offset(layer, slots, slot, n / WIDTH - 1, channel / HEAD_SIZE, context, position) + channel % HEAD_SIZE]);
  }
}

extern "C" __global__ void __launch_bounds__(256) KERNEL(bias_gelu)(
    const f32* __restrict__ product, const f32* __restrict__ bias, cached* __restrict__ out) {
  const i64 row = (i64)blockIdx.x * INNER;
  for (int n = threadIdx.x; n < INNER; n += 256) narrow(gelu(product[row + n] + bias[n]), out[row + n]);
}
