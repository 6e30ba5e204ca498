// What Swift sees of MPI, whichever of its two families is there (Debian: libopenmpi3 or libopenmpi40, libmpich12). No
// header of theirs is needed and nothing is linked: cmpi.c loads the library that it is told to.
//
// All functions but slowfast_mpi_load are to be called by one thread, the one that called slowfast_mpi_start. Those that
// return int return MPI's error code, 0 for success.
#pragma once

// What MPI knows a collective under way by.
typedef struct {
  void *pointer;
  int number;
} slowfast_mpi_request;

// Two sets of the same processes. The order of collectives counts within each of them alone.
enum slowfast_mpi_channel { slowfast_mpi_announcements, slowfast_mpi_values };

// Loads a library by its file's name or path: NULL, or why that failed. To be called until it succeeds, then no more.
const char *slowfast_mpi_load(const char *name);

// MPI_Init_thread for one thread, and the two channels.
int slowfast_mpi_start(void);
int slowfast_mpi_rank(int *rank);
int slowfast_mpi_size(int *size);

// Each begins a collective; its memory is MPI's until slowfast_mpi_test says that it is done. Sums are in place.
int slowfast_mpi_begin_sum_floats(float *values, int count, slowfast_mpi_request *request);
int slowfast_mpi_begin_sum_doubles(double *values, int count, slowfast_mpi_request *request);
int slowfast_mpi_begin_broadcast(void *bytes, int count, int root, slowfast_mpi_request *request);
// `all` has room for `count` bytes of each process, in the order of ranks.
int slowfast_mpi_begin_gather(
    const void *bytes, int count, void *all, enum slowfast_mpi_channel channel, slowfast_mpi_request *request);
int slowfast_mpi_test(slowfast_mpi_request *request, int *isDone);

// Ends all processes; does not return.
void slowfast_mpi_abort(int status);
int slowfast_mpi_finalize(void);

// Texts end with a zero byte, cut to the capacity.
void slowfast_mpi_error_text(int code, char *text, int capacity);
void slowfast_mpi_library_text(char *text, int capacity);
