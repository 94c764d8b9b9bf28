// The arithmetic of sampling, bit for bit that of the CPU's Sampler: see its documentation for the rules.
#pragma once
#include "device.cuh"

// How one sequence's tokens are chosen; made by the host when the sequence joins.
struct Settings {
  u64 seed;
  u64 share;             // top-p as a multiple of 2^-32; 2^32 and above is off
  u64 least;             // min-p: weights below this are dropped
  f32 penalty;           // repetition penalty; 1 is off
  f32 scale;             // log2(e) / temperature
  u32 top_k;             // 0 is off
  u32 sequence;
  u32 greedy;
  u32 openai_top_p;      // 1: the token that crosses top-p is dropped
  int end_of_text;       // ends the sequence; -1: never
  int last_position;     // a token sampled for this position is the sequence's last
};

constexpr u64 WEIGHT_ONE = 1ull << 40;
constexpr int BINS_PER_UNIT = 32;
constexpr int BINS = 42 * BINS_PER_UNIT;  // a weight is 0 below t = -41

// A token's place in the order: descending by logit, then ascending by id.
DEVICE u32 descending(f32 logit) {
  const u32 bits = __float_as_uint(logit + 0.f);  // -0 becomes +0
  return bits & 0x80000000u ? bits : ~bits & 0x7fffffffu;
}
DEVICE u64 order_of(f32 logit, u32 token) { return (u64)descending(logit) << 32 | token; }
DEVICE f32 logit_of(u64 order) {
  const u32 d = (u32)(order >> 32);
  return __uint_as_float(d & 0x80000000u ? d : ~d & 0x7fffffffu);
}

// floor(2^t x 2^40) for t <= 0, where 2^t is what this polynomial gives in f32.
DEVICE u64 weight_of(f32 t) {
  t = fmaxf(t, -64.f);
  const f32 rounded = t + 12582912.f;
  const int n = (int)(__float_as_uint(rounded) - __float_as_uint(12582912.f));
  const f32 f = t - (rounded - 12582912.f);
  f32 p = 1.53533619e-4f;
  p = fmadd(p, f, 1.33988744e-3f);
  p = fmadd(p, f, 9.61843736e-3f);
  p = fmadd(p, f, 5.55033247e-2f);
  p = fmadd(p, f, 2.40226479e-1f);
  p = fmadd(p, f, 6.93147203e-1f);
  p = fmadd(p, f, 1.f);
  const u32 bits = __float_as_uint(p);
  const u64 significand = (bits & 0x7fffffu) | 0x800000u;
  const int shift = (int)(bits >> 23) - 127 + n + 17;
  return shift >= 0 ? significand << shift : shift >= -24 ? significand >> -shift : 0;
}

// Philox 4x32-10: the 64 bits from which a sequence's token at a position is drawn.
DEVICE u64 draw_bits(u64 seed, u32 sequence, u32 position) {
  u32 c0 = sequence, c1 = position, c2 = 0, c3 = 0, k0 = (u32)seed, k1 = (u32)(seed >> 32);
#pragma unroll
  for (int round = 0; round < 10; ++round) {
    const u32 high0 = __umulhi(0xD2511F53u, c0), low0 = 0xD2511F53u * c0, high1 = __umulhi(0xCD9E8D57u, c2), low1 = 0xCD9E8D57u * c2;
    c0 = high1 ^ c1 ^ k0; c1 = low1; c2 = high0 ^ c3 ^ k1; c3 = low0;
    k0 += 0x9E3779B9u; k1 += 0xBB67AE85u;
  }
  return c0 | (u64)c1 << 32;
}

DEVICE u64 multiply_high(u64 a, u64 b) { u64 r; asm("mul.hi.u64 %0, %1, %2;" : "=l"(r) : "l"(a), "l"(b)); return r; }

// Sums in shared memory, of numbers that several threads add. Native additions there have 32 bits: the one that overflows the low word
// carries. The words lie apart, so that neighbouring sums are in neighbouring banks.
template <int N> struct SharedSums {
  u32 low[N], high[N];
  __device__ __forceinline__ void set(int i, u64 value) { low[i] = (u32)value; high[i] = (u32)(value >> 32); }
  __device__ __forceinline__ void add(int i, u64 value) {
    const u32 v = (u32)value, before = fetch_add_shared(&low[i], v), up = (u32)(value >> 32) + (before + v < before ? 1u : 0u);
    if (up) fetch_add_shared(&high[i], up);
  }
  __device__ __forceinline__ u64 total(int i) const { return (u64)high[i] << 32 | low[i]; }
};
