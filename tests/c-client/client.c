/*
 * A program that knows the driver by its names alone: no header of CUDA's and none of ours. Prototypes are written out as in cuda.h,
 * cublas_api.h and nvrtc.h. Takes the path of kernels.ptx; prints what it computed, and ends with 0 when all of it is right.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef int CUresult;
typedef int CUdevice;
typedef unsigned long long CUdeviceptr;
typedef struct CUctx_st* CUcontext;
typedef struct CUmod_st* CUmodule;
typedef struct CUfunc_st* CUfunction;
typedef struct CUstream_st* CUstream;
typedef struct CUevent_st* CUevent;
typedef struct CUgraph_st* CUgraph;
typedef struct CUgraphNode_st* CUgraphNode;
typedef struct CUgraphExec_st* CUgraphExec;
typedef struct cublasContext* cublasHandle_t;

CUresult cuInit(unsigned int flags);
CUresult cuDriverGetVersion(int* version);
CUresult cuDeviceGetCount(int* count);
CUresult cuDeviceGet(CUdevice* device, int ordinal);
CUresult cuDeviceGetName(char* name, int length, CUdevice device);
CUresult cuDevicePrimaryCtxRetain(CUcontext* context, CUdevice device);
CUresult cuDevicePrimaryCtxRelease_v2(CUdevice device);
CUresult cuCtxSetCurrent(CUcontext context);
CUresult cuMemAlloc_v2(CUdeviceptr* address, size_t bytes);
CUresult cuMemFree_v2(CUdeviceptr address);
CUresult cuMemAllocHost_v2(void** address, size_t bytes);
CUresult cuMemFreeHost(void* address);
CUresult cuMemcpyHtoD_v2(CUdeviceptr to, const void* from, size_t bytes);
CUresult cuMemcpyDtoH_v2(void* to, CUdeviceptr from, size_t bytes);
CUresult cuMemcpyHtoDAsync_v2(CUdeviceptr to, const void* from, size_t bytes, CUstream stream);
CUresult cuMemcpyDtoHAsync_v2(void* to, CUdeviceptr from, size_t bytes, CUstream stream);
CUresult cuMemsetD32Async(CUdeviceptr to, unsigned int value, size_t count, CUstream stream);
CUresult cuModuleLoadData(CUmodule* module, const void* image);
CUresult cuModuleUnload(CUmodule module);
CUresult cuModuleGetFunction(CUfunction* function, CUmodule module, const char* name);
CUresult cuStreamCreate(CUstream* stream, unsigned int flags);
CUresult cuStreamDestroy_v2(CUstream stream);
CUresult cuStreamSynchronize(CUstream stream);
CUresult cuStreamBeginCapture_v2(CUstream stream, int mode);
CUresult cuStreamEndCapture(CUstream stream, CUgraph* graph);
CUresult cuGraphGetNodes(CUgraph graph, CUgraphNode* nodes, size_t* count);
CUresult cuGraphInstantiateWithFlags(CUgraphExec* exec, CUgraph graph, unsigned long long flags);
CUresult cuGraphLaunch(CUgraphExec exec, CUstream stream);
CUresult cuGraphExecDestroy(CUgraphExec exec);
CUresult cuGraphDestroy(CUgraph graph);
CUresult cuLaunchKernel(CUfunction function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
                        unsigned shared, CUstream stream, void** arguments, void** extra);
CUresult cuGetErrorName(CUresult error, const char** name);

int cublasCreate_v2(cublasHandle_t* handle);
int cublasDestroy_v2(cublasHandle_t handle);
int cublasSetStream_v2(cublasHandle_t handle, CUstream stream);
int cublasSgemm_v2(cublasHandle_t handle, int transa, int transb, int m, int n, int k, const float* alpha,
                   const float* A, int lda, const float* B, int ldb, const float* beta, float* C, int ldc);
int nvrtcVersion(int* major, int* minor);

static int failures;

static void check(CUresult result, const char* what) {
  const char* name = "?";
  if (result == 0) return;
  cuGetErrorName(result, &name);
  printf("%s: %s (%d)\n", what, name, result);
  exit(1);
}
#define CU(call) check(call, #call)

static void expect(int holds, const char* what) {
  printf("%s: %s\n", what, holds ? "right" : "WRONG");
  failures += !holds;
}

static char* read_text(const char* path) {
  FILE* file = fopen(path, "rb");
  long bytes;
  char* text;
  if (!file || fseek(file, 0, SEEK_END) || (bytes = ftell(file)) < 0 || fseek(file, 0, SEEK_SET)) {
    printf("%s cannot be read\n", path);
    exit(1);
  }
  text = malloc((size_t)bytes + 1);
  text[fread(text, 1, (size_t)bytes, file)] = 0;
  fclose(file);
  return text;
}

enum { N = 1000, BLOCK = 256, PARTS = 4, M = 33 };

int main(int count, char** values) {
  int version, devices, major, minor, i, j, n = N, right;
  char name[256];
  CUdevice device;
  CUcontext context;
  CUmodule module;
  CUfunction saxpy, reverse;
  CUstream stream;
  CUdeviceptr x, y, to;
  CUgraph graph;
  CUgraphExec exec;
  size_t nodes = 0;
  float a = 2.5f, *host, one = 1, zero = 0;
  cublasHandle_t blas;

  if (count != 2) {
    printf("usage: client kernels.ptx\n");
    return 2;
  }
  CU(cuInit(0));
  CU(cuDriverGetVersion(&version));
  CU(cuDeviceGetCount(&devices));
  CU(cuDeviceGet(&device, 0));
  CU(cuDeviceGetName(name, sizeof name, device));
  printf("%s, CUDA %d.%d, %d device(s)\n", name, version / 1000, version % 1000 / 10, devices);
  expect(nvrtcVersion(&major, &minor) == 0 && major == 12, "nvrtcVersion");
  CU(cuDevicePrimaryCtxRetain(&context, device));
  CU(cuCtxSetCurrent(context));
  CU(cuStreamCreate(&stream, 1));

  char* ptx = read_text(values[1]);
  CU(cuModuleLoadData(&module, ptx));
  free(ptx);
  CU(cuModuleGetFunction(&saxpy, module, "saxpy"));
  CU(cuModuleGetFunction(&reverse, module, "reverse"));
  expect(cuModuleGetFunction(&reverse, module, "nothing") == 500, "a kernel that is not there");

  /* Launch and copy. */
  CU(cuMemAlloc_v2(&x, N * sizeof(float)));
  CU(cuMemAlloc_v2(&y, N * sizeof(float)));
  CU(cuMemAllocHost_v2((void**)&host, N * sizeof(float)));
  for (i = 0; i < N; ++i) host[i] = (float)i;
  CU(cuMemcpyHtoD_v2(x, host, N * sizeof(float)));
  CU(cuMemsetD32Async(y, 0x3f800000, N, stream));
  void* arguments[] = {&y, &x, &a, &n};
  CU(cuLaunchKernel(saxpy, (N + BLOCK - 1) / BLOCK, 1, 1, BLOCK, 1, 1, 0, stream, arguments, NULL));
  CU(cuMemcpyDtoHAsync_v2(host, y, N * sizeof(float), stream));
  CU(cuStreamSynchronize(stream));
  for (right = 1, i = 0; i < N; ++i) right &= host[i] == 2.5f * (float)i + 1;
  printf("saxpy: %g %g ... %g\n", host[0], host[1], host[N - 1]);
  expect(right, "saxpy");

  /* A graph: nothing runs while it is captured; each launch adds a x once. */
  CU(cuStreamBeginCapture_v2(stream, 0));
  CU(cuLaunchKernel(saxpy, (N + BLOCK - 1) / BLOCK, 1, 1, BLOCK, 1, 1, 0, stream, arguments, NULL));
  CU(cuMemcpyDtoHAsync_v2(host, y, N * sizeof(float), stream));
  CU(cuStreamEndCapture(stream, &graph));
  CU(cuGraphGetNodes(graph, NULL, &nodes));
  expect(nodes == 2, "nodes of the graph");
  CU(cuGraphInstantiateWithFlags(&exec, graph, 0));
  a = 1000; /* The graph has its own. */
  for (i = 0; i < 3; ++i) CU(cuGraphLaunch(exec, stream));
  CU(cuStreamSynchronize(stream));
  for (right = 1, i = 0; i < N; ++i) right &= host[i] == 4 * 2.5f * (float)i + 1;
  printf("graph: %g %g ... %g\n", host[0], host[1], host[N - 1]);
  expect(right, "graph");
  CU(cuGraphExecDestroy(exec));
  CU(cuGraphDestroy(graph));

  /* Shared memory and a barrier. */
  int* numbers = malloc(PARTS * BLOCK * sizeof(int));
  CUdeviceptr from;
  for (i = 0; i < PARTS * BLOCK; ++i) numbers[i] = i;
  CU(cuMemAlloc_v2(&from, PARTS * BLOCK * sizeof(int)));
  CU(cuMemAlloc_v2(&to, PARTS * BLOCK * sizeof(int)));
  CU(cuMemcpyHtoD_v2(from, numbers, PARTS * BLOCK * sizeof(int)));
  CU(cuModuleGetFunction(&reverse, module, "reverse"));
  void* others[] = {&to, &from};
  CU(cuLaunchKernel(reverse, PARTS, 1, 1, BLOCK, 1, 1, 0, stream, others, NULL));
  CU(cuStreamSynchronize(stream));
  memset(numbers, 0, PARTS * BLOCK * sizeof(int));
  CU(cuMemcpyDtoH_v2(numbers, to, PARTS * BLOCK * sizeof(int)));
  for (right = 1, i = 0; i < PARTS * BLOCK; ++i) right &= numbers[i] == (i / BLOCK) * BLOCK + BLOCK - 1 - i % BLOCK;
  expect(right, "reverse");
  free(numbers);

  /* cuBLAS, from the same library: C = A A' with A [33, 30] = the first 990 of 0, 1/128, 2/128 ... */
  enum { K = 30 };
  CUdeviceptr c;
  CU(cuMemAlloc_v2(&c, M * M * sizeof(float)));
  float* product = malloc(M * M * sizeof(float));
  for (i = 0; i < N; ++i) host[i] = (float)(i % 128) / 128;
  CU(cuMemcpyHtoD_v2(x, host, N * sizeof(float)));
  expect(cublasCreate_v2(&blas) == 0 && cublasSetStream_v2(blas, stream) == 0, "cublasCreate");
  expect(cublasSgemm_v2(blas, 0, 1, M, M, K, &one, (const float*)(uintptr_t)x, M, (const float*)(uintptr_t)x, M, &zero, (float*)(uintptr_t)c, M) == 0, "cublasSgemm");
  CU(cuStreamSynchronize(stream));
  CU(cuMemcpyDtoH_v2(product, c, M * M * sizeof(float)));
  for (right = 1, i = 0; i < M; ++i) {
    for (j = 0; j < M; ++j) {
      /* Multiples of 2^-14 below 30: exact in any order. */
      double sum = 0;
      for (int k = 0; k < K; ++k) sum += (double)host[k * M + i] * (double)host[k * M + j];
      right &= product[j * M + i] == (float)sum;
    }
  }
  expect(right, "product");
  cublasDestroy_v2(blas);
  free(product);

  CU(cuMemFree_v2(c));
  CU(cuMemFree_v2(from));
  CU(cuMemFree_v2(to));
  CU(cuMemFree_v2(x));
  CU(cuMemFree_v2(y));
  CU(cuMemFreeHost(host));
  CU(cuStreamDestroy_v2(stream));

  /* A kernel that writes where it must not ends the context, and every call says so. */
  CU(cuStreamCreate(&stream, 0));
  n = N;
  void* wild[] = {&y, &y, &a, &n};
  CUresult launched = cuLaunchKernel(saxpy, 1, 1, 1, BLOCK, 1, 1, 0, stream, wild, NULL);
  CUresult waited = cuStreamSynchronize(stream);
  expect((launched == 0 || launched == 700) && waited == 700 && cuMemAlloc_v2(&x, 4) == 700, "freed memory");
  printf("%d wrong\n", failures);
  return failures != 0;
}
