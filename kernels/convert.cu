// Weights as a file holds them (-D STORED) to what the kernels read (-D WEIGHT), at upload. Rounding is the CPU's, bit for bit: bf16 and
// f16 to nearest even; int8 q = round-half-to-even(w / s) with s = max|w| / 127 over an output, 0 for an output of zeros, NaN for one
// that is not finite. Of stored bf16 nothing but its bits is used, so that it converts on any GPU.
//
// convert_rows    rows [R][C] -> [R][stride], zeros from C on; int8: each row is an output and gets its scale. Grid R, 128 threads
// round_rows      rows [R][C] -> f32 [R][C] with the values that convert_rows would leave: for tables read by element. Grid R, 128 threads
// transpose       [inputs][outputs] -> [outputs][stride], zeros up to whole 16-byte reads; int8 takes the scales as they are.
//                 `to` begins at the chunk's first input. Grid (ceil(outputs / 32), ceil(inputs / 128)), 256 threads; 16.5 KiB shared
// raise_maxima    scales[output] = max(itself, |w| of the chunk) as bits; zero before the first chunk. Grid (ceil(outputs / 256),
//                 ceil(inputs / 32)), 256 threads
// finish_scales   maxima to scales, in place. Grid ceil(outputs / 256), 256 threads
//
// beyond counts finite weights that f16 cannot hold: of f16 matrices, and of int8 ones, which become f16 for products of many rows.
#include "device.cuh"

#ifndef STORED
#define STORED WEIGHT_F32
#endif
#if STORED == WEIGHT_F32
using stored = f32;
#elif STORED == WEIGHT_BF16
using stored = bf16;
#else
using stored = f16;
#endif

constexpr int E = PER_16_BYTES<weight>;
constexpr bool BYTES = WEIGHT == WEIGHT_INT8;
constexpr int THREADS = 128;
constexpr int DEEP = 128;                                   // inputs of a tile that is transposed
constexpr u32 INFINITY_BITS = 0x7f800000u;                  // as magnitudes, NaN is above it

DEVICE u32 magnitude(f32 x) { return __float_as_uint(x) & 0x7fffffffu; }
DEVICE f32 scale_of(u32 largest) {
  return largest < INFINITY_BITS ? __uint_as_float(largest) / 127.f : __uint_as_float(0xffc00000u);
}
DEVICE int quantized(f32 x, f32 scale) {
  int q;
  asm("cvt.rni.s32.f32 %0, %1;" : "=r"(q) : "f"(x / scale));
  return scale > 0.f ? min(max(q, -127), 127) : 0;           // beyond 127 where the scale is subnormal, and rounded itself
}
template <class T> DEVICE void round_to(T& y, f32 x, f32) { narrow(x, y); }
DEVICE void round_to(i8& y, f32 x, f32 scale) { y = (i8)quantized(x, scale); }
DEVICE u32 bits_of(f32 y) { return __float_as_uint(y); }
DEVICE u32 bits_of(i8 y) { return (u8)y; }
template <class T> DEVICE u32 bits_of(T y) { return y.bits; }
DEVICE void from_bits(f32& y, u32 bits) { y = __uint_as_float(bits); }
DEVICE void from_bits(i8& y, u32 bits) { y = (i8)bits; }
template <class T> DEVICE void from_bits(T& y, u32 bits) { y.bits = (u16)bits; }
DEVICE bool is_beyond(f32 x) { return magnitude(x) >= 0x477ff000u && magnitude(x) < INFINITY_BITS; }  // from 65520 on f16 is infinite

// N elements of a row from first on, zeros past its end.
template <int N> DEVICE void load_run(const stored* row, int first, int columns, f32 (&x)[N]) {
  constexpr int AT_ONCE = N * sizeof(stored) < 16 ? 8 : 16, EACH = AT_ONCE / sizeof(stored);
  if (first + N <= columns && (u64)(row + first) % AT_ONCE == 0) {
#pragma unroll
    for (int i = 0; i < N; i += EACH) {
      f32 part[PER_16_BYTES<stored>];
      if constexpr (AT_ONCE == 16) unpack(load_16(row + first + i), part, stored{});
      else { const uint2 v = load_8(row + first + i); unpack(uint4{v.x, v.y, 0, 0}, part, stored{}); }
#pragma unroll
      for (int j = 0; j < EACH; ++j) x[i + j] = part[j];
    }
  } else {
#pragma unroll
    for (int i = 0; i < N; ++i) x[i] = first + i < columns ? to_f32(row[first + i]) : 0.f;
  }
}

// E values as 16 bytes of the matrix's type.
DEVICE uint4 encode(const f32 (&x)[E], f32 scale, u32* beyond) {
  u32 words[4] = {}, count = 0;
#pragma unroll
  for (int i = 0; i < E; ++i) {
    weight y;
    round_to(y, x[i], scale);
    words[i / (E / 4)] |= bits_of(y) << (i % (E / 4) * (128 / E));
    if (WEIGHT == WEIGHT_F16 || BYTES) count += is_beyond(x[i]);
  }
  if (count > 0) add_relaxed(beyond, count);
  return {words[0], words[1], words[2], words[3]};
}

