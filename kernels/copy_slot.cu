// Copies the first positions of one slot's keys and values to another slot, in every layer: a prompt that several samples share.
// Grid (ceil(length x 16-byte reads a head / 256), 2 HEADS, layers), 256 threads. The slots differ.
#include "device.cuh"
#include "model.cuh"

extern "C" __global__ void __launch_bounds__(256) KERNEL(copy_slot)(
    cached* __restrict__ cache, int source, int destination, int length, int slots, int context) {
  constexpr int E = PER_16_BYTES<cached>, READS = padded<cached>(HEAD_SIZE) / E;
  const int read = blockIdx.x * 256 + threadIdx.x, kv = blockIdx.y / HEADS, head = blockIdx.y % HEADS, layer = blockIdx.z;
  if (read >= length * READS) return;
  const cached* from = cache + cache_offset(layer, slots, source, kv, head, context, 0);
  cached* to = cache + cache_offset(layer, slots, destination, kv, head, context, 0);
  store_16(to + (i64)read * E, load_16(from + (i64)read * E));
}
