// What NVRTC has built in, continued: atomics, loads and stores with a cache operator, address spaces.
#pragma once
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
