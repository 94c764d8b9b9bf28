// What NVRTC has built in, for clang without a CUDA toolkit: force-included before every program. Names and meanings are those of
// the CUDA C++ Programming Guide. Functions that NVRTC takes from libdevice and PTX has no instruction for (expf, sinf, powf ...) are
// missing: a program that needs one does not compile here, rather than round differently. nodebug: what is inlined from here keeps
// the line that called it.
#pragma once
#define __CUDACC__ 1
#define __CUDACC_RTC__ 1
#define __CUDACC_VER_MAJOR__ 12
#define __CUDACC_VER_MINOR__ 9
#define CUDA_VERSION 12090

#define __global__   __attribute__((global))
#define __device__   __attribute__((device))
#define __host__     __attribute__((host))
#define __shared__   __attribute__((shared))
#define __constant__ __attribute__((constant))
#define __launch_bounds__(...) __attribute__((launch_bounds(__VA_ARGS__)))
#define __forceinline__ inline __attribute__((always_inline))
#define __noinline__    __attribute__((noinline))
#define __align__(n)    __attribute__((aligned(n)))
#if __has_attribute(grid_constant)
#define __grid_constant__ __attribute__((grid_constant))
#else
#define __grid_constant__   // read in place all the same
#endif
#if __has_attribute(maxnreg)
#define __maxnreg__(n) __attribute__((maxnreg(n)))
#endif
#define warpSize 32

#define VG_FN static __device__ inline __attribute__((always_inline, nodebug))
#define VG_BOTH __host__ __device__ inline __attribute__((always_inline, nodebug))

typedef __SIZE_TYPE__ size_t;
typedef __PTRDIFF_TYPE__ ptrdiff_t;
typedef long long clock_t;

// ---- vector types ----
#define VG_VECTOR(T, name, a2, a4)                                                                                       \
  struct name##1 { T x; };                                                                                               \
  struct __align__(a2) name##2 { T x, y; };                                                                              \
  struct name##3 { T x, y, z; };                                                                                         \
  struct __align__(a4) name##4 { T x, y, z, w; };                                                                        \
  static VG_BOTH constexpr name##1 make_##name##1(T x) { return {x}; }                                                   \
  static VG_BOTH constexpr name##2 make_##name##2(T x, T y) { return {x, y}; }                                           \
  static VG_BOTH constexpr name##3 make_##name##3(T x, T y, T z) { return {x, y, z}; }                                   \
  static VG_BOTH constexpr name##4 make_##name##4(T x, T y, T z, T w) { return {x, y, z, w}; }
VG_VECTOR(signed char, char, 2, 4)
VG_VECTOR(unsigned char, uchar, 2, 4)
VG_VECTOR(short, short, 4, 8)
VG_VECTOR(unsigned short, ushort, 4, 8)
VG_VECTOR(int, int, 8, 16)
VG_VECTOR(unsigned, uint, 8, 16)
VG_VECTOR(long, long, 16, 16)
VG_VECTOR(unsigned long, ulong, 16, 16)
VG_VECTOR(long long, longlong, 16, 16)
VG_VECTOR(unsigned long long, ulonglong, 16, 16)
VG_VECTOR(float, float, 8, 16)
VG_VECTOR(double, double, 16, 16)
#undef VG_VECTOR

struct dim3 {
  unsigned x, y, z;
  VG_BOTH constexpr dim3(unsigned x = 1, unsigned y = 1, unsigned z = 1) : x(x), y(y), z(z) {}
  VG_BOTH constexpr dim3(uint3 v) : x(v.x), y(v.y), z(v.z) {}
  VG_BOTH constexpr operator uint3() const { return {x, y, z}; }
};

