// Tensor cores and asynchronous copies, for 16-bit types; below sm_80 what those GPUs have in their place.
#pragma once
#include "device.cuh"

// 16 bytes from global to shared memory, or zeros; complete after copies_done and a barrier.
DEVICE void copy_16(void* to, const void* from, bool there) {
#if BEFORE_SM80
  *reinterpret_cast<uint4*>(to) = there ? load_16(from) : uint4{0, 0, 0, 0};
#else
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" :: "r"(shared_address(to)), "l"(from), "r"(there ? 16 : 0) : "memory");
#endif
}
DEVICE void close_copy_group() {
#if !BEFORE_SM80
  asm volatile("cp.async.commit_group;" ::: "memory");
#endif
}
template <int PENDING> DEVICE void copies_done() {           // all groups but the last PENDING
#if !BEFORE_SM80
  asm volatile("cp.async.wait_group %0;" :: "n"(PENDING) : "memory");
#endif
}

// Four 8 x 8 tiles of 16-bit elements from shared memory; lane l names row l % 8 of tile l / 8.
DEVICE void load_tiles(u32 (&r)[4], u32 address) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3]) : "r"(address) : "memory");
}
DEVICE void load_tiles_transposed(u32 (&r)[4], u32 address) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3]) : "r"(address) : "memory");
}

// Keeps the compiler from holding sums with an address in registers all through a loop: made in each round, they are offsets in its
// instructions.
DEVICE u32 anew(u32 address) {
  asm volatile("" : "+r"(address));
  return address;
}

#if BEFORE_SM80
DEVICE u32 pack(f32 low, f32 high, f16) { f16 a, b; narrow(low, a); narrow(high, b); return a.bits | (u32)b.bits << 16; }
#else
DEVICE u32 pack(f32 low, f32 high, f16) { u32 r; asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(r) : "f"(high), "f"(low)); return r; }
DEVICE u32 pack(f32 low, f32 high, bf16) { u32 r; asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(r) : "f"(high), "f"(low)); return r; }
#endif

// d += a b for a 16 x 16, b 16 x 8, d 16 x 8. Where only the product of depth 8 exists, two of them: the registers are the same.
DEVICE void multiply(f32 (&d)[4], const u32 (&a)[4], u32 b0, u32 b1, f16) {
#if BEFORE_SM80
  asm volatile("mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5}, {%6}, {%0, %1, %2, %3};"
               : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3]) : "r"(a[0]), "r"(a[1]), "r"(b0));
  asm volatile("mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5}, {%6}, {%0, %1, %2, %3};"
               : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3]) : "r"(a[2]), "r"(a[3]), "r"(b1));
#else
  asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
               : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3]) : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
#endif
}
#if !BEFORE_SM80
DEVICE void multiply(f32 (&d)[4], const u32 (&a)[4], u32 b0, u32 b1, bf16) {
  asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
               : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3]) : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}
#endif
