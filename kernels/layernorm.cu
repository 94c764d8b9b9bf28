// Rows of the residual stream, normalized, in the type that a matrix product takes.
//
//   residual[i] += pending        (the bias of the product before, where there is one)
//   out[r] = (residual[i] - mean) / sqrt(variance + epsilon) gain + shift        i = rows[r], or r where rows is null
//
// A warp a row, the row in registers, variance in a second pass over them. Grid: ceil(R / 4) blocks of 128 threads.
// out: activation [R][WIDTH]; f32 where weights are f32, otherwise 16 bits. pending is added only where rows is null.
#include "device.cuh"
#include "model.cuh"

extern "C" __global__ void __launch_bounds__(128) KERNEL(layernorm)(
    f32* __restrict__ residual, const f32* __restrict__ pending, const int* __restrict__ rows, const f32* __restrict__ gain,
    const f32* __restrict__ shift, f32 epsilon, cached* __restrict__ out, int count) {
  constexpr int EACH = ceil_div(WIDTH, 32);
  const int r = blockIdx.x * 4 + threadIdx.x / 32, lane = threadIdx.x % 32;
  if (r >= count) return;
  f32* row = residual + (i64)(rows ? rows[r] : r) * WIDTH;
  f32 x[EACH], mean = 0.f, variance = 0.f;
#pragma unroll
  for (int j = 0; j < EACH; ++j) {
    const int i = j * 32 + lane;
    x[j] = i < WIDTH ? row[i] : 0.f;
    if (pending && i < WIDTH) row[i] = x[j] += pending[i];
    mean += x[j];
  }
  mean = warp_sum(mean) * (1.f / WIDTH);
#pragma unroll
  for (int j = 0; j < EACH; ++j) {
    const f32 d = x[j] - mean;
    if (j * 32 + lane < WIDTH) variance = fmadd(d, d, variance);
  }
  const f32 scale = rsqrt_fast(fmadd(warp_sum(variance), 1.f / WIDTH, epsilon));
#pragma unroll
  for (int j = 0; j < EACH; ++j) {
    const int i = j * 32 + lane;
    if (i < WIDTH) narrow(fmadd((x[j] - mean) * scale, gain[i], shift[i]), out[(i64)r * WIDTH + i]);
  }
}
