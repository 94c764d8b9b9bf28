// The hardware as the kernels see it: types, inline PTX, warp reductions. NVRTC and clang compile the same text; no header is
// included, because NVRTC has none at run time and clang needs no CUDA toolkit.
#pragma once

using i8 = signed char; using u8 = unsigned char; using u16 = unsigned short; using i32 = int; using u32 = unsigned int;
using i64 = long long; using u64 = unsigned long long; using f32 = float;
struct bf16 { u16 bits; };  // raw bits; conversions are a shift or one instruction, so cuda_bf16.h is not missed
struct f16 { u16 bits; };

#define DEVICE static __device__ __forceinline__
#define FOLDED __host__ __device__ constexpr  // also in constants; NVRTC takes a function without a place for the host's
constexpr u32 FULL = 0xffffffffu;  // every lane of a warp

#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ < 800
#define BEFORE_SM80 1
#else
#define BEFORE_SM80 0
#endif

// How matrices are held (-D WEIGHT=...) and what a kernel's name ends in. Before sm_80 the host takes f16 where a file has bf16.
#define WEIGHT_F32 0
#define WEIGHT_BF16 1
#define WEIGHT_F16 2
#define WEIGHT_INT8 3
#ifndef WEIGHT
#if BEFORE_SM80
#define WEIGHT WEIGHT_F16
#else
#define WEIGHT WEIGHT_BF16
#endif
#endif
#if WEIGHT == WEIGHT_F32
using weight = f32; using cached = f32;
#define KERNEL(name) name##_f32
#elif WEIGHT == WEIGHT_BF16
using weight = bf16; using cached = bf16;
#define KERNEL(name) name##_bf16
#elif WEIGHT == WEIGHT_F16
using weight = f16; using cached = f16;
#define KERNEL(name) name##_f16
#else
using weight = i8; using cached = f16;
#define KERNEL(name) name##_int8
#endif

// ---- arithmetic: fused operations are written out, the compilers' own contraction is off ----
DEVICE f32 fmadd(f32 a, f32 b, f32 c) { f32 r; asm("fma.rn.f32 %0, %1, %2, %3;" : "=f"(r) : "f"(a), "f"(b), "f"(c)); return r; }
DEVICE f32 exp2_fast(f32 x) { f32 r; asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(r) : "f"(x)); return r; }       // 2 ulp
DEVICE f32 reciprocal(f32 x) { f32 r; asm("rcp.approx.ftz.f32 %0, %1;" : "=f"(r) : "f"(x)); return r; }      // 1 ulp
DEVICE f32 rsqrt_fast(f32 x) { f32 r; asm("rsqrt.approx.ftz.f32 %0, %1;" : "=f"(r) : "f"(x)); return r; }    // 2^-22.9 relative

constexpr f32 LOG2E = 1.4426950408889634f;

// GPT-2's GELU, 0.5 x (1 + tanh(u)) with u = sqrt(2/pi) (x + 0.044715 x^3). The same number is x / (1 + exp(-2u)), which takes
// one exponential and one reciprocal and keeps f32's accuracy; tanh.approx would not (its 2^-11 shows in the logits).
DEVICE f32 gelu(f32 x) {
  f32 u = 0.7978845608028654f * fmadd(0.044715f * x * x, x, x);
  return x * reciprocal(1.f + exp2_fast(-2.f * LOG2E * u));
}

// ---- conversions ----
DEVICE f32 to_f32(f32 x) { return x; }
DEVICE f32 to_f32(i8 x) { return (f32)x; }
DEVICE f32 to_f32(bf16 x) { return __uint_as_float((u32)x.bits << 16); }
DEVICE f32 to_f32(f16 x) { f32 r; asm("cvt.f32.f16 %0, %1;" : "=f"(r) : "h"(x.bits)); return r; }
DEVICE f32 low_bf16(u32 pair) { return __uint_as_float(pair << 16); }
DEVICE f32 high_bf16(u32 pair) { return __uint_as_float(pair & 0xffff0000u); }
DEVICE f32 low_f16(u32 pair) { return to_f32(f16{(u16)pair}); }
DEVICE f32 high_f16(u32 pair) { return to_f32(f16{(u16)(pair >> 16)}); }
DEVICE void narrow(f32 x, f32& y) { y = x; }
DEVICE void narrow(f32 x, f16& y) { asm("cvt.rn.f16.f32 %0, %1;" : "=h"(y.bits) : "f"(x)); }
DEVICE void narrow(f32 x, bf16& y) {
  // Round to nearest even on the bits: below sm_80 there is no instruction for it. A NaN stays one.
  u32 u = __float_as_uint(x), rounded = (u + 0x7fffu + ((u >> 16) & 1u)) >> 16;
  y.bits = (u16)((u & 0x7fffffffu) > 0x7f800000u ? (u >> 16) | 0x40u : rounded);
}