// The scale of a row, to all threads of the block.
DEVICE f32 row_scale(const stored* row, int columns) {
  __shared__ u32 of_warp[THREADS / 32];
  u32 largest = 0;
  for (int first = threadIdx.x * E; first < columns; first += THREADS * E) {
    f32 x[E];
    load_run(row, first, columns, x);
#pragma unroll
    for (int i = 0; i < E; ++i) largest = max(largest, magnitude(x[i]));
  }
#pragma unroll
  for (int offset = 16; offset > 0; offset >>= 1) largest = max(largest, __shfl_xor_sync(FULL, largest, offset));
  if (threadIdx.x % 32 == 0) of_warp[threadIdx.x / 32] = largest;
  __syncthreads();
  for (int i = 0; i < THREADS / 32; ++i) largest = max(largest, of_warp[i]);
  return scale_of(largest);
}

extern "C" __global__ void __launch_bounds__(THREADS) KERNEL(convert_rows)(
    const stored* __restrict__ from, weight* __restrict__ to, f32* __restrict__ scales, u32* __restrict__ beyond, int columns, int stride) {
  const stored* row = from + (i64)blockIdx.x * columns;
  f32 scale = 0.f;
  if constexpr (BYTES) {
    scale = row_scale(row, columns);
    if (threadIdx.x == 0) scales[blockIdx.x] = scale;
  }
  for (int first = threadIdx.x * E; first < stride; first += THREADS * E) {
    f32 x[E];
    load_run(row, first, columns, x);
    weight* at = to + (i64)blockIdx.x * stride + first;
    const uint4 v = encode(x, scale, beyond);
    if (first + E <= stride && (u64)at % 16 == 0) { store_16(at, v); continue; }
    const u32 words[4] = {v.x, v.y, v.z, v.w};               // vectors of any length: nothing of the next one is touched
#pragma unroll
    for (int i = 0; i < E; ++i)
      if (first + i < stride) from_bits(at[i], words[i / (E / 4)] >> (i % (E / 4) * (128 / E)));
  }
}

extern "C" __global__ void __launch_bounds__(THREADS) KERNEL(round_rows)(
    const stored* __restrict__ from, f32* __restrict__ to, u32* __restrict__ beyond, int columns) {
  const stored* row = from + (i64)blockIdx.x * columns;
  f32 scale = 0.f;
  if constexpr (BYTES) scale = row_scale(row, columns);
  for (int i = threadIdx.x; i < columns; i += THREADS) {
    const f32 x = to_f32(row[i]);
    if ((WEIGHT == WEIGHT_F16 || BYTES) && is_beyond(x)) add_relaxed(beyond, 1);
    weight y;
    round_to(y, x, scale);
    to[(i64)blockIdx.x * columns + i] = BYTES ? to_f32(y) * scale : to_f32(y);
  }
}

extern "C" __global__ void __launch_bounds__(256) KERNEL(transpose)(
    const stored* __restrict__ from, weight* __restrict__ to, const f32* __restrict__ scales, u32* __restrict__ beyond,
    int inputs, int outputs, int stride) {
  __shared__ f32 tile[DEEP][33];
  const int lane = threadIdx.x % 32, warp = threadIdx.x / 32, output0 = blockIdx.x * 32, input0 = blockIdx.y * DEEP;
#pragma unroll 8
  for (int i = warp; i < DEEP; i += 8) {
    const bool there = input0 + i < inputs && output0 + lane < outputs;
    tile[i][lane] = there ? to_f32(from[(i64)(input0 + i) * outputs + output0 + lane]) : 0.f;
  }
  __syncthreads();
  // A warp writes E outputs, 32 inputs of each: whole sectors, read from 32 different banks.
#pragma unroll
  for (int part0 = 0; part0 < 32 / E * (DEEP / 32); part0 += 8) {
    const int part = part0 + warp;
    const int output = part % (32 / E) * E + lane % E, input = part / (32 / E) * 32 + lane / E * E;
    if (output0 + output >= outputs || input0 + input >= inputs) continue;
    f32 x[E];
#pragma unroll
    for (int i = 0; i < E; ++i) x[i] = tile[input + i][output];
    const f32 scale = BYTES ? scales[output0 + output] : 0.f;
    store_16(to + (i64)(output0 + output) * stride + input0 + input, encode(x, scale, beyond));
  }
}

extern "C" __global__ void __launch_bounds__(256) KERNEL(raise_maxima)(
    const stored* __restrict__ from, f32* __restrict__ scales, int inputs, int outputs) {
  const int output = blockIdx.x * 256 + threadIdx.x, first = blockIdx.y * 32;
  if (output >= outputs) return;
  u32 largest = 0;
#pragma unroll 8
  for (int i = 0; i < 32; ++i)
    if (first + i < inputs) largest = max(largest, magnitude(to_f32(from[(i64)(first + i) * outputs + output])));
  max_relaxed(reinterpret_cast<u32*>(scales + output), largest);
}

extern "C" __global__ void __launch_bounds__(256) KERNEL(finish_scales)(f32* __restrict__ scales, int outputs) {
  const int output = blockIdx.x * 256 + threadIdx.x;
  if (output < outputs) scales[output] = scale_of(__float_as_uint(scales[output]));
}
