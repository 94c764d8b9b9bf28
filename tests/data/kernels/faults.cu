// One fault a kernel, for the virtual GPU's checker: with good = 0 it must be caught, with good = 1 (its corrected twin) it must pass.
// The line that the message has to name carries the comment "FAULT" and the kernel's name.
#include "../samples/ptx.cuh"

#define KERNEL extern "C" __global__ void

// ---- where ------------------------------------------------------------------------------------------
KERNEL oob_global(const f32* x, f32* y, int n, int good) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n + 1 - good) y[i] = x[i] + 1.f;  // FAULT oob_global
}

KERNEL oob_shared(f32* y, int good) {
  __shared__ f32 s[64];
  s[threadIdx.x + 1 - good] = 1.f;  // FAULT oob_shared
  __syncthreads();
  y[threadIdx.x] = s[good ? 63 - threadIdx.x : 1];
}

KERNEL oob_local(const f32* x, f32* y, int n) {
  f32 a[16];
#pragma unroll
  for (int i = 0; i < 16; ++i) a[i] = x[i];
  y[threadIdx.x] = a[n];  // FAULT oob_local
}

KERNEL misaligned(const f32* x, f32* y, int good) {
  uint4 v;
  asm volatile("ld.global.v4.u32 {%0,%1,%2,%3}, [%4];"  // FAULT misaligned
      : "=r"(v.x), "=r"(v.y), "=r"(v.z), "=r"(v.w) : "l"(x + (good ? 4 : 2)));
  y[threadIdx.x] = __uint_as_float(v.x + v.y + v.z + v.w);
}

// ---- what was never written -------------------------------------------------------------------------
KERNEL uninitialized_global(const f32* x, f32* y) { y[threadIdx.x] = x[threadIdx.x]; }  // FAULT uninitialized_global

KERNEL uninitialized_shared(f32* y, int good) {
  __shared__ f32 s[64];
  if (threadIdx.x < 63 || good) s[threadIdx.x] = 2.f;
  __syncthreads();
  y[threadIdx.x] = s[63 - threadIdx.x];  // FAULT uninitialized_shared
}

// ---- races within a block ---------------------------------------------------------------------------
KERNEL missing_syncthreads(f32* y, int good) {
  __shared__ f32 s[64];
  s[threadIdx.x] = threadIdx.x;
  if (good) __syncthreads();
  y[threadIdx.x] = s[63 - threadIdx.x];  // FAULT missing_syncthreads
}

KERNEL missing_second_syncthreads(f32* y, int rounds, int good) {
  __shared__ f32 s[64];
  f32 v = threadIdx.x;
#pragma unroll 1
  for (int i = 0; i < rounds; ++i) {
    s[threadIdx.x] = v;  // FAULT missing_second_syncthreads
    __syncthreads();
    v += s[63 - threadIdx.x];
    if (good) __syncthreads();
  }
  y[threadIdx.x] = v;
}

KERNEL missing_syncwarp(f32* y, int good) {
  __shared__ f32 s[32];
  s[threadIdx.x] = threadIdx.x;
  if (good) __syncwarp();
  y[threadIdx.x] = s[31 - threadIdx.x];  // FAULT missing_syncwarp
}

KERNEL shfl_is_no_barrier(f32* y, int good) {
  __shared__ f32 s[32];
  s[threadIdx.x] = threadIdx.x;
  f32 v = __shfl_xor_sync(FULL, (f32)threadIdx.x, 1);
  if (good) __syncwarp();
  y[threadIdx.x] = s[threadIdx.x ^ 1] + v;  // FAULT shfl_is_no_barrier
}

KERNEL plain_counter(u32* count, int good) {
  if (good) atomicAdd(count, 1u);
  else *count += 1;  // FAULT plain_counter
}

KERNEL histogram_read_early(const u32* x, u32* y, int good) {
  __shared__ u32 bins[8];
  if (threadIdx.x < 8) bins[threadIdx.x] = 0;
  __syncthreads();
  atomicAdd(&bins[x[threadIdx.x] & 7], 1u);
  if (good) __syncthreads();
  if (threadIdx.x < 8) y[threadIdx.x] = bins[threadIdx.x];  // FAULT histogram_read_early
}

KERNEL global_race_in_block(f32* x, int good) {
  x[threadIdx.x] = threadIdx.x;
  if (good) __syncthreads();
  f32 v = x[63 - threadIdx.x];  // FAULT global_race_in_block
  if (good) __syncthreads();
  x[threadIdx.x] = v;
}

// ---- races between blocks ---------------------------------------------------------------------------
KERNEL race_of_blocks(f32* x, f32* y, int good) {
  x[blockIdx.x * 32 + threadIdx.x] = 1.f;  // FAULT race_of_blocks
  int other = good ? blockIdx.x : (blockIdx.x + 1) % gridDim.x;
  y[blockIdx.x * 32 + threadIdx.x] = x[other * 32 + threadIdx.x];
}

