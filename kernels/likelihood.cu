// Negative log-likelihood of the token that follows, for scoring: nll[r] = log(sum over v of exp(logits[r][v])) - logits[r][target[r]].
// Grid: R blocks of 256 threads. Two passes over a row that the second finds in the L2 cache: the maximum, then the sum.
// logits f32 [R][VOCABULARY, padded].
#include "device.cuh"
#include "model.cuh"

DEVICE f32 log2_fast(f32 x) { f32 r; asm("lg2.approx.ftz.f32 %0, %1;" : "=f"(r) : "f"(x)); return r; }

extern "C" __global__ void __launch_bounds__(256) likelihood(
    const f32* __restrict__ logits, const int* __restrict__ targets, f32* __restrict__ nll) {
  __shared__ f32 shared[8];
  const int thread = threadIdx.x, warp = thread / 32;
  const f32* row = logits + (i64)blockIdx.x * logits_stride(VOCABULARY);
  f32 highest = -3.0e38f, sum = 0.f;
  for (int v = thread; v < VOCABULARY; v += 256) highest = fmaxf(highest, row[v]);
  highest = warp_max(highest);
  if (thread % 32 == 0) shared[warp] = highest;
  __syncthreads();
  for (int i = 0; i < 8; ++i) highest = fmaxf(highest, shared[i]);
  __syncthreads();
  for (int v = thread; v < VOCABULARY; v += 256) sum += exp2_fast((row[v] - highest) * LOG2E);
  sum = warp_sum(sum);
  if (thread % 32 == 0) shared[warp] = sum;
  __syncthreads();
  if (thread > 0) return;
  sum = 0.f;
  for (int i = 0; i < 8; ++i) sum += shared[i];
  nll[blockIdx.x] = fmadd(log2_fast(sum), 0.6931471805599453f, highest - row[targets[blockIdx.x]]);
}
