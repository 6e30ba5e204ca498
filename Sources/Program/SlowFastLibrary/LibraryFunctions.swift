// The names are C's.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

internal import CSlowFast
internal import Glibc
internal import Kernels
internal import Version

@c @implementation
public func slowfast_api_version() -> Int32 { SLOWFAST_API_VERSION }

@c @implementation
public func slowfast_version() -> UnsafePointer<CChar>! { versionName }

@c @implementation
public func slowfast_kernels() -> UnsafePointer<CChar>! { kernelsName }

@c @implementation
public func slowfast_free(_ text: UnsafeMutablePointer<CChar>!) { free(text) }

// They live as long as the process.
private nonisolated(unsafe) let versionName = UnsafePointer(strdup(programVersion))
private nonisolated(unsafe) let kernelsName = UnsafePointer(strdup(KernelTable.best.instructionSet.rawValue))
