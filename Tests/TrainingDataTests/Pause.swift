import Glibc

/// Waits a while.
func pause(_ seconds: Double) { usleep(UInt32(seconds * 1e6)) }
