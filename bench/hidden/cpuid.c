// An auditor of the dynamic linker (rtld-audit(7)) that hides instructions of an x86-64 processor from what a process loads:
// before a library's own code runs, its CPUID instructions become ones that do not exist, and the handler of the fault
// answers without the hidden bits. Where they are says objdump, once for each file.
// The linker and the C library have asked before, and keep what they found for memcpy and its like.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
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

// PUSH ES twice, which 64-bit mode does not have: as long as CPUID, and nothing that a compiler writes.
static const uint8_t cpuid[2] = {0x0f, 0xa2}, absent[2] = {0x06, 0x06};

static uint32_t hidden[2][4];

static void onFault(int number, siginfo_t *info, void *context) {
  (void)info;
  greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
  if (memcmp((const void *)registers[REG_RIP], absent, sizeof absent) != 0) {
    signal(number, SIG_DFL);
    return;
  }
  uint32_t leaf = registers[REG_RAX], subleaf = registers[REG_RCX];
  uint32_t out[4];
  __asm__ volatile("cpuid" : "=a"(out[0]), "=b"(out[1]), "=c"(out[2]), "=d"(out[3]) : "a"(leaf), "c"(subleaf));
  if (leaf == 7 && subleaf < 2)
    for (int i = 0; i < 4; i++) out[i] &= ~hidden[subleaf][i];
  registers[REG_RAX] = out[0];
  registers[REG_RBX] = out[1];
  registers[REG_RCX] = out[2];
  registers[REG_RDX] = out[3];
  registers[REG_RIP] += sizeof absent;
}

static void fail(const char *what, const char *path) {
  fprintf(stderr, "--hide: %s: %s\n", path, what);
  _exit(2);
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

/** Whether CPUID's two bytes are anywhere in a file; most libraries are without. */
static int mayAsk(const char *path, size_t size) {
  int file = open(path, O_RDONLY);
  void *bytes = file < 0 ? MAP_FAILED : mmap(NULL, size, PROT_READ, MAP_PRIVATE, file, 0);
  if (bytes == MAP_FAILED) fail("cannot be read", path);
  int found = memmem(bytes, size, cpuid, sizeof cpuid) != NULL;
  munmap(bytes, size);
  close(file);
  return found;
}

/** Runs a shell's text with $1 and $2; without this auditor, which its environment would bring. */
static int runShell(const char *text, const char *first, const char *second) {
  pid_t child = fork();
  if (child == 0) {
    char *environment[] = {"PATH=/usr/local/bin:/usr/bin:/bin", NULL};
    execle("/bin/sh", "sh", "-c", text, "sh", first, second, NULL, environment);
    _exit(127);
  }
  int status = -1;
  // Signals of the program that is being started may come between.
  while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) {}
  return status;
}

/** Opens the addresses of a file's CPUID instructions, a line each; NULL where there are none. */
static FILE *addressesOf(const char *path) {
  struct stat file;
  if (stat(path, &file) != 0) return NULL;
  Dl_info here;
  dladdr(&hidden, &here);
  char kept[4096];
  int folder = strrchr(here.dli_fname, '/') - here.dli_fname;
  snprintf(kept, sizeof kept, "%.*s/cpuid-%lx-%lx-%lx", folder, here.dli_fname, (long)file.st_ino, (long)file.st_size,
           (long)file.st_mtime);
  FILE *known = fopen(kept, "r");
  if (known != NULL || !mayAsk(path, file.st_size)) return known;
  static const char *const list = "objdump -d --no-show-raw-insn \"$1\" >\"$2.$$.all\" && "
                                  "sed -n 's/^ *\\([0-9a-f]*\\):\tcpuid.*/\\1/p' \"$2.$$.all\" >\"$2.$$\" && "
                                  "rm \"$2.$$.all\" && mv \"$2.$$\" \"$2\"";
  if (runShell(list, path, kept) != 0) fail("objdump, of binutils, failed", path);
  FILE *made = fopen(kept, "r");
  if (made == NULL) fail("what objdump found cannot be read", path);
  return made;
}

static void replaceCpuid(uint8_t *instruction, const char *path) {
  size_t page = sysconf(_SC_PAGESIZE);
  uint8_t *start = (uint8_t *)((uintptr_t)instruction & -page);
  size_t size = instruction + sizeof cpuid - start;
  if (memcmp(instruction, cpuid, sizeof cpuid) != 0) fail("no CPUID where objdump finds it", path);
  if (mprotect(start, size, PROT_READ | PROT_WRITE) != 0) fail("its code cannot be changed", path);
  memcpy(instruction, absent, sizeof absent);
  mprotect(start, size, PROT_READ | PROT_EXEC);
}

unsigned la_version(unsigned version) {
  (void)version;
  char names[64];
  snprintf(names, sizeof names, "%s", getenv("OCTAVO_BENCH_HIDE"));
  for (char *name = strtok(names, ","); name; name = strtok(NULL, ",")) hide(name);
  struct sigaction ours = {.sa_sigaction = onFault, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
  sigaction(SIGILL, &ours, NULL);
  return LAV_CURRENT;
}

unsigned la_objopen(struct link_map *library, Lmid_t space, uintptr_t *cookie) {
  (void)space, (void)cookie;
  char program[4096] = "";
  // The program's own name is empty.
  if (library->l_name[0] == '\0' && readlink("/proc/self/exe", program, sizeof program - 1) < 0)
    fail("the program cannot be found", "/proc/self/exe");
  const char *path = program[0] == '\0' ? library->l_name : program;
  FILE *addresses = addressesOf(path);
  if (addresses == NULL) return 0;
  unsigned long address;
  while (fscanf(addresses, "%lx", &address) == 1) replaceCpuid((uint8_t *)(library->l_addr + address), path);
  fclose(addresses);
  return 0;
}
