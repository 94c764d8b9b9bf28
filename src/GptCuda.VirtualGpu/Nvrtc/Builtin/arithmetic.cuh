// What NVRTC has built in, continued: integers, floating point, conversions. The last of these files: it takes their macros back.
#pragma once
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