// Elements of T in 16 bytes, and one 16-byte read of them as f32.
template <class T> constexpr int PER_16_BYTES = 16 / (int)sizeof(T);
DEVICE void unpack(uint4 v, f32 (&x)[4], f32) {
  x[0] = __uint_as_float(v.x); x[1] = __uint_as_float(v.y); x[2] = __uint_as_float(v.z); x[3] = __uint_as_float(v.w);
}
DEVICE void unpack(uint4 v, f32 (&x)[8], bf16) {
  x[0] = low_bf16(v.x); x[1] = high_bf16(v.x); x[2] = low_bf16(v.y); x[3] = high_bf16(v.y);
  x[4] = low_bf16(v.z); x[5] = high_bf16(v.z); x[6] = low_bf16(v.w); x[7] = high_bf16(v.w);
}
DEVICE void unpack(uint4 v, f32 (&x)[8], f16) {
  x[0] = low_f16(v.x); x[1] = high_f16(v.x); x[2] = low_f16(v.y); x[3] = high_f16(v.y);
  x[4] = low_f16(v.z); x[5] = high_f16(v.z); x[6] = low_f16(v.w); x[7] = high_f16(v.w);
}
DEVICE f32 byte_to_f32(u32 word, u32 i) {
  // A biased byte placed in the mantissa of 2^23 is an exact float; converting integers has an eighth of the throughput.
  return __uint_as_float(__byte_perm(word ^ 0x80808080u, 0x4b000000u, 0x7540u + i)) - 8388736.f;
}
DEVICE void unpack(uint4 v, f32 (&x)[16], i8) {
  const u32 words[4] = {v.x, v.y, v.z, v.w};
#pragma unroll
  for (int i = 0; i < 16; ++i) x[i] = byte_to_f32(words[i / 4], i % 4);
}

// ---- memory ----
// Weights are read once a step: not kept in L1, fetched from DRAM in 128-byte pieces. Volatile keeps them where they are
// written, ahead of the prologue whose latency they are to overlap.
// Zeros where there is nothing to read: a predicate and no branch, so that several are on their way before one is used.
DEVICE uint4 load_weights(const void* p, bool there) {
  uint4 v = {0, 0, 0, 0};
  asm volatile("{ .reg .pred t; setp.ne.u32 t, %5, 0;\n\t@t ld.global.nc.L1::no_allocate.L2::128B.v4.u32 {%0, %1, %2, %3}, [%4]; }"
               : "+r"(v.x), "+r"(v.y), "+r"(v.z), "+r"(v.w) : "l"(p), "r"((u32)there));
  return v;
}
DEVICE uint4 load_16(const void* p) {
  uint4 v;
  asm volatile("ld.global.v4.u32 {%0, %1, %2, %3}, [%4];" : "=r"(v.x), "=r"(v.y), "=r"(v.z), "=r"(v.w) : "l"(p) : "memory");
  return v;
}
DEVICE uint4 load_16(const void* p, bool there) {  // zeros where there is nothing to read
  uint4 v = {0, 0, 0, 0};
  asm volatile("{ .reg .pred t; setp.ne.u32 t, %5, 0;\n\t@t ld.global.v4.u32 {%0, %1, %2, %3}, [%4]; }"
               : "+r"(v.x), "+r"(v.y), "+r"(v.z), "+r"(v.w) : "l"(p), "r"((u32)there) : "memory");
  return v;
}
DEVICE uint2 load_8(const void* p) {
  uint2 v;
  asm volatile("ld.global.v2.u32 {%0, %1}, [%2];" : "=r"(v.x), "=r"(v.y) : "l"(p) : "memory");
  return v;
}
DEVICE void store_8(void* p, uint2 v) { asm volatile("st.global.v2.u32 [%0], {%1, %2};" :: "l"(p), "r"(v.x), "r"(v.y) : "memory"); }
DEVICE void store_16(void* p, uint4 v) {
  asm volatile("st.global.v4.u32 [%0], {%1, %2, %3, %4};" :: "l"(p), "r"(v.x), "r"(v.y), "r"(v.z), "r"(v.w) : "memory");
}
// A ticket that publishes what its block wrote and shows its taker what earlier takers wrote, with a barrier on either side: a barrier
// orders what the block's other threads did before this thread's release, and its acquire before what they do next. Causality is
// transitive in PTX's memory model, and a chain of such atomics carries every earlier release; a fence beside it would add nothing.
// Counts up to last and wraps to 0, so that a captured graph finds it as it was.
DEVICE u32 take_ticket(u32* counter, u32 last) {
  u32 taken;
  asm volatile("atom.acq_rel.gpu.global.inc.u32 %0, [%1], %2;" : "=r"(taken) : "l"(counter), "r"(last) : "memory");
  return taken;
}