// The last block to arrive adds everybody's partial results.
KERNEL last_block(f32* partials, u32* ticket, f32* y, int with_fence, int with_barrier, int with_acquire) {
  __shared__ u32 arrived;
  partials[blockIdx.x * 64 + threadIdx.x] = threadIdx.x;  // FAULT last_block
  if (with_fence) __threadfence();
  if (with_barrier) __syncthreads();
  if (threadIdx.x == 0) arrived = atomicAdd(ticket, 1u);
  __syncthreads();
  if (arrived != gridDim.x - 1) return;
  if (with_acquire) __threadfence();
  f32 sum = 0.f;
  for (u32 b = 0; b < gridDim.x; ++b) sum += partials[b * 64 + 63 - threadIdx.x];
  y[threadIdx.x] = sum;
}

// Block 0 sends a value to block 1, which waits for the flag.
KERNEL message(u32* data, u32* flag, u32* y, int good) {
  if (blockIdx.x == 0) {
    *data = 7;  // FAULT message
    if (good) __threadfence();
    *(volatile u32*)flag = 1;
  } else {
    while (*(volatile u32*)flag == 0) nanosleep_(20);
    if (good) __threadfence();
    *y = *data;
  }
}

KERNEL atomic_of_block_scope(u32* count, int good) {
  u32 old;
  if (good) asm volatile("atom.relaxed.gpu.global.add.u32 %0, [%1], 1;" : "=r"(old) : "l"(count) : "memory");
  else asm volatile("atom.relaxed.cta.global.add.u32 %0, [%1], 1;" : "=r"(old) : "l"(count) : "memory");  // FAULT atomic_of_block_scope
}

KERNEL nc_write(f32* x, f32* y, int good) {
  f32 v;
  int i = blockIdx.x * 32 + threadIdx.x;
  if (good) asm volatile("ld.global.f32 %0, [%1];" : "=f"(v) : "l"(x + i) : "memory");
  else asm volatile("ld.global.nc.f32 %0, [%1];" : "=f"(v) : "l"(x + i) : "memory");
  x[i] = v + 1.f;  // FAULT nc_write
}

// Every block waits for every other one.
KERNEL grid_barrier(u32* bar, u32* y) {
  if (threadIdx.x == 0) {
    red_release(bar, 1);
    while (ld_acquire(bar) < gridDim.x) nanosleep_(20);  // FAULT grid_barrier
  }
  __syncthreads();
  if (threadIdx.x == 0) y[blockIdx.x] = 1;
}

// ---- barriers and masks -----------------------------------------------------------------------------
KERNEL barrier_not_reached(u32* y, int good) {
  __shared__ u32 s[2];
  if (threadIdx.x < 32 || good) asm volatile("bar.sync 0;" ::: "memory");  // FAULT barrier_not_reached
  else asm volatile("bar.sync 1;" ::: "memory");
  s[threadIdx.x >> 5 & 1] = 1;
  __syncthreads();
  y[threadIdx.x] = s[0];
}

KERNEL shfl_inactive(u32* y, int good) {
  u32 v = threadIdx.x;
  if (threadIdx.x < 16) {
    if (good) v = __shfl_xor_sync(0xffffu, v, 1);
    else v = __shfl_xor_sync(FULL, v, 1);  // FAULT shfl_inactive
  }
  y[threadIdx.x] = v;
}

KERNEL vote_inactive(u32* y, int good) {
  u32 v = 0;
  if (threadIdx.x & 1) v = __ballot_sync(good ? 0xaaaaaaaau : FULL, 1);  // FAULT vote_inactive
  y[threadIdx.x] = v;
}

KERNEL mma_inactive(f32* y, int good) {
  f32 d[4] = {};
  u32 a[4] = {};
  if (good || threadIdx.x < 16) mma(d, a, 0, 0);  // FAULT mma_inactive
  y[threadIdx.x] = d[0];
}

// ---- cp.async ---------------------------------------------------------------------------------------
KERNEL copy_not_waited(const u32* x, u32* y, int wait, int barrier) {
  __shared__ __align__(16) u32 s[64 * 4];
  cp16(saddr(s + threadIdx.x * 4), x + threadIdx.x * 4, true);
  cp_commit();
  if (wait) cp_wait<0>();
  if (barrier) __syncthreads();
  y[threadIdx.x] = s[(63 - threadIdx.x) * 4];  // FAULT copy_not_waited
}

KERNEL refilled_too_early(const u32* x, u32* y, int rounds, int good) {
  __shared__ __align__(16) u32 s[64 * 4];
  u32 sum = 0;
#pragma unroll 1
  for (int i = 0; i < rounds; ++i) {
    cp16(saddr(s + threadIdx.x * 4), x + threadIdx.x * 4, true);  // FAULT refilled_too_early
    cp_commit();
    cp_wait<0>();
    __syncthreads();
    sum += s[(63 - threadIdx.x) * 4];
    if (good) __syncthreads();
  }
  y[threadIdx.x] = sum;
}

// ---- no end -----------------------------------------------------------------------------------------
KERNEL waits_for_nobody(u32* flag, u32* y, int good) {
  if (good) *(volatile u32*)flag = 1;
  while (*(volatile u32*)flag == 0) nanosleep_(20);  // FAULT waits_for_nobody
  y[threadIdx.x] = 1;
}

KERNEL runs_forever(u32* y, int good) {
  u32 i = threadIdx.x;
  while (!good || i < 100) i = i * 3 + 1;
  y[threadIdx.x] = i;
}

KERNEL traps(u32* y, int good) {
  if (!good) __trap();  // FAULT traps
  y[threadIdx.x] = 1;
}
