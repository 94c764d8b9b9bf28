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
