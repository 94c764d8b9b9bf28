// The library that programs load, where the machine may be any x64: it picks the image of the virtual GPU for the processor that it
// finds, and hands every call on. Native code made ahead of time has one vector width throughout; an image that requires AVX2 does
// not start without it, and one that does not require it is many times slower. exports.h has EXPORT(name) for each function.
#define _GNU_SOURCE
#include <cpuid.h>
#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Each function is a jump through a slot: arguments and results pass untouched, whatever they are.
#define EXPORT(name)                                                                              \
  __attribute__((visibility("hidden"), used)) void* slot_##name;                                  \
  __asm__(".text\n.globl " #name "\n.type " #name ", @function\n" #name ":\n"                     \
          "  endbr64\n  jmp *slot_" #name "(%rip)\n.size " #name ", . - " #name "\n");
#include "exports.h"
#undef EXPORT

static const struct { const char* name; void** slot; } functions[] = {
#define EXPORT(name) {#name, &slot_##name},
#include "exports.h"
#undef EXPORT
};

// Which images this was made with: whoever keeps what a version of the library made tells versions apart by this file's bytes.
__attribute__((used)) static const char identity[] = "images " IDENTITY;

// Whatever the image is made to require; what a processor has counts only where the system keeps the wide registers.
static int has_avx2(void) {
  const char* image = getenv("GPTCUDA_VIRTUAL_IMAGE");
  if (image && strcmp(image, "baseline") == 0) return 0;
  unsigned a, b, c, d;
  if (!__get_cpuid(0x80000001, &a, &b, &c, &d) || !(c & bit_LZCNT)) return 0;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_MOVBE) || !(c & bit_POPCNT)) return 0;
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
}

__attribute__((constructor)) static void load(void) {
  Dl_info here;
  char path[PATH_MAX];
  if (!dladdr((void*)load, &here) || !realpath(here.dli_fname, path)) {
    fprintf(stderr, "virtual GPU: this library's own path cannot be found.\n");
    abort();
  }
  char* folder_end = strrchr(path, '/');
  const char* image = has_avx2() ? "/avx2/GptCuda.VirtualGpu.so" : "/GptCuda.VirtualGpu.so";
  if ((size_t)(folder_end - path) + strlen(image) >= sizeof path) {
    fprintf(stderr, "virtual GPU: the path of %s is too long.\n", path);
    abort();
  }
  strcpy(folder_end, image);
  void* library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    fprintf(stderr, "virtual GPU: %s\n", dlerror());
    abort();
  }
  for (size_t i = 0; i < sizeof functions / sizeof *functions; ++i) {
    *functions[i].slot = dlsym(library, functions[i].name);
    if (!*functions[i].slot) {
      fprintf(stderr, "virtual GPU: %s has no %s.\n", path, functions[i].name);
      abort();
    }
  }
}