// ---- threadIdx and its like ----
#define VG_INDEX(name, type, reg)                                                                                        \
  struct vg_##name {                                                                                                     \
    __declspec(property(get = get_x)) unsigned x;                                                                        \
    __declspec(property(get = get_y)) unsigned y;                                                                        \
    __declspec(property(get = get_z)) unsigned z;                                                                        \
    VG_FN unsigned get_x() { return __nvvm_read_ptx_sreg_##reg##_x(); }                                                  \
    VG_FN unsigned get_y() { return __nvvm_read_ptx_sreg_##reg##_y(); }                                                  \
    VG_FN unsigned get_z() { return __nvvm_read_ptx_sreg_##reg##_z(); }                                                  \
    __device__ inline __attribute__((always_inline, nodebug)) operator uint3() const { return {get_x(), get_y(), get_z()}; } \
    __device__ inline __attribute__((always_inline, nodebug)) operator dim3() const { return {get_x(), get_y(), get_z()}; }  \
  };                                                                                                                     \
  extern const __device__ __attribute__((weak)) vg_##name name;
VG_INDEX(threadIdx, uint3, tid)
VG_INDEX(blockIdx, uint3, ctaid)
VG_INDEX(blockDim, dim3, ntid)
VG_INDEX(gridDim, dim3, nctaid)
#undef VG_INDEX

// ---- synchronisation ----
VG_FN void __syncwarp(unsigned mask = ~0u) { __nvvm_bar_warp_sync(mask); }
VG_FN int __syncthreads_count(int p) { return __nvvm_bar0_popc(p); }
VG_FN int __syncthreads_and(int p) { return __nvvm_bar0_and(p); }
VG_FN int __syncthreads_or(int p) { return __nvvm_bar0_or(p); }
VG_FN void __threadfence_block() { __nvvm_membar_cta(); }
VG_FN void __threadfence() { __nvvm_membar_gl(); }
VG_FN void __threadfence_system() { __nvvm_membar_sys(); }
VG_FN void __trap() { asm volatile("trap;"); }
VG_FN void __brkpt() { asm volatile("brkpt;"); }
VG_FN void __nanosleep(unsigned ns) { asm volatile("nanosleep.u32 %0;" ::"r"(ns)); }
VG_FN clock_t clock64() { long long t; asm volatile("mov.u64 %0, %%clock64;" : "=l"(t)::"memory"); return t; }
VG_FN int clock() { int t; asm volatile("mov.u32 %0, %%clock;" : "=r"(t)::"memory"); return t; }
VG_FN unsigned long long __globaltimer() { unsigned long long t; asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(t)::"memory"); return t; }

// ---- votes, matches, shuffles, reductions over a warp ----
VG_FN unsigned __activemask() { return __nvvm_activemask(); }
VG_FN int __all_sync(unsigned mask, int p) { return __nvvm_vote_all_sync(mask, p); }
VG_FN int __any_sync(unsigned mask, int p) { return __nvvm_vote_any_sync(mask, p); }
VG_FN int __uni_sync(unsigned mask, int p) { return __nvvm_vote_uni_sync(mask, p); }
VG_FN unsigned __ballot_sync(unsigned mask, int p) { return __nvvm_vote_ballot_sync(mask, p); }
VG_FN unsigned __lane_id() { unsigned lane; asm("mov.u32 %0, %%laneid;" : "=r"(lane)); return lane; }

VG_FN int __float_as_int(float f) { return __builtin_bit_cast(int, f); }
VG_FN unsigned __float_as_uint(float f) { return __builtin_bit_cast(unsigned, f); }
VG_FN float __int_as_float(int i) { return __builtin_bit_cast(float, i); }
VG_FN float __uint_as_float(unsigned i) { return __builtin_bit_cast(float, i); }
VG_FN long long __double_as_longlong(double d) { return __builtin_bit_cast(long long, d); }
VG_FN double __longlong_as_double(long long i) { return __builtin_bit_cast(double, i); }
VG_FN int __double2hiint(double d) { return (int)(__double_as_longlong(d) >> 32); }
VG_FN int __double2loint(double d) { return (int)__double_as_longlong(d); }
VG_FN double __hiloint2double(int high, int low) {
  return __longlong_as_double((long long)((unsigned long long)(unsigned)high << 32 | (unsigned)low));
}

// A width below 32 makes groups of lanes: the clamp's upper byte masks what may not change in the lane number.
#define VG_SHUFFLE(name, mode, last)                                                                                     \
  VG_FN int name(unsigned mask, int v, int lane, int width = 32) {                                                       \
    return __nvvm_shfl_sync_##mode##_i32(mask, v, lane, (32 - width) << 8 | last);                                       \
  }                                                                                                                      \
  VG_FN unsigned name(unsigned mask, unsigned v, int lane, int width = 32) { return (unsigned)name(mask, (int)v, lane, width); } \
  VG_FN float name(unsigned mask, float v, int lane, int width = 32) { return __int_as_float(name(mask, __float_as_int(v), lane, width)); } \
  VG_FN long long name(unsigned mask, long long v, int lane, int width = 32) {                                           \
    unsigned low = name(mask, (unsigned)v, lane, width), high = name(mask, (unsigned)(v >> 32), lane, width);            \
    return (long long)((unsigned long long)high << 32 | low);                                                            \
  }                                                                                                                      \
  VG_FN unsigned long long name(unsigned mask, unsigned long long v, int lane, int width = 32) {                         \
    return (unsigned long long)name(mask, (long long)v, lane, width);                                                    \
  }                                                                                                                      \
  VG_FN long name(unsigned mask, long v, int lane, int width = 32) { return (long)name(mask, (long long)v, lane, width); } \
  VG_FN unsigned long name(unsigned mask, unsigned long v, int lane, int width = 32) { return (unsigned long)name(mask, (long long)v, lane, width); } \
  VG_FN double name(unsigned mask, double v, int lane, int width = 32) {                                                 \
    return __longlong_as_double(name(mask, __double_as_longlong(v), lane, width));                                       \
  }
VG_SHUFFLE(__shfl_sync, idx, 31)
VG_SHUFFLE(__shfl_up_sync, up, 0)
VG_SHUFFLE(__shfl_down_sync, down, 31)
VG_SHUFFLE(__shfl_xor_sync, bfly, 31)
#undef VG_SHUFFLE

#if __CUDA_ARCH__ >= 700
VG_FN unsigned __match_any_sync(unsigned mask, unsigned v) { return __nvvm_match_any_sync_i32(mask, v); }
VG_FN unsigned __match_any_sync(unsigned mask, int v) { return __nvvm_match_any_sync_i32(mask, (unsigned)v); }
VG_FN unsigned __match_any_sync(unsigned mask, float v) { return __nvvm_match_any_sync_i32(mask, __float_as_uint(v)); }
VG_FN unsigned __match_any_sync(unsigned mask, unsigned long long v) { return __nvvm_match_any_sync_i64(mask, v); }
VG_FN unsigned __match_any_sync(unsigned mask, long long v) { return __nvvm_match_any_sync_i64(mask, (unsigned long long)v); }
VG_FN unsigned __match_all_sync(unsigned mask, unsigned v, int* p) { return __nvvm_match_all_sync_i32p(mask, v, p); }
VG_FN unsigned __match_all_sync(unsigned mask, int v, int* p) { return __nvvm_match_all_sync_i32p(mask, (unsigned)v, p); }
VG_FN unsigned __match_all_sync(unsigned mask, unsigned long long v, int* p) { return __nvvm_match_all_sync_i64p(mask, v, p); }
VG_FN unsigned __match_all_sync(unsigned mask, long long v, int* p) { return __nvvm_match_all_sync_i64p(mask, (unsigned long long)v, p); }
#endif
#if __CUDA_ARCH__ >= 800
#define VG_REDUX(name, T, form)                                                                                          \
  VG_FN T name(unsigned mask, T v) { T r; asm volatile("redux.sync." form " %0, %1, %2;" : "=r"(r) : "r"(v), "r"(mask)); return r; }
VG_REDUX(__reduce_add_sync, unsigned, "add.u32")
VG_REDUX(__reduce_add_sync, int, "add.s32")
VG_REDUX(__reduce_min_sync, unsigned, "min.u32")
VG_REDUX(__reduce_min_sync, int, "min.s32")
VG_REDUX(__reduce_max_sync, unsigned, "max.u32")
VG_REDUX(__reduce_max_sync, int, "max.s32")
VG_REDUX(__reduce_and_sync, unsigned, "and.b32")
VG_REDUX(__reduce_or_sync, unsigned, "or.b32")
VG_REDUX(__reduce_xor_sync, unsigned, "xor.b32")
#undef VG_REDUX
#endif

// ---- atomics: relaxed, as NVRTC's; plain, _block and _system ----
#define VG_ATOMIC_FORM(name, T, C, scope, op)                                                                            \
  VG_FN T name(T* p, T v) {                                                                                              \
    T r; asm volatile("atom" scope "." op " %0, [%1], %2;" : "=" C(r) : "l"(p), C(v) : "memory"); return r;              \
  }
#define VG_ATOMIC(name, T, C, op)                                                                                        \
  VG_ATOMIC_FORM(name, T, C, "", op)                                                                                     \
  VG_ATOMIC_FORM(name##_block, T, C, ".cta", op)                                                                         \
  VG_ATOMIC_FORM(name##_system, T, C, ".sys", op)
VG_ATOMIC(atomicAdd, int, "r", "add.s32")
VG_ATOMIC(atomicAdd, unsigned, "r", "add.u32")
VG_ATOMIC(atomicAdd, unsigned long long, "l", "add.u64")
VG_ATOMIC(atomicAdd, float, "f", "add.f32")
VG_ATOMIC(atomicAdd, double, "d", "add.f64")
VG_ATOMIC(atomicExch, int, "r", "exch.b32")
VG_ATOMIC(atomicExch, unsigned, "r", "exch.b32")
VG_ATOMIC(atomicExch, unsigned long long, "l", "exch.b64")
VG_ATOMIC(atomicExch, float, "f", "exch.b32")
VG_ATOMIC(atomicMin, int, "r", "min.s32")
VG_ATOMIC(atomicMin, unsigned, "r", "min.u32")
VG_ATOMIC(atomicMin, long long, "l", "min.s64")
VG_ATOMIC(atomicMin, unsigned long long, "l", "min.u64")
VG_ATOMIC(atomicMax, int, "r", "max.s32")
VG_ATOMIC(atomicMax, unsigned, "r", "max.u32")
VG_ATOMIC(atomicMax, long long, "l", "max.s64")
VG_ATOMIC(atomicMax, unsigned long long, "l", "max.u64")
VG_ATOMIC(atomicInc, unsigned, "r", "inc.u32")
VG_ATOMIC(atomicDec, unsigned, "r", "dec.u32")
#define VG_ATOMIC_BITS(name, op)                                                                                         \
  VG_ATOMIC(name, int, "r", op ".b32")                                                                                   \
  VG_ATOMIC(name, unsigned, "r", op ".b32")                                                                              \
  VG_ATOMIC(name, unsigned long long, "l", op ".b64")
VG_ATOMIC_BITS(atomicAnd, "and")
VG_ATOMIC_BITS(atomicOr, "or")
VG_ATOMIC_BITS(atomicXor, "xor")
#define VG_ATOMIC_SUB(suffix)                                                                                            \
  VG_FN int atomicSub##suffix(int* p, int v) { return atomicAdd##suffix(p, -v); }                                        \
  VG_FN unsigned atomicSub##suffix(unsigned* p, unsigned v) { return atomicAdd##suffix(p, 0u - v); }
VG_ATOMIC_SUB()
VG_ATOMIC_SUB(_block)
VG_ATOMIC_SUB(_system)
#define VG_CAS_FORM(name, T, C, scope, op)                                                                               \
  VG_FN T name(T* p, T expected, T v) {                                                                                  \
    T r; asm volatile("atom" scope ".cas." op " %0, [%1], %2, %3;" : "=" C(r) : "l"(p), C(expected), C(v) : "memory"); return r; \
  }
#define VG_CAS(T, C, op)                                                                                                 \
  VG_CAS_FORM(atomicCAS, T, C, "", op)                                                                                   \
  VG_CAS_FORM(atomicCAS_block, T, C, ".cta", op)                                                                         \
  VG_CAS_FORM(atomicCAS_system, T, C, ".sys", op)
VG_CAS(int, "r", "b32")
VG_CAS(unsigned, "r", "b32")
VG_CAS(unsigned long long, "l", "b64")
VG_CAS(unsigned short, "h", "b16")
#undef VG_CAS
#undef VG_CAS_FORM
#undef VG_ATOMIC_SUB
#undef VG_ATOMIC_BITS
#undef VG_ATOMIC
#undef VG_ATOMIC_FORM

// ---- loads and stores with a cache operator ----
#define VG_CACHED_1(name, T, R, C, op, store, sop, suffix)                                                               \
  VG_FN T name(const T* p) { R r; asm volatile(op suffix " %0, [%1];" : "=" C(r) : "l"(p) : "memory"); return (T)r; }
#define VG_CACHED_2(name, T, C, op, suffix)                                                                              \
  VG_FN T name(const T* p) { T r; asm volatile(op ".v2" suffix " {%0, %1}, [%2];" : "=" C(r.x), "=" C(r.y) : "l"(p) : "memory"); return r; }
#define VG_CACHED_4(name, T, C, op, suffix)                                                                              \
  VG_FN T name(const T* p) {                                                                                             \
    T r; asm volatile(op ".v4" suffix " {%0, %1, %2, %3}, [%4];" : "=" C(r.x), "=" C(r.y), "=" C(r.z), "=" C(r.w) : "l"(p) : "memory"); return r; \
  }
#define VG_LOADS(name, op)                                                                                               \
  VG_CACHED_1(name, signed char, int, "r", op, , , ".s8")                                                                \
  VG_CACHED_1(name, char, int, "r", op, , , ".s8")                                                                       \
  VG_CACHED_1(name, unsigned char, unsigned, "r", op, , , ".u8")                                                         \
  VG_CACHED_1(name, short, short, "h", op, , , ".s16")                                                                   \
  VG_CACHED_1(name, unsigned short, unsigned short, "h", op, , , ".u16")                                                 \
  VG_CACHED_1(name, int, int, "r", op, , , ".s32")                                                                       \
  VG_CACHED_1(name, unsigned, unsigned, "r", op, , , ".u32")                                                             \
  VG_CACHED_1(name, long, long, "l", op, , , ".s64")                                                                     \
  VG_CACHED_1(name, unsigned long, unsigned long, "l", op, , , ".u64")                                                   \
  VG_CACHED_1(name, long long, long long, "l", op, , , ".s64")                                                           \
  VG_CACHED_1(name, unsigned long long, unsigned long long, "l", op, , , ".u64")                                         \
  VG_CACHED_1(name, float, float, "f", op, , , ".f32")                                                                   \
  VG_CACHED_1(name, double, double, "d", op, , , ".f64")                                                                 \
  VG_CACHED_2(name, ushort2, "h", op, ".u16")                                                                            \
  VG_CACHED_2(name, int2, "r", op, ".s32")                                                                               \
  VG_CACHED_2(name, uint2, "r", op, ".u32")                                                                              \
  VG_CACHED_2(name, float2, "f", op, ".f32")                                                                             \
  VG_CACHED_2(name, double2, "d", op, ".f64")                                                                            \
  VG_CACHED_2(name, longlong2, "l", op, ".s64")                                                                          \
  VG_CACHED_2(name, ulonglong2, "l", op, ".u64")                                                                         \
  VG_CACHED_4(name, ushort4, "h", op, ".u16")                                                                            \
  VG_CACHED_4(name, int4, "r", op, ".s32")                                                                               \
  VG_CACHED_4(name, uint4, "r", op, ".u32")                                                                              \
  VG_CACHED_4(name, float4, "f", op, ".f32")
VG_LOADS(__ldg, "ld.global.nc")
VG_LOADS(__ldca, "ld.global.ca")
VG_LOADS(__ldcg, "ld.global.cg")
VG_LOADS(__ldcs, "ld.global.cs")
VG_LOADS(__ldlu, "ld.global.lu")
VG_LOADS(__ldcv, "ld.global.cv")
#undef VG_LOADS
#undef VG_CACHED_1
#undef VG_CACHED_2
#undef VG_CACHED_4
#define VG_STORE_1(name, T, C, op) VG_FN void name(T* p, T v) { asm volatile(op " [%0], %1;" ::"l"(p), C(v) : "memory"); }
#define VG_STORE_2(name, T, C, op, suffix)                                                                               \
  VG_FN void name(T* p, T v) { asm volatile(op ".v2" suffix " [%0], {%1, %2};" ::"l"(p), C(v.x), C(v.y) : "memory"); }
#define VG_STORE_4(name, T, C, op, suffix)                                                                               \
  VG_FN void name(T* p, T v) { asm volatile(op ".v4" suffix " [%0], {%1, %2, %3, %4};" ::"l"(p), C(v.x), C(v.y), C(v.z), C(v.w) : "memory"); }
#define VG_STORES(name, op)                                                                                              \
  VG_STORE_1(name, short, "h", op ".u16")                                                                                \
  VG_STORE_1(name, unsigned short, "h", op ".u16")                                                                       \
  VG_STORE_1(name, int, "r", op ".u32")                                                                                  \
  VG_STORE_1(name, unsigned, "r", op ".u32")                                                                             \
  VG_STORE_1(name, long long, "l", op ".u64")                                                                            \
  VG_STORE_1(name, unsigned long long, "l", op ".u64")                                                                   \
  VG_STORE_1(name, float, "f", op ".f32")                                                                                \
  VG_STORE_1(name, double, "d", op ".f64")                                                                               \
  VG_STORE_2(name, int2, "r", op, ".u32")                                                                                \
  VG_STORE_2(name, uint2, "r", op, ".u32")                                                                               \
  VG_STORE_2(name, float2, "f", op, ".f32")                                                                              \
  VG_STORE_2(name, double2, "d", op, ".f64")                                                                             \
  VG_STORE_4(name, int4, "r", op, ".u32")                                                                                \
  VG_STORE_4(name, uint4, "r", op, ".u32")                                                                               \
  VG_STORE_4(name, float4, "f", op, ".f32")
VG_STORES(__stwb, "st.global.wb")
VG_STORES(__stcg, "st.global.cg")
VG_STORES(__stcs, "st.global.cs")
VG_STORES(__stwt, "st.global.wt")
#undef VG_STORES
#undef VG_STORE_1
#undef VG_STORE_2
#undef VG_STORE_4

// ---- address spaces ----
#define VG_TO_SPACE(space)                                                                                               \
  VG_FN size_t __cvta_generic_to_##space(const void* p) { size_t a; asm("cvta.to." #space ".u64 %0, %1;" : "=l"(a) : "l"(p)); return a; } \
  VG_FN void* __cvta_##space##_to_generic(size_t a) { void* p; asm("cvta." #space ".u64 %0, %1;" : "=l"(p) : "l"(a)); return p; }
VG_TO_SPACE(global)
VG_TO_SPACE(shared)
VG_TO_SPACE(constant)
VG_TO_SPACE(local)
#undef VG_TO_SPACE

// ---- integers ----
VG_FN int __popc(unsigned x) { return __builtin_popcount(x); }
VG_FN int __popcll(unsigned long long x) { return __builtin_popcountll(x); }
VG_FN int __clz(int x) { return x == 0 ? 32 : __builtin_clz((unsigned)x); }
VG_FN int __clzll(long long x) { return x == 0 ? 64 : __builtin_clzll((unsigned long long)x); }
VG_FN int __ffs(int x) { return __builtin_ffs(x); }
VG_FN int __ffsll(long long x) { return __builtin_ffsll(x); }
VG_FN unsigned __brev(unsigned x) { return __builtin_bitreverse32(x); }
VG_FN unsigned long long __brevll(unsigned long long x) { return __builtin_bitreverse64(x); }
VG_FN unsigned __byte_perm(unsigned a, unsigned b, unsigned s) { return __nvvm_prmt(a, b, s); }
VG_FN int __mulhi(int a, int b) { return __nvvm_mulhi_i(a, b); }
VG_FN unsigned __umulhi(unsigned a, unsigned b) { return __nvvm_mulhi_ui(a, b); }
VG_FN long long __mul64hi(long long a, long long b) { return __nvvm_mulhi_ll(a, b); }
VG_FN unsigned long long __umul64hi(unsigned long long a, unsigned long long b) { return __nvvm_mulhi_ull(a, b); }
VG_FN int __mul24(int a, int b) { return __nvvm_mul24_i(a, b); }
VG_FN unsigned __umul24(unsigned a, unsigned b) { return __nvvm_mul24_ui(a, b); }
VG_FN int __hadd(int a, int b) { return (int)(((long long)a + b) >> 1); }
VG_FN int __rhadd(int a, int b) { return (int)(((long long)a + b + 1) >> 1); }
VG_FN unsigned __uhadd(unsigned a, unsigned b) { return (unsigned)(((unsigned long long)a + b) >> 1); }
VG_FN unsigned __urhadd(unsigned a, unsigned b) { return (unsigned)(((unsigned long long)a + b + 1) >> 1); }
VG_FN unsigned __sad(int a, int b, unsigned c) { return c + (a > b ? (unsigned)a - (unsigned)b : (unsigned)b - (unsigned)a); }
VG_FN unsigned __usad(unsigned a, unsigned b, unsigned c) { return c + (a > b ? a - b : b - a); }
VG_FN unsigned __funnelshift_l(unsigned low, unsigned high, unsigned n) {
  unsigned r; asm("shf.l.wrap.b32 %0, %1, %2, %3;" : "=r"(r) : "r"(low), "r"(high), "r"(n)); return r;
}
VG_FN unsigned __funnelshift_lc(unsigned low, unsigned high, unsigned n) {
  unsigned r; asm("shf.l.clamp.b32 %0, %1, %2, %3;" : "=r"(r) : "r"(low), "r"(high), "r"(n)); return r;
}
VG_FN unsigned __funnelshift_r(unsigned low, unsigned high, unsigned n) {
  unsigned r; asm("shf.r.wrap.b32 %0, %1, %2, %3;" : "=r"(r) : "r"(low), "r"(high), "r"(n)); return r;
}
VG_FN unsigned __funnelshift_rc(unsigned low, unsigned high, unsigned n) {
  unsigned r; asm("shf.r.clamp.b32 %0, %1, %2, %3;" : "=r"(r) : "r"(low), "r"(high), "r"(n)); return r;
}
VG_FN int __dp4a(int a, int b, int c) { int r; asm("dp4a.s32.s32 %0, %1, %2, %3;" : "=r"(r) : "r"(a), "r"(b), "r"(c)); return r; }
VG_FN unsigned __dp4a(unsigned a, unsigned b, unsigned c) { unsigned r; asm("dp4a.u32.u32 %0, %1, %2, %3;" : "=r"(r) : "r"(a), "r"(b), "r"(c)); return r; }

#define VG_MIN_MAX(T)                                                                                                    \
  static VG_BOTH constexpr T min(T a, T b) { return b < a ? b : a; }                                                     \
  static VG_BOTH constexpr T max(T a, T b) { return a < b ? b : a; }
VG_MIN_MAX(int)
VG_MIN_MAX(unsigned)
VG_MIN_MAX(long)
VG_MIN_MAX(unsigned long)
VG_MIN_MAX(long long)
VG_MIN_MAX(unsigned long long)
#undef VG_MIN_MAX
#define VG_MIXED(A, B, R)                                                                                                \
  static VG_BOTH constexpr R min(A a, B b) { return min((R)a, (R)b); }                                                   \
  static VG_BOTH constexpr R max(A a, B b) { return max((R)a, (R)b); }
VG_MIXED(int, unsigned, unsigned)
VG_MIXED(unsigned, int, unsigned)
VG_MIXED(long, unsigned long, unsigned long)
VG_MIXED(unsigned long, long, unsigned long)
VG_MIXED(long long, unsigned long long, unsigned long long)
VG_MIXED(unsigned long long, long long, unsigned long long)
#undef VG_MIXED
VG_FN unsigned umin(unsigned a, unsigned b) { return min(a, b); }
VG_FN unsigned umax(unsigned a, unsigned b) { return max(a, b); }
VG_FN long long llmin(long long a, long long b) { return min(a, b); }
VG_FN long long llmax(long long a, long long b) { return max(a, b); }
VG_FN unsigned long long ullmin(unsigned long long a, unsigned long long b) { return min(a, b); }
VG_FN unsigned long long ullmax(unsigned long long a, unsigned long long b) { return max(a, b); }
VG_FN int abs(int a) { return a < 0 ? -a : a; }
VG_FN long labs(long a) { return a < 0 ? -a : a; }
VG_FN long abs(long a) { return labs(a); }
VG_FN long long llabs(long long a) { return a < 0 ? -a : a; }
VG_FN long long abs(long long a) { return llabs(a); }

// ---- floating point: what PTX rounds exactly ----
VG_FN float fminf(float a, float b) { return __nvvm_fmin_f(a, b); }
VG_FN float fmaxf(float a, float b) { return __nvvm_fmax_f(a, b); }
VG_FN double fmin(double a, double b) { return __nvvm_fmin_d(a, b); }
VG_FN double fmax(double a, double b) { return __nvvm_fmax_d(a, b); }
VG_FN float fmin(float a, float b) { return fminf(a, b); }
VG_FN float fmax(float a, float b) { return fmaxf(a, b); }
VG_FN float min(float a, float b) { return fminf(a, b); }
VG_FN float max(float a, float b) { return fmaxf(a, b); }
VG_FN double min(double a, double b) { return fmin(a, b); }
VG_FN double max(double a, double b) { return fmax(a, b); }
VG_FN double min(float a, double b) { return fmin((double)a, b); }
VG_FN double min(double a, float b) { return fmin(a, (double)b); }
VG_FN double max(float a, double b) { return fmax((double)a, b); }
VG_FN double max(double a, float b) { return fmax(a, (double)b); }
VG_FN float fabsf(float x) { return __builtin_fabsf(x); }
VG_FN double fabs(double x) { return __builtin_fabs(x); }
VG_FN float fabs(float x) { return fabsf(x); }
VG_FN float abs(float x) { return fabsf(x); }
VG_FN double abs(double x) { return fabs(x); }
VG_FN float copysignf(float x, float s) { return __builtin_copysignf(x, s); }
VG_FN double copysign(double x, double s) { return __builtin_copysign(x, s); }
VG_FN bool signbit(float x) { return __float_as_int(x) < 0; }
VG_FN bool signbit(double x) { return __double_as_longlong(x) < 0; }
VG_FN bool isnan(float x) { return x != x; }
VG_FN bool isnan(double x) { return x != x; }
VG_FN bool isinf(float x) { return fabsf(x) == __builtin_inff(); }
VG_FN bool isinf(double x) { return fabs(x) == __builtin_inf(); }
VG_FN bool isfinite(float x) { return fabsf(x) < __builtin_inff(); }
VG_FN bool isfinite(double x) { return fabs(x) < __builtin_inf(); }

#define VG_UNARY(name, T, C, instruction) VG_FN T name(T x) { T r; asm(instruction " %0, %1;" : "=" C(r) : C(x)); return r; }
#define VG_BINARY(name, T, C, instruction) VG_FN T name(T a, T b) { T r; asm(instruction " %0, %1, %2;" : "=" C(r) : C(a), C(b)); return r; }
#define VG_TERNARY(name, T, C, instruction)                                                                              \
  VG_FN T name(T a, T b, T c) { T r; asm(instruction " %0, %1, %2, %3;" : "=" C(r) : C(a), C(b), C(c)); return r; }
#define VG_ROUND_TO_INTEGRAL(name, mode)                                                                                 \
  VG_UNARY(name##f, float, "f", "cvt." mode ".f32.f32")                                                                  \
  VG_UNARY(name, double, "d", "cvt." mode ".f64.f64")                                                                    \
  VG_FN float name(float x) { return name##f(x); }
VG_ROUND_TO_INTEGRAL(floor, "rmi")
VG_ROUND_TO_INTEGRAL(ceil, "rpi")
VG_ROUND_TO_INTEGRAL(trunc, "rzi")
VG_ROUND_TO_INTEGRAL(rint, "rni")
VG_ROUND_TO_INTEGRAL(nearbyint, "rni")
#undef VG_ROUND_TO_INTEGRAL
// Halves go away from zero; the largest number below a half must not become one.
VG_FN float roundf(float x) { float t = truncf(x); return fabsf(x - t) >= 0.5f ? t + copysignf(1.f, x) : t; }
VG_FN double round(double x) { double t = trunc(x); return fabs(x - t) >= 0.5 ? t + copysign(1., x) : t; }
VG_FN float round(float x) { return roundf(x); }
#define VG_ROUNDINGS(direction)                                                                                          \
  VG_BINARY(__fadd_##direction, float, "f", "add." #direction ".f32")                                                    \
  VG_BINARY(__fsub_##direction, float, "f", "sub." #direction ".f32")                                                    \
  VG_BINARY(__fmul_##direction, float, "f", "mul." #direction ".f32")                                                    \
  VG_BINARY(__fdiv_##direction, float, "f", "div." #direction ".f32")                                                    \
  VG_UNARY(__frcp_##direction, float, "f", "rcp." #direction ".f32")                                                     \
  VG_UNARY(__fsqrt_##direction, float, "f", "sqrt." #direction ".f32")                                                   \
  VG_TERNARY(__fmaf_##direction, float, "f", "fma." #direction ".f32")                                                   \
  VG_BINARY(__dadd_##direction, double, "d", "add." #direction ".f64")                                                   \
  VG_BINARY(__dsub_##direction, double, "d", "sub." #direction ".f64")                                                   \
  VG_BINARY(__dmul_##direction, double, "d", "mul." #direction ".f64")                                                   \
  VG_BINARY(__ddiv_##direction, double, "d", "div." #direction ".f64")                                                   \
  VG_UNARY(__drcp_##direction, double, "d", "rcp." #direction ".f64")                                                    \
  VG_UNARY(__dsqrt_##direction, double, "d", "sqrt." #direction ".f64")                                                  \
  VG_TERNARY(__fma_##direction, double, "d", "fma." #direction ".f64")
VG_ROUNDINGS(rn)
VG_ROUNDINGS(rz)
VG_ROUNDINGS(ru)
VG_ROUNDINGS(rd)
#undef VG_ROUNDINGS
VG_FN float fmaf(float a, float b, float c) { return __nvvm_fma_rn_f(a, b, c); }
VG_FN double fma(double a, double b, double c) { return __nvvm_fma_rn_d(a, b, c); }
VG_FN float fma(float a, float b, float c) { return fmaf(a, b, c); }
VG_FN float fdividef(float a, float b) { return a / b; }
VG_FN float fdimf(float a, float b) { return a <= b ? 0.f : a - b; }

// ---- floating point: the approximations that NVRTC also takes from one instruction ----
VG_UNARY(rsqrtf, float, "f", "rsqrt.approx.f32")
VG_UNARY(__frsqrt_rn, float, "f", "rsqrt.approx.f32")
VG_BINARY(__fdividef, float, "f", "div.approx.f32")
#ifdef GPTCUDA_APPROXIMATE_SQRT
VG_UNARY(sqrtf, float, "f", "sqrt.approx.f32")
#else
VG_FN float sqrtf(float x) { return __fsqrt_rn(x); }
#endif
VG_FN float sqrt(float x) { return sqrtf(x); }
VG_FN double sqrt(double x) { return __dsqrt_rn(x); }
VG_FN float rsqrt(float x) { return rsqrtf(x); }
VG_UNARY(__log2f, float, "f", "lg2.approx.f32")
VG_UNARY(__sinf, float, "f", "sin.approx.f32")
VG_UNARY(__cosf, float, "f", "cos.approx.f32")
VG_UNARY(__exp2f, float, "f", "ex2.approx.f32")
#if __CUDA_ARCH__ >= 750
VG_UNARY(__tanhf, float, "f", "tanh.approx.f32")
#endif
VG_FN float __expf(float x) { return __exp2f(x * 1.4426950408889634f); }
VG_FN float __exp10f(float x) { return __exp2f(x * 3.3219280948873623f); }
VG_FN float __logf(float x) { return __log2f(x) * 0.69314718055994531f; }
VG_FN float __log10f(float x) { return __log2f(x) * 0.30102999566398120f; }
VG_FN float __powf(float x, float y) { return __exp2f(y * __log2f(x)); }
VG_FN float __tanf(float x) { return __fdividef(__sinf(x), __cosf(x)); }
VG_FN void __sincosf(float x, float* s, float* c) { *s = __sinf(x); *c = __cosf(x); }
VG_UNARY(__saturatef, float, "f", "cvt.sat.f32.f32")
#undef VG_UNARY
#undef VG_BINARY
#undef VG_TERNARY

// ---- conversions ----
#define VG_CONVERT(name, R, RC, T, TC, form) VG_FN R name(T x) { R r; asm("cvt." form " %0, %1;" : "=" RC(r) : TC(x)); return r; }
#define VG_CONVERSIONS(direction, integral)                                                                              \
  VG_CONVERT(__float2int_##direction, int, "r", float, "f", integral ".s32.f32")                                         \
  VG_CONVERT(__float2uint_##direction, unsigned, "r", float, "f", integral ".u32.f32")                                   \
  VG_CONVERT(__float2ll_##direction, long long, "l", float, "f", integral ".s64.f32")                                    \
  VG_CONVERT(__float2ull_##direction, unsigned long long, "l", float, "f", integral ".u64.f32")                          \
  VG_CONVERT(__double2int_##direction, int, "r", double, "d", integral ".s32.f64")                                       \
  VG_CONVERT(__double2uint_##direction, unsigned, "r", double, "d", integral ".u32.f64")                                 \
  VG_CONVERT(__double2ll_##direction, long long, "l", double, "d", integral ".s64.f64")                                  \
  VG_CONVERT(__double2ull_##direction, unsigned long long, "l", double, "d", integral ".u64.f64")                        \
  VG_CONVERT(__int2float_##direction, float, "f", int, "r", #direction ".f32.s32")                                       \
  VG_CONVERT(__uint2float_##direction, float, "f", unsigned, "r", #direction ".f32.u32")                                 \
  VG_CONVERT(__ll2float_##direction, float, "f", long long, "l", #direction ".f32.s64")                                  \
  VG_CONVERT(__ull2float_##direction, float, "f", unsigned long long, "l", #direction ".f32.u64")                        \
  VG_CONVERT(__ll2double_##direction, double, "d", long long, "l", #direction ".f64.s64")                                \
  VG_CONVERT(__ull2double_##direction, double, "d", unsigned long long, "l", #direction ".f64.u64")                      \
  VG_CONVERT(__double2float_##direction, float, "f", double, "d", #direction ".f32.f64")
VG_CONVERSIONS(rn, "rni")
VG_CONVERSIONS(rz, "rzi")
VG_CONVERSIONS(ru, "rpi")
VG_CONVERSIONS(rd, "rmi")
#undef VG_CONVERSIONS
#undef VG_CONVERT
VG_FN double __int2double_rn(int x) { return (double)x; }
VG_FN double __uint2double_rn(unsigned x) { return (double)x; }
#undef VG_BOTH
#undef VG_FN
