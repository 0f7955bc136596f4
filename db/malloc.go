package db

/*
#include <malloc.h>

static void boundMalloc(void) {
#ifdef __GLIBC__
	mallopt(M_ARENA_MAX, 4);
	mallopt(M_MMAP_THRESHOLD, 256 * 1024);
#endif
}
*/
import "C"

// SQLite takes its memory from malloc, on whichever thread a query happens to run. That of
// glibc gives each of some threads an arena of its own, up to eight a processor, and an
// arena keeps what its largest query took: an export that sorts orders of one moment takes
// some 20 MB, so a daemon of two processors grew to 365 MB in four minutes and stayed
// there, with a Go heap of 55 MB. So large pieces are taken from the system alone and go
// back to it, and there are few arenas.
//
// What SQLite holds is then bounded by its page caches: 32 MB of the writer and 8 MB of
// each of the readerConns readers, 96 MB in all, once the database is larger than that;
// beside them a sort takes at most another 8 MB a reader while it runs.
func init() { C.boundMalloc() }