DEVICE u32 load_acquire(const u32* p) {
  u32 v; asm volatile("ld.acquire.gpu.global.u32 %0, [%1];" : "=r"(v) : "l"(p) : "memory"); return v;
}
DEVICE u32 load_relaxed(const u32* p) {
  u32 v; asm volatile("ld.relaxed.gpu.global.u32 %0, [%1];" : "=r"(v) : "l"(p) : "memory"); return v;
}
DEVICE void store_release(u32* p, u32 v) { asm volatile("st.release.gpu.global.u32 [%0], %1;" :: "l"(p), "r"(v) : "memory"); }
DEVICE void min_relaxed(u32* p, u32 v) { asm volatile("red.relaxed.gpu.global.min.u32 [%0], %1;" :: "l"(p), "r"(v) : "memory"); }
DEVICE void max_relaxed(u32* p, u32 v) { asm volatile("red.relaxed.gpu.global.max.u32 [%0], %1;" :: "l"(p), "r"(v) : "memory"); }
DEVICE void add_relaxed(u32* p, u32 v) { asm volatile("red.relaxed.gpu.global.add.u32 [%0], %1;" :: "l"(p), "r"(v) : "memory"); }
DEVICE void add_relaxed(u64* p, u64 v) { asm volatile("red.relaxed.gpu.global.add.u64 [%0], %1;" :: "l"(p), "l"(v) : "memory"); }
DEVICE u32 fetch_add_relaxed(u32* p, u32 v) {
  u32 r; asm volatile("atom.relaxed.gpu.global.add.u32 %0, [%1], %2;" : "=r"(r) : "l"(p), "r"(v) : "memory"); return r;
}
DEVICE u32 shared_address(const void* p) {
  u32 a;
  asm("{ .reg .u64 t; cvta.to.shared.u64 t, %1; cvt.u32.u64 %0, t; }" : "=r"(a) : "l"(p));
  return a;
}
// Told that the address is shared: an atomic on a generic one asks at run time where it lies, and branches.
DEVICE u32 fetch_add_shared(u32* p, u32 v) {
  u32 r; asm volatile("atom.relaxed.cta.shared.add.u32 %0, [%1], %2;" : "=r"(r) : "r"(shared_address(p)), "r"(v) : "memory"); return r;
}
DEVICE void sleep_briefly() { asm volatile("nanosleep.u32 64;"); }

// ---- warps ----
DEVICE f32 warp_sum(f32 v) {
#pragma unroll
  for (int offset = 16; offset > 0; offset >>= 1) v += __shfl_xor_sync(FULL, v, offset);
  return v;
}
DEVICE f32 warp_max(f32 v) {
#pragma unroll
  for (int offset = 16; offset > 0; offset >>= 1) v = fmaxf(v, __shfl_xor_sync(FULL, v, offset));
  return v;
}
FOLDED int ceil_div(int a, int b) { return (a + b - 1) / b; }
