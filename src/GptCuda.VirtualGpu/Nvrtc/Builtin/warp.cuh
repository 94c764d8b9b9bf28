// What NVRTC has built in, continued: barriers and fences, clocks, and what the lanes of a warp do together.
#pragma once
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
