// An int8 matrix as f16, for a product of many rows by cuBLAS: [R][C padded to 16 bytes] with a scale a row -> [R][leading], the first C
// elements of each row written. Without scales the integers themselves, which f16 holds exactly; the product is scaled afterwards.
// Grid R, 128 threads; 8 elements a thread and step.
#include "device.cuh"

extern "C" __global__ void __launch_bounds__(128) expand(
    const i8* __restrict__ from, const f32* __restrict__ scales, f16* __restrict__ to, int columns, int leading) {
  const i8* row = from + (i64)blockIdx.x * (ceil_div(columns, 16) * 16);
  f16* target = to + (i64)blockIdx.x * leading;
  const f32 scale = scales ? scales[blockIdx.x] : 1.f;
  for (int first = threadIdx.x * 8; first < columns; first += 128 * 8) {
    const uint2 raw = load_8(row + first);
    f16 y[8];
#pragma unroll
    for (int i = 0; i < 8; ++i) narrow(byte_to_f32(i < 4 ? raw.x : raw.y, i % 4) * scale, y[i]);
    if (first + 8 <= columns && (u64)(target + first) % 16 == 0) {
      u32 words[4];
#pragma unroll
      for (int i = 0; i < 4; ++i) words[i] = y[2 * i].bits | (u32)y[2 * i + 1].bits << 16;
      store_16(target + first, uint4{words[0], words[1], words[2], words[3]});
    } else {
#pragma unroll
      for (int i = 0; i < 8; ++i)
        if (first + i < columns) target[first + i] = y[i];
    }
  }
}
