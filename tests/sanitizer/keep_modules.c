/* Part of every program of a sanitized build: libraries that Open MPI loads stay loaded. It unloads
 * them before LeakSanitizer looks, and then no frame of theirs has a name that lsan.supp could
 * list. */
int dlclose(void *handle);

int dlclose(void *handle)
{
    (void)handle;
    return 0;
}
