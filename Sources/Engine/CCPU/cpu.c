#define _GNU_SOURCE
#include "CCPU.h"

#include <sched.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

int slowfast_cpu_available(void) {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
  return (int)sysconf(_SC_NPROCESSORS_ONLN);
}

long slowfast_cpu_cache_bytes(int level) {
  long bytes = 0;
#if defined(_SC_LEVEL1_DCACHE_SIZE)
  const int names[3] = {_SC_LEVEL1_DCACHE_SIZE, _SC_LEVEL2_CACHE_SIZE, _SC_LEVEL3_CACHE_SIZE};
  if (level >= 1 && level <= 3) bytes = sysconf(names[level - 1]);
#else
  (void)level;
#endif
  return bytes > 0 ? bytes : 0;
}

#if defined(__x86_64__)
#include <cpuid.h>

int slowfast_cpu_id(unsigned int leaf, unsigned int words[4]) {
  return __get_cpuid(leaf, &words[0], &words[1], &words[2], &words[3]);
}

// XCR0 tells which register files the operating system saves: a CPU flag alone is not enough.
static unsigned long long enabled_state(void) {
  unsigned int a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & (1u << 27))) return 0;
  unsigned int low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return ((unsigned long long)high << 32) | low;
}

int slowfast_cpu_has_avx2_fma(void) {
  unsigned int a, b, c, d;
  if ((enabled_state() & 0x6) != 0x6) return 0;
  if (!__get_cpuid(1, &a, &b, &c, &d)) return 0;
  const unsigned int fma = 1u << 12, movbe = 1u << 22, avx = 1u << 28, f16c = 1u << 29;
  if ((c & (fma | movbe | avx | f16c)) != (fma | movbe | avx | f16c)) return 0;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return 0;
  const unsigned int bmi1 = 1u << 3, avx2 = 1u << 5, bmi2 = 1u << 8;
  return (b & (bmi1 | avx2 | bmi2)) == (bmi1 | avx2 | bmi2);
}

int slowfast_cpu_has_avx512(void) {
  unsigned int a, b, c, d;
  if (!slowfast_cpu_has_avx2_fma() || (enabled_state() & 0xe6) != 0xe6) return 0;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return 0;
  const unsigned int f = 1u << 16, dq = 1u << 17, cd = 1u << 28, bw = 1u << 30, vl = 1u << 31;
  return (b & (f | dq | cd | bw | vl)) == (f | dq | cd | bw | vl);
}

int slowfast_cpu_has_avx512_bf16(void) {
  unsigned int a, b, c, d;
  if (!slowfast_cpu_has_avx512()) return 0;
  if (!__get_cpuid_count(7, 1, &a, &b, &c, &d)) return 0;
  return (a & (1u << 5)) != 0;
}

int slowfast_cpu_has_avx_vnni(void) {
  unsigned int a, b, c, d;
  if (!slowfast_cpu_has_avx2_fma()) return 0;
  if (!__get_cpuid_count(7, 1, &a, &b, &c, &d)) return 0;
  return (a & (1u << 4)) != 0;
}

int slowfast_cpu_has_avx512_vnni(void) {
  unsigned int a, b, c, d;
  if (!slowfast_cpu_has_avx512()) return 0;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return 0;
  return (c & (1u << 11)) != 0;
}

int slowfast_cpu_has_amx(void) {
  unsigned int a, b, c, d;
  if (!slowfast_cpu_has_avx512_bf16() || !slowfast_cpu_has_avx512_vnni() || (enabled_state() & 0x60000) != 0x60000) return 0;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return 0;
  const unsigned int bf16 = 1u << 22, tile = 1u << 24, int8 = 1u << 25;
  if ((d & (bf16 | tile | int8)) != (bf16 | tile | int8)) return 0;
#if defined(__linux__)
  // Linux (5.16 and later) saves tile registers for those only who have asked for them, once for all threads.
  const int request_permission = 0x1023, tile_data = 18;
  return syscall(SYS_arch_prctl, request_permission, tile_data) == 0;
#else
  return 0;
#endif
}

int slowfast_cpu_is_intel(void) {
  unsigned int a, b, c, d;
  // "Genu", "ineI", "ntel"
  return __get_cpuid(0, &a, &b, &c, &d) && b == 0x756e6547 && d == 0x49656e69 && c == 0x6c65746e;
}

#else

int slowfast_cpu_id(unsigned int leaf, unsigned int words[4]) {
  (void)leaf;
  (void)words;
  return 0;
}
int slowfast_cpu_has_amx(void) { return 0; }
int slowfast_cpu_has_avx_vnni(void) { return 0; }
int slowfast_cpu_has_avx512_vnni(void) { return 0; }
int slowfast_cpu_is_intel(void) { return 0; }
int slowfast_cpu_has_avx2_fma(void) { return 0; }
int slowfast_cpu_has_avx512(void) { return 0; }
int slowfast_cpu_has_avx512_bf16(void) { return 0; }

#endif

#ifdef __GLIBC__
#include <malloc.h>

void slowfast_return_free_memory(void) { malloc_trim(0); }
#else
void slowfast_return_free_memory(void) {}
#endif
