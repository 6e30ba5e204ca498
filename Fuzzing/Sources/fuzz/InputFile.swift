import Glibc

/// A file in memory, without a name, whose content changes from one try to the next: the readers take paths.
struct InputFile {
  let path: String
  private let descriptor: CInt

  init() {
    var name = Array("/dev/shm/fuzz-XXXXXX".utf8CString)
    descriptor = mkstemp(&name)
    unlink(name)
    if descriptor < 0 { fatalError("no file in memory: error \(errno)") }
    path = "/proc/self/fd/\(descriptor)"
  }

  /// Replaces the content. Nobody may still have the old one mapped.
  func hold(_ bytes: [UInt8]) {
    // The end of the last mapped page must hold zeros, not the input before.
    let isEmptied = ftruncate(descriptor, 0) == 0
    let written = pwrite(descriptor, bytes, bytes.count, 0)
    if !isEmptied || written != bytes.count { fatalError("cannot write the input: error \(errno)") }
  }
}
