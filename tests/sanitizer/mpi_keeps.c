/* Part of every program of a sanitized build: what Open MPI and its threads allocate and keep until
 * the process ends (component tables, event bases), is no leak of ours. LeakSanitizer is told so
 * here, where it is allocated. Suppressions would have it read the debug information of a hundred
 * libraries at the end of each process, which takes three times as long as all that a short run
 * does. MPI's profiling interface is the way in; a program without MPI never calls these. */
#include <dlfcn.h>
#include <pthread.h>
#include <sanitizer/lsan_interface.h>
#include <stdbool.h>
#include <stdlib.h>

static _Thread_local bool in_mpi;

/* MPI_<name>, which calls PMPI_<name>. Handles of MPI are passed on as they come. */
#define UNLISTED(name, parameters, arguments)                                                      \
    int PMPI_##name parameters __attribute__((weak));                                              \
    int MPI_##name parameters;                                                                     \
    int MPI_##name parameters                                                                      \
    {                                                                                              \
        in_mpi = true;                                                                             \
        __lsan_disable();                                                                          \
        int code = PMPI_##name arguments;                                                          \
        __lsan_enable();                                                                           \
        in_mpi = false;                                                                            \
        return code;                                                                               \
    }

UNLISTED(Init_thread, (int *argc, char ***argv, int wanted, int *level),
         (argc, argv, wanted, level))
UNLISTED(Finalize, (void), ())
/* HDF5 calls these; ompio forgets its list of aggregators. */
UNLISTED(File_write_at_all,
         (void *file, long long at, const void *data, int count, void *type, void *status),
         (file, at, data, count, type, status))
UNLISTED(File_read_at_all,
         (void *file, long long at, void *data, int count, void *type, void *status),
         (file, at, data, count, type, status))

typedef struct {
    void *(*run)(void *argument);
    void *argument;
} beginning;

static void *run_unlisted(void *memory)
{
    beginning own = *(beginning *)memory;
    free(memory);
    in_mpi = true; /* and so are the threads that it starts */
    __lsan_disable();
    return own.run(own.argument);
}

/* Threads that MPI starts are MPI's all their life. */
int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
                   void *argument)
{
    int (*create)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
    *(void **)&create = dlsym(RTLD_NEXT, "pthread_create");
    beginning *memory = in_mpi ? malloc(sizeof *memory) : NULL;
    if (memory == NULL) {
        return create(thread, attributes, run, argument);
    }
    *memory = (beginning){run, argument};
    int code = create(thread, attributes, run_unlisted, memory);
    if (code != 0) {
        free(memory);
    }
    return code;
}
