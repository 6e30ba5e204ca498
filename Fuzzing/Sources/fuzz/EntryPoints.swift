import Glibc

// libFuzzer brings the program's `main` and calls these two. Which reader is tried stands in the environment, so that
// the processes that libFuzzer starts itself (-merge, -fork, -jobs) try the same one.

nonisolated(unsafe) private var target = targets[0]
private let input = InputFile()

@_cdecl("LLVMFuzzerInitialize")
public func initialize(_ count: OpaquePointer?, _ arguments: OpaquePointer?) -> CInt {
  let name = getenv("FUZZ_TARGET").map { String(cString: $0) } ?? ""
  guard let chosen = targets.first(where: { $0.name == name }) else {
    print(targets.map(\.name).joined(separator: "\n"))
    exit(name.isEmpty ? 0 : 64)
  }
  target = chosen
  return 0
}

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let file = target.wrap(Array(UnsafeBufferPointer(start: bytes, count: count)))
  input.hold(file)
  do {
    try target.read(input.path)
  } catch {
    // Saying what is wrong must not fail either.
    if "\(error)".isEmpty { fatalError("an error without a text") }
  }
  return 0
}
