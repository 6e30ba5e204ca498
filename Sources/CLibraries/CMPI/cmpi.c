// MPI, loaded when a launcher of it has started the program: it need not be installed otherwise, nor when the program is built.
//
// MPI's standard says what its functions are called and what they take, but not what the types and constants are. There are
// two families: OpenMPI's handles are pointers to objects that its library exports; those of MPICH, and of all that follow
// its ABI (Intel MPI, MVAPICH, Cray), are numbers. What is exported tells which one was loaded, whatever its file is called.
#include "include/cmpi.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

// The functions that take a handle, and the handles.
#define INTERFACE(Handle)                                                                                              \
  struct {                                                                                                             \
    int (*rank)(Handle, int *);                                                                                        \
    int (*size)(Handle, int *);                                                                                        \
    int (*duplicate)(Handle, Handle *);                                                                                \
    int (*setErrorHandler)(Handle, Handle);                                                                            \
    int (*sum)(const void *, void *, int, Handle, Handle, Handle, Handle *);                                           \
    int (*broadcast)(void *, int, Handle, int, Handle, Handle *);                                                      \
    int (*gather)(const void *, int, Handle, void *, int, Handle, Handle, Handle *);                                   \
    int (*test)(Handle *, int *, void *);                                                                              \
    int (*abort)(Handle, int);                                                                                         \
    Handle world, floats, doubles, bytes, addition, errorsReturn;                                                      \
    Handle channels[2];                                                                                                \
    void *inPlace, *noStatus;                                                                                          \
  }

typedef void *Pointer;
static INTERFACE(Pointer) openmpi;
static INTERFACE(int) mpich;
static int isOpenMPI;

// The others.
static int (*initialise)(int *, char ***, int, int *);
static int (*finalise)(void);
static int (*errorString)(int, char *, int *);
static int (*libraryVersion)(char *, int *);

// MPI_SUCCESS, MPI_ERR_OTHER and MPI_THREAD_FUNNELED have these values in both families.
enum { success = 0, otherError = 15, funneled = 1 };

static char fault[1024];

// Looks a function or object up; notes the first one that is not there.
static void *find(void *library, const char *name) {
  void *found = dlsym(library, name);
  if (!found && !*fault) snprintf(fault, sizeof fault, "it has no %s", name);
  return found;
}

#define FIND(target, name) *(void **)&(target) = find(library, name)

#define FIND_ALL(interface)                                \
  FIND((interface)->rank, "MPI_Comm_rank");                \
  FIND((interface)->size, "MPI_Comm_size");                \
  FIND((interface)->duplicate, "MPI_Comm_dup");            \
  FIND((interface)->setErrorHandler, "MPI_Comm_set_errhandler"); \
  FIND((interface)->sum, "MPI_Iallreduce");                \
  FIND((interface)->broadcast, "MPI_Ibcast");              \
  FIND((interface)->gather, "MPI_Iallgather");             \
  FIND((interface)->test, "MPI_Test");                     \
  FIND((interface)->abort, "MPI_Abort")

const char *slowfast_mpi_load(const char *name) {
  *fault = 0;
  // Global: plug-ins that the libraries load themselves expect to find MPI's functions there.
  void *library = dlopen(name, RTLD_NOW | RTLD_GLOBAL);
  if (!library) {
    snprintf(fault, sizeof fault, "%s", dlerror());
    return fault;
  }
  FIND(initialise, "MPI_Init_thread");
  FIND(finalise, "MPI_Finalize");
  FIND(errorString, "MPI_Error_string");
  FIND(libraryVersion, "MPI_Get_library_version");
  isOpenMPI = dlsym(library, "ompi_mpi_comm_world") != NULL;
  if (isOpenMPI) {
    FIND_ALL(&openmpi);
    openmpi.world = find(library, "ompi_mpi_comm_world");
    openmpi.floats = find(library, "ompi_mpi_float");
    openmpi.doubles = find(library, "ompi_mpi_double");
    openmpi.bytes = find(library, "ompi_mpi_byte");
    openmpi.addition = find(library, "ompi_mpi_op_sum");
    openmpi.errorsReturn = find(library, "ompi_mpi_errors_return");
    openmpi.inPlace = (void *)1;
    openmpi.noStatus = NULL;
  } else {
    FIND_ALL(&mpich);
    mpich.world = 0x44000000;
    mpich.floats = 0x4c00040a;
    mpich.doubles = 0x4c00080b;
    mpich.bytes = 0x4c00010d;
    mpich.addition = 0x58000003;
    mpich.errorsReturn = 0x54000001;
    mpich.inPlace = (void *)-1;
    mpich.noStatus = (void *)1;
  }
  if (!*fault) return NULL;
  dlclose(library);
  return fault;
}

