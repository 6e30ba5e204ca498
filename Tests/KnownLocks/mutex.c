// What ThreadSanitizer cannot see of Synchronization.Mutex. Its quick path is inlined into our code and watched; where
// threads contend, they go into the runtime's library, which is built without the sanitizer, and whatever the lock
// protects would be reported. These two stand before the library's own in the search for symbols and say what they do.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

// Only in programs built with ThreadSanitizer.
__attribute__((weak)) void __tsan_acquire(void *address);
__attribute__((weak)) void __tsan_release(void *address);

#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

typedef __attribute__((swiftcall)) void (*lock_function)(uint32_t thread, __attribute__((swift_context)) void *handle);
typedef __attribute__((swiftcall)) void (*unlock_function)(__attribute__((swift_context)) void *handle);

/// `_MutexHandle._lockSlow(UInt32)`
__attribute__((swiftcall)) void known_lock(uint32_t thread, __attribute__((swift_context)) void *handle) __asm__(LOCK);
/// `_MutexHandle._unlockSlow()`
__attribute__((swiftcall)) void known_unlock(__attribute__((swift_context)) void *handle) __asm__(UNLOCK);

__attribute__((swiftcall)) void known_lock(uint32_t thread, __attribute__((swift_context)) void *handle) {
  ((lock_function)dlsym(RTLD_NEXT, LOCK))(thread, handle);
  if (__tsan_acquire) __tsan_acquire(handle);
}

__attribute__((swiftcall)) void known_unlock(__attribute__((swift_context)) void *handle) {
  if (__tsan_release) __tsan_release(handle);
  ((unlock_function)dlsym(RTLD_NEXT, UNLOCK))(handle);
}
