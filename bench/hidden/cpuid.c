// Preloaded into a process, hides instructions of an x86-64 processor from what runs there: Linux lets CPUID fault
// (arch_prctl ARCH_SET_CPUID; threads and forked processes inherit it), and the handler answers without the hidden bits.
// The C library has asked before, and keeps what it found for memcpy and its like.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#define BIT(n) (1u << (n))

// Bits of EAX, EBX, ECX and EDX that are cleared, of leaf 7's first two subleaves.
typedef struct {
  const char *name;
  uint32_t bits[2][4];
} Set;

// Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2A, CPUID.
static const Set sets[] = {
    // F, DQ, IFMA, CD, BW, VL; VBMI, VBMI2, VNNI, BITALG, VPOPCNTDQ; VP2INTERSECT, FP16, AMX (BF16, TILE, INT8); BF16
    {"avx512",
     {{0, BIT(16) | BIT(17) | BIT(21) | BIT(28) | BIT(30) | BIT(31),
       BIT(1) | BIT(6) | BIT(11) | BIT(12) | BIT(14), BIT(8) | BIT(22) | BIT(23) | BIT(24) | BIT(25)},
      {BIT(5), 0, 0, 0}}},
    // AVX512_VNNI; AVX-VNNI; AVX-VNNI-INT8, AVX-VNNI-INT16
    {"vnni", {{0, 0, BIT(11), 0}, {BIT(4), 0, 0, BIT(4) | BIT(10)}}},
};

static uint32_t hidden[2][4];
static struct sigaction theirs;
static int (*setAction)(int, const struct sigaction *, struct sigaction *);

static long letCpuid(int run) { return syscall(SYS_arch_prctl, 0x1012, run); }

static void answerCpuid(greg_t *registers) {
  uint32_t leaf = registers[REG_RAX], subleaf = registers[REG_RCX];
  uint32_t out[4];
  letCpuid(1);
  __asm__ volatile("cpuid" : "=a"(out[0]), "=b"(out[1]), "=c"(out[2]), "=d"(out[3]) : "a"(leaf), "c"(subleaf));
  letCpuid(0);
  if (leaf == 7 && subleaf < 2)
    for (int i = 0; i < 4; i++) out[i] &= ~hidden[subleaf][i];
  registers[REG_RAX] = out[0];
  registers[REG_RBX] = out[1];
  registers[REG_RCX] = out[2];
  registers[REG_RDX] = out[3];
  registers[REG_RIP] += 2;
}

static void onFault(int signal, siginfo_t *info, void *context) {
  greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
  // A general protection fault, so that the instruction itself can be read.
  if (info->si_code == SI_KERNEL && memcmp((const void *)registers[REG_RIP], "\x0f\xa2", 2) == 0)
    answerCpuid(registers);
  else if (theirs.sa_flags & SA_SIGINFO)
    theirs.sa_sigaction(signal, info, context);
  else if (theirs.sa_handler != SIG_DFL && theirs.sa_handler != SIG_IGN)
    theirs.sa_handler(signal);
  else
    setAction(SIGSEGV, &(struct sigaction){.sa_handler = SIG_DFL}, NULL);
}

static void findAction(void) {
  if (!setAction) setAction = dlsym(RTLD_NEXT, "sigaction");
}

// V8 wants segmentation faults of WebAssembly: it gets those that are not CPUID's.
int sigaction(int signal, const struct sigaction *action, struct sigaction *previous) {
  findAction();
  if (signal != SIGSEGV) return setAction(signal, action, previous);
  struct sigaction before = theirs;
  if (action) theirs = *action;
  if (previous) *previous = before;
  return 0;
}

static void hide(const char *name) {
  for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
    if (strcmp(sets[i].name, name) != 0) continue;
    for (int subleaf = 0; subleaf < 2; subleaf++)
      for (int j = 0; j < 4; j++) hidden[subleaf][j] |= sets[i].bits[subleaf][j];
    return;
  }
  fprintf(stderr, "--hide %s: there are", name);
  for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) fprintf(stderr, "%s %s", i ? "," : "", sets[i].name);
  fprintf(stderr, "\n");
  _exit(2);
}

__attribute__((constructor)) static void start(void) {
  char names[64];
  snprintf(names, sizeof names, "%s", getenv("OCTAVO_BENCH_HIDE"));
  for (char *name = strtok(names, ","); name; name = strtok(NULL, ",")) hide(name);
  findAction();
  struct sigaction ours = {.sa_sigaction = onFault, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
  setAction(SIGSEGV, &ours, NULL);
  if (letCpuid(0) == 0) return;
  fprintf(stderr, "--hide: this processor or system cannot hide instructions: CPUID faulting: %s\n", strerror(errno));
  _exit(2);
}
