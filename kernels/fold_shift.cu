// folded[n] = bias[n] + sum over k of W[n][k] * shift[k]: what LayerNorm adds to a product is the same for every x, and is added with its
// bias from then on. Once, at upload.
// A warp an output; grid ceil(outputs / 8) blocks of 256 threads. W [outputs][WIDTH], rows padded to 16 bytes, int8 with a scale a row.
#include "device.cuh"
#include "model.cuh"

extern "C" __global__ void __launch_bounds__(256) KERNEL(fold_shift)(
    const weight* __restrict__ w, const f32* __restrict__ scales, const f32* __restrict__ shift, const f32* bias,
    f32* folded, int outputs) {  // the same memory, perhaps
  constexpr int E = PER_16_BYTES<weight>, STRIDE = padded<weight>(WIDTH);
  const int n = blockIdx.x * 8 + threadIdx.x / 32, lane = threadIdx.x % 32;
  if (n >= outputs) return;
  f32 sum = 0.f;
  for (int k = lane * E; k < WIDTH; k += 32 * E) {
    f32 v[E];
    unpack(load_16(w + (i64)n * STRIDE + k), v, weight{});
#pragma unroll
    for (int i = 0; i < E; ++i)
      if (k + i < WIDTH) sum = fmadd(v[i], shift[k + i], sum);
  }
  sum = warp_sum(sum);
  if constexpr (WEIGHT == WEIGHT_INT8) sum *= scales[n];
  if (lane == 0) folded[n] = bias[n] + sum;
}