// Runs a statement with the family's own `mpi`.
#define EITHER(statement)                    \
  do {                                       \
    if (isOpenMPI) {                         \
      __typeof__(openmpi) *mpi = &openmpi;   \
      statement;                             \
    } else {                                 \
      __typeof__(mpich) *mpi = &mpich;       \
      statement;                             \
    }                                        \
  } while (0)

// Calls a function that takes a request.
#define WITH_REQUEST(function, ...)                             \
  do {                                                          \
    if (isOpenMPI) {                                            \
      __typeof__(openmpi) *mpi = &openmpi;                      \
      return mpi->function(__VA_ARGS__, &request->pointer);     \
    } else {                                                    \
      __typeof__(mpich) *mpi = &mpich;                          \
      return mpi->function(__VA_ARGS__, &request->number);      \
    }                                                           \
  } while (0)

int slowfast_mpi_start(void) {
  int provided = 0, code = initialise(NULL, NULL, funneled, &provided);
  if (code != success) return code;
  if (provided < funneled) return otherError;
  // Errors come back to the caller, who can say what was being done.
  EITHER({
    code = mpi->setErrorHandler(mpi->world, mpi->errorsReturn);
    for (int i = 0; i < 2 && code == success; i++) {
      code = mpi->duplicate(mpi->world, &mpi->channels[i]);
      if (code == success) code = mpi->setErrorHandler(mpi->channels[i], mpi->errorsReturn);
    }
  });
  return code;
}

int slowfast_mpi_rank(int *rank) { EITHER(return mpi->rank(mpi->world, rank)); }

int slowfast_mpi_size(int *size) { EITHER(return mpi->size(mpi->world, size)); }

int slowfast_mpi_begin_sum_floats(float *values, int count, slowfast_mpi_request *request) {
  WITH_REQUEST(
      sum, mpi->inPlace, values, count, mpi->floats, mpi->addition, mpi->channels[slowfast_mpi_values]);
}

int slowfast_mpi_begin_sum_doubles(double *values, int count, slowfast_mpi_request *request) {
  WITH_REQUEST(
      sum, mpi->inPlace, values, count, mpi->doubles, mpi->addition, mpi->channels[slowfast_mpi_values]);
}

int slowfast_mpi_begin_broadcast(void *bytes, int count, int root, slowfast_mpi_request *request) {
  WITH_REQUEST(broadcast, bytes, count, mpi->bytes, root, mpi->channels[slowfast_mpi_values]);
}

int slowfast_mpi_begin_gather(
    const void *bytes, int count, void *all, enum slowfast_mpi_channel channel, slowfast_mpi_request *request) {
  WITH_REQUEST(gather, bytes, count, mpi->bytes, all, count, mpi->bytes, mpi->channels[channel]);
}

int slowfast_mpi_test(slowfast_mpi_request *request, int *isDone) {
  if (isOpenMPI) return openmpi.test(&request->pointer, isDone, openmpi.noStatus);
  return mpich.test(&request->number, isDone, mpich.noStatus);
}

void slowfast_mpi_abort(int status) { EITHER(mpi->abort(mpi->world, status)); }

int slowfast_mpi_finalize(void) { return finalise(); }

// Longer than what either family writes: 8192 bytes.
enum { longest = 16384 };

static void copy(const char *from, char *to, int capacity) { snprintf(to, (size_t)capacity, "%s", from); }

void slowfast_mpi_error_text(int code, char *text, int capacity) {
  char written[longest] = "";
  int length = 0;
  errorString(code, written, &length);
  copy(written, text, capacity);
}

void slowfast_mpi_library_text(char *text, int capacity) {
  char written[longest] = "";
  int length = 0;
  libraryVersion(written, &length);
  copy(written, text, capacity);
}
